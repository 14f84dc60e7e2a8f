"""Attendance, grades and journals over HTTP, on SQLite and PostgreSQL."""

from tests.contracts.http_gradebook import HttpJournalContract
from tests.contracts.http_gradebook_roles import HttpGradebookRolesContract
from tests.contracts.http_grades import HttpGradesContract
from tests.contracts.http_progress_charts import HttpProgressContract


class TestGradesOverSql(HttpGradesContract):
    pass


class TestJournalOverSql(HttpJournalContract):
    pass


class TestProgressOverSql(HttpProgressContract):
    pass


class TestRolesOfTheGradebookOverSql(HttpGradebookRolesContract):
    pass
