"""What ends sessions, in memory."""

from tests.contracts.http_sessions_ended import HttpSessionsEndedContract


class TestSessionsEndedOverMemory(HttpSessionsEndedContract):
    pass
