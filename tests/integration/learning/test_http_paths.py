"""Learning paths over HTTP."""

from tests.contracts.databases import over_each_database
from tests.contracts.learning.http_paths import HttpPathsContract


@over_each_database
class TestPaths(HttpPathsContract):
    pass
