"""Leases are taken together in memory."""

from tests.contracts.taking import TakingContract


class TestMemoryTaking(TakingContract):
    pass
