"""Importing in memory keeps the contract."""

from tests.contracts.importing import ImportingContract


class TestMemoryImporting(ImportingContract):
    pass
