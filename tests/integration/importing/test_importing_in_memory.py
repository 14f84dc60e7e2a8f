"""The import and export contracts in memory."""

import pytest

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
from tests.contracts.importing.import_jobs import ImportJobsContract
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
from tests.contracts.importing.undo import UndoContract
from tests.contracts.importing.upserts import UpsertContract
from tests.contracts.importing.users import UserImportingContract


@pytest.fixture
def database_url() -> str:
    return "memory://"


class TestMemoryAnyCaseImporting(AnyCaseImportingContract):
    pass


class TestMemoryCatalogImporting(CatalogImportingContract):
    pass


class TestMemoryConferenceAccountImporting(ConferenceAccountImportingContract):
    pass


class TestMemoryImportErrors(ImportErrorsContract):
    pass


class TestMemoryExport(ExportContract):
    pass


class TestMemoryGradebookImporting(GradebookImportingContract):
    pass


class TestMemoryGroupImporting(GroupImportingContract):
    pass


class TestMemoryHomeworkImporting(HomeworkImportingContract):
    pass


class TestMemoryLearningImporting(LearningImportingContract):
    pass


class TestMemoryQuestionBankImporting(QuestionBankImportingContract):
    pass


class TestMemoryImportedLists(ImportedListsContract):
    pass


class TestMemoryRecurringLessonImporting(RecurringLessonImportingContract):
    pass


class TestMemoryScheduledLessonImporting(ScheduledLessonImportingContract):
    pass


class TestMemoryShopImporting(ShopImportingContract):
    pass


class TestMemoryUpsert(UpsertContract):
    pass


class TestMemoryUserImporting(UserImportingContract):
    pass


class TestMemoryAccountImporting(AccountImportingContract):
    pass


class TestMemoryNamedAccounts(NamedAccountContract):
    pass


class TestMemoryExchanges(ExchangeContract):
    pass


class TestMemoryRosters(RosterContract):
    pass


class TestMemoryUndo(UndoContract):
    pass


class TestMemoryImportJobs(ImportJobsContract):
    pass


class TestMemoryPrerequisiteImporting(PrerequisiteImportingContract):
    pass


class TestMemoryRights(RightsContract):
    pass
