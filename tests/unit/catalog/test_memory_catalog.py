"""Queries of the catalog in memory keep the contract."""

from tests.contracts.catalog.course_program import CourseProgramContract
from tests.contracts.catalog.queries import CatalogQueriesContract
from tests.contracts.catalog.version import CatalogVersionContract


class TestMemoryCatalogQueries(CatalogQueriesContract):
    pass


class TestMemoryCourseProgram(CourseProgramContract):
    pass


class TestMemoryCatalogVersion(CatalogVersionContract):
    pass
