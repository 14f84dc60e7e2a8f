"""Catalog in memory keeps the contract."""

from tests.contracts.catalog import CatalogContract


class TestMemoryCatalog(CatalogContract):
    pass
