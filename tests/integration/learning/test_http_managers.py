"""Managers over HTTP."""

from tests.contracts.databases import over_each_database
from tests.contracts.learning.http_managers import HttpManagersContract


@over_each_database
class TestManagers(HttpManagersContract):
    pass
