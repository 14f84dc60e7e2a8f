"""Every SQL store keeps the contract of its port, on SQLite and on PostgreSQL."""

from tests.contracts.identity import IdentityContract


class TestSqlIdentity(IdentityContract):
    pass
