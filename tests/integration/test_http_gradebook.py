"""Attendance, grades and journals over HTTP, on SQLite and PostgreSQL."""

from tests.contracts.http_gradebook import HttpJournalContract
from tests.contracts.http_grades import HttpGradesContract
from tests.contracts.http_journal_parts import HttpJournalPartsContract
from tests.contracts.http_progress_charts import HttpProgressContract


class TestGradesOverSql(HttpGradesContract):
    pass


class TestJournalOverSql(HttpJournalContract):
    pass


class TestPartsOfTheJournalOverSql(HttpJournalPartsContract):
    pass


class TestProgressOverSql(HttpProgressContract):
    pass
