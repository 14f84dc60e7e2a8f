"""Groups, lessons and the calendar over HTTP, on SQLite and PostgreSQL."""

from tests.contracts.http_schedule import HttpScheduleContract


class TestScheduleOverSql(HttpScheduleContract):
    pass
