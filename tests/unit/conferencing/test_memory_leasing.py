"""Leasing of accounts in memory."""

from tests.contracts.conferencing.leasing import LeasingContract


class TestMemoryLeasing(LeasingContract):
    pass
