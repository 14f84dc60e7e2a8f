"""The identity store in memory keeps the contract."""

from tests.contracts.identity import IdentityContract


class TestMemoryIdentity(IdentityContract):
    pass
