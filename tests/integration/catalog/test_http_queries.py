"""Queries of the catalog over HTTP."""

from tests.contracts.catalog.http_queries import HttpCatalogQueriesContract
from tests.contracts.databases import over_each_database


@over_each_database
class TestCatalogQueries(HttpCatalogQueriesContract):
    pass
