"""Which reminder comes next."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from atg_core.notices.reminders import ToldOfCourse, next_reminder
from atg_core.notifier import NoticeKind

MOSCOW = ZoneInfo("Europe/Moscow")
DUE = datetime(2030, 3, 31, 20, 59, tzinfo=UTC)
"""The last day of March in Moscow."""


def told(kind: NoticeKind, at: datetime = DUE, occasion: datetime = DUE) -> ToldOfCourse:
    return ToldOfCourse(
        user_id=UUID(int=1),
        course_id=UUID(int=2),
        kind=kind,
        occasion=occasion,
        created_at=at,
        sent_at=None,
        read_at=None,
    )


def coming(days_before: int, *before: ToldOfCourse) -> tuple[NoticeKind, date] | None:
    found = next_reminder(DUE, before, DUE - timedelta(days=days_before), MOSCOW)
    return found and (found.kind, found.day)


def test_stages_come_one_after_the_other() -> None:
    assert coming(30) == (NoticeKind.COURSE_DUE_14, date(2030, 3, 17))
    first = told(NoticeKind.COURSE_DUE_14)
    assert coming(14, first) == (NoticeKind.COURSE_DUE_3, date(2030, 3, 28))
    second = told(NoticeKind.COURSE_DUE_3)
    assert coming(2, first, second) == (NoticeKind.COURSE_DUE_0, date(2030, 3, 31))
    last = told(NoticeKind.COURSE_DUE_0)
    assert coming(0, first, second, last) == (NoticeKind.COURSE_OVERDUE, date(2030, 4, 1))
    assert coming(-5, first, second, last, told(NoticeKind.COURSE_OVERDUE)) is None


def test_of_missed_stages_the_last_alone_comes_and_at_once() -> None:
    assert coming(2) == (NoticeKind.COURSE_DUE_3, date(2030, 3, 29))
    assert coming(-3) == (NoticeKind.COURSE_OVERDUE, date(2030, 4, 3))


def test_a_stage_that_had_begun_when_the_course_was_assigned_does_not_come() -> None:
    assigned = told(NoticeKind.COURSE_ASSIGNED, at=DUE - timedelta(days=10))
    assert coming(10, assigned) == (NoticeKind.COURSE_DUE_3, date(2030, 3, 28))


def test_what_was_told_of_another_due_date_does_not_count() -> None:
    former = told(NoticeKind.COURSE_DUE_14, occasion=DUE - timedelta(days=1))
    assert coming(13, former) == (NoticeKind.COURSE_DUE_14, date(2030, 3, 18))
