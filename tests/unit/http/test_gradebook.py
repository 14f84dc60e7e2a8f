"""Attendance, grades and journals over HTTP, in memory."""

from tests.contracts.http_gradebook import HttpJournalContract
from tests.contracts.http_gradebook_roles import HttpGradebookRolesContract
from tests.contracts.http_grades import HttpGradesContract
from tests.contracts.http_progress_charts import HttpProgressContract


class TestGradesOverMemory(HttpGradesContract):
    pass


class TestJournalOverMemory(HttpJournalContract):
    pass


class TestProgressOverMemory(HttpProgressContract):
    pass


class TestRolesOfTheGradebookOverMemory(HttpGradebookRolesContract):
    pass
