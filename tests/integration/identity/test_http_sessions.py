"""Sessions over HTTP on each database."""

from tests.contracts.databases import over_each_database
from tests.contracts.identity.http_sessions import HttpSessionsContract


@over_each_database
class TestSessions(HttpSessionsContract):
    pass
