"""Session revocation over HTTP on each database."""

from tests.contracts.databases import over_each_database
from tests.contracts.identity.http_sessions_ended import HttpSessionsEndedContract


@over_each_database
class TestSessionsEnded(HttpSessionsEndedContract):
    pass
