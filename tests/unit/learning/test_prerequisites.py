"""What is missing before a course can be begun."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from atg_core.learning.prerequisites import CourseAccess, CourseLocked, Requirement, require_one_open

MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
DAY = timedelta(days=1)
COURSE, OTHER, THIRD = (UUID(int=number) for number in (1, 2, 3))


def requirement(*, met: bool = False, test: int | None = None, added_at: datetime = MONDAY) -> Requirement:
    return Requirement(
        course_id=None if test else OTHER, final_test_id=test, title="Первая помощь", added_at=added_at, is_met=met
    )


def access(*requirements: Requirement, **enrollment: object) -> CourseAccess:
    return CourseAccess(course_id=COURSE, title="Допуск", requirements=requirements, **enrollment)  # type: ignore[arg-type]


def test_what_is_not_met_is_missing() -> None:
    met, unmet = requirement(met=True), requirement(test=7)
    assert access(met, unmet).missing == [unmet]
    assert access(met).missing == []
    assert access().missing == []


def test_who_has_begun_keeps_access() -> None:
    assert access(requirement(), is_enrolled=True, started_at=MONDAY - DAY, enrolled_at=MONDAY).missing == []
    left = access(requirement(), is_enrolled=False, started_at=MONDAY - DAY, enrolled_at=MONDAY - DAY)
    assert left.missing == [requirement()]


@pytest.mark.parametrize(("enrolled_at", "is_locked"), [(MONDAY - DAY, False), (None, False), (MONDAY, True)])
def test_who_was_assigned_before_it_was_required_keeps_access(enrolled_at: datetime | None, is_locked: bool) -> None:
    assert bool(access(requirement(), is_enrolled=True, enrolled_at=enrolled_at).missing) is is_locked


def test_one_open_course_is_enough() -> None:
    locked = access(requirement(), requirement(test=7))
    less = CourseAccess(course_id=THIRD, title="Другой", requirements=(requirement(),))
    require_one_open([])
    require_one_open([locked, CourseAccess(course_id=OTHER, title="Свободный")])
    with pytest.raises(CourseLocked) as refused:
        require_one_open([locked, less])
    assert refused.value.code == "course_locked"
    assert refused.value.beside == {
        "course_id": str(THIRD),
        "missing": [{"kind": "course", "course_id": str(OTHER), "final_test_id": None, "title": "Первая помощь"}],
    }
