"""Authoring the curriculum over HTTP, in memory."""

from tests.contracts.http_curriculum import HttpCurriculumContract


class TestCurriculumOverMemory(HttpCurriculumContract):
    pass
