"""What ends sessions, on SQLite and PostgreSQL."""

from tests.contracts.http_sessions_ended import HttpSessionsEndedContract


class TestSessionsEndedOverSql(HttpSessionsEndedContract):
    pass
