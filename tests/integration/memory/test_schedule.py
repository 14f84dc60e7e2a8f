"""Groups, lessons and the calendar over HTTP, in memory."""

from tests.contracts.http_schedule import HttpScheduleContract, HttpScheduleRefusals


class TestScheduleOverMemory(HttpScheduleContract):
    pass


class TestRefusals(HttpScheduleRefusals):
    pass
