"""Authoring tests over HTTP."""

from tests.contracts.catalog.http_test_authoring import HttpTestAuthoringContract
from tests.contracts.databases import over_each_database


@over_each_database
class TestTestAuthoring(HttpTestAuthoringContract):
    pass
