"""How a lesson of today stands, by its status and the clock."""

from datetime import UTC, datetime, timedelta

import pytest

from atg_core.schedule.model import LessonStatus
from atg_core.schedule.today import TodayState, state_of

_START = datetime(2026, 11, 30, 9, tzinfo=UTC)
_END, _EARLY = _START + timedelta(hours=1), timedelta(minutes=15)


@pytest.mark.parametrize(
    ("minutes", "state"),
    [
        (-16, TodayState.PLANNED),
        (-15, TodayState.SOON),
        (-1, TodayState.SOON),
        (0, TodayState.OVERDUE),
        (59, TodayState.OVERDUE),
        (60, TodayState.MISSED),
    ],
)
def test_a_planned_lesson_stands_as_the_clock_says(minutes: int, state: TodayState) -> None:
    now = _START + timedelta(minutes=minutes)
    assert state_of(LessonStatus.PLANNED, _START, _END, now, _EARLY) is state
    assert state_of(LessonStatus.LIVE, _START, _END, now, _EARLY) is TodayState.LIVE
    assert state_of(LessonStatus.ENDED, _START, _END, now, _EARLY) is TodayState.ENDED
