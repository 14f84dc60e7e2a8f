"""Attendance, grades and journals over HTTP, in memory."""

from tests.contracts.http_gradebook import HttpJournalContract
from tests.contracts.http_grades import HttpGradesContract
from tests.contracts.http_journal_parts import HttpJournalPartsContract
from tests.contracts.http_progress_charts import HttpProgressContract


class TestGradesOverMemory(HttpGradesContract):
    pass


class TestJournalOverMemory(HttpJournalContract):
    pass


class TestPartsOfTheJournalOverMemory(HttpJournalPartsContract):
    pass


class TestProgressOverMemory(HttpProgressContract):
    pass
