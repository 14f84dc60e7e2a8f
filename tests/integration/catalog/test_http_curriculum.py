"""Authoring the curriculum over HTTP."""

from tests.contracts.catalog.http_curriculum import HttpCurriculumContract
from tests.contracts.databases import over_each_database


@over_each_database
class TestCurriculum(HttpCurriculumContract):
    pass
