"""Every SQL store keeps the contract of its port, on SQLite and on PostgreSQL."""

from tests.contracts.catalog import CatalogContract
from tests.contracts.identity import IdentityContract
from tests.contracts.importing import ImportingContract
from tests.contracts.learning import LearningContract


class TestSqlIdentity(IdentityContract):
    pass


class TestSqlCatalog(CatalogContract):
    pass


class TestSqlLearning(LearningContract):
    pass


class TestSqlImporting(ImportingContract):
    pass
