"""Every SQL store keeps the contract of its port, on SQLite and on PostgreSQL."""

from tests.contracts.catalog import CatalogContract
from tests.contracts.identity import IdentityContract
from tests.contracts.importing import ImportingContract
from tests.contracts.importing_gradebook import GradebookImportingContract
from tests.contracts.importing_homework import HomeworkImportingContract
from tests.contracts.importing_schedule import ScheduleImportingContract
from tests.contracts.learning import LearningContract


class TestSqlIdentity(IdentityContract):
    pass


class TestSqlCatalog(CatalogContract):
    pass


class TestSqlLearning(LearningContract):
    pass


class TestSqlImporting(ImportingContract):
    pass


class TestSqlScheduleImporting(ScheduleImportingContract):
    pass


class TestSqlHomeworkImporting(HomeworkImportingContract):
    pass


class TestSqlGradebookImporting(GradebookImportingContract):
    pass
