"""Authoring the curriculum over HTTP, on SQLite and PostgreSQL."""

from tests.contracts.http_curriculum import HttpCurriculumContract


class TestCurriculumOverSql(HttpCurriculumContract):
    pass
