"""The import and export contracts on SQLite and PostgreSQL."""

from tests.contracts.importing.accounts import AccountImportingContract
from tests.contracts.importing.any_case import AnyCaseImportingContract
from tests.contracts.importing.catalog import CatalogImportingContract
from tests.contracts.importing.conference_accounts import ConferenceAccountImportingContract
from tests.contracts.importing.errors import ImportErrorsContract
from tests.contracts.importing.exchanges import ExchangeContract
from tests.contracts.importing.export import ExportContract
from tests.contracts.importing.gradebook import GradebookImportingContract
from tests.contracts.importing.groups import GroupImportingContract
from tests.contracts.importing.homework import HomeworkImportingContract
from tests.contracts.importing.learning import LearningImportingContract
from tests.contracts.importing.lists import ImportedListsContract
from tests.contracts.importing.named_accounts import NamedAccountContract
from tests.contracts.importing.prerequisites import PrerequisiteImportingContract
from tests.contracts.importing.question_banks import QuestionBankImportingContract
from tests.contracts.importing.recurring_lessons import RecurringLessonImportingContract
from tests.contracts.importing.rights import RightsContract
from tests.contracts.importing.rosters import RosterContract
from tests.contracts.importing.scheduled_lessons import ScheduledLessonImportingContract
from tests.contracts.importing.shop import ShopImportingContract
from tests.contracts.importing.upserts import UpsertContract
from tests.contracts.importing.users import UserImportingContract


class TestSqlAnyCaseImporting(AnyCaseImportingContract):
    pass


class TestSqlCatalogImporting(CatalogImportingContract):
    pass


class TestSqlConferenceAccountImporting(ConferenceAccountImportingContract):
    pass


class TestSqlImportErrors(ImportErrorsContract):
    pass


class TestSqlExport(ExportContract):
    pass


class TestSqlGradebookImporting(GradebookImportingContract):
    pass


class TestSqlGroupImporting(GroupImportingContract):
    pass


class TestSqlHomeworkImporting(HomeworkImportingContract):
    pass


class TestSqlLearningImporting(LearningImportingContract):
    pass


class TestSqlQuestionBankImporting(QuestionBankImportingContract):
    pass


class TestSqlImportedLists(ImportedListsContract):
    pass


class TestSqlRecurringLessonImporting(RecurringLessonImportingContract):
    pass


class TestSqlScheduledLessonImporting(ScheduledLessonImportingContract):
    pass


class TestSqlShopImporting(ShopImportingContract):
    pass


class TestSqlUpsert(UpsertContract):
    pass


class TestSqlUserImporting(UserImportingContract):
    pass


class TestSqlAccountImporting(AccountImportingContract):
    pass


class TestSqlNamedAccounts(NamedAccountContract):
    pass


class TestSqlExchanges(ExchangeContract):
    pass


class TestSqlRosters(RosterContract):
    pass


class TestSqlPrerequisiteImporting(PrerequisiteImportingContract):
    pass


class TestSqlRights(RightsContract):
    pass
