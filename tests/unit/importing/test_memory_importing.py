"""Importing in memory keeps the contract."""

from tests.contracts.importing import ImportingContract
from tests.contracts.importing_gradebook import GradebookImportingContract
from tests.contracts.importing_homework import HomeworkImportingContract
from tests.contracts.importing_schedule import ScheduleImportingContract


class TestMemoryImporting(ImportingContract):
    pass


class TestMemoryScheduleImporting(ScheduleImportingContract):
    pass


class TestMemoryHomeworkImporting(HomeworkImportingContract):
    pass


class TestMemoryGradebookImporting(GradebookImportingContract):
    pass
