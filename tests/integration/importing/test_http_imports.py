"""Imports over HTTP, over every database."""

from tests.contracts.databases import over_each_database
from tests.contracts.importing.http_imports import HttpImportsContract


@over_each_database
class TestImports(HttpImportsContract):
    pass
