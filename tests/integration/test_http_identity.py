"""Identity over HTTP, on SQLite and PostgreSQL."""

from tests.contracts.http_identity import HttpIdentityContract


class TestIdentityOverSql(HttpIdentityContract):
    pass
