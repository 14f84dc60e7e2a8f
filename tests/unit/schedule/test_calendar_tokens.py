"""Calendar tokens, and the user and period of a feed, in memory."""

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest

from atg_adapters.ical.calendar_feed import IcalCalendarFeed
from atg_adapters.ical.recurrence import recurrence_dates
from atg_adapters.memory.database import MemoryDatabase
from atg_adapters.memory.schedule.calendar_tokens import MemoryCalendarTokens
from atg_adapters.memory.schedule.groups import MemoryGroups
from atg_adapters.memory.schedule.lessons import MemoryLessons
from atg_adapters.memory.schedule.queries import MemoryScheduleQueries
from atg_adapters.memory.schedule.recurring_lessons import MemoryRecurringLessons
from atg_core.identity.model import Role
from atg_core.schedule.calendar_feed import IssueCalendarToken, ShowCalendarFeed
from atg_core.schedule.model import WeekType
from atg_core.schedule.ports import CalendarNotFound
from atg_core.schedule.recurrence import RecurrenceExpansion

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ANNA, BORIS, STUDENT = (UUID(int=number) for number in range(1, 4))


@dataclass
class School:
    """Anna and Boris teach a group each; the student is in Anna's."""

    database: MemoryDatabase = field(default_factory=MemoryDatabase)
    groups: dict[UUID, int] = field(default_factory=dict)

    @property
    def issue(self) -> IssueCalendarToken:
        tokens = (f"token {number} of the school" for number in range(len(self.database.tables["calendar_tokens"]), 99))
        return IssueCalendarToken(
            open=self.database.unit_of_work(MemoryCalendarTokens), new_token=lambda: next(tokens), clock=lambda: NOW
        )

    @property
    def show(self) -> ShowCalendarFeed:
        write = IcalCalendarFeed(recurrence=RecurrenceExpansion(dates=recurrence_dates), base_url="https://atg.example")
        return ShowCalendarFeed(
            schedule_queries=MemoryScheduleQueries(self.database), write_calendar_feed=write, clock=lambda: NOW
        )

    async def plan(self, teacher: UUID, start: datetime, **values: Any) -> int:
        lesson = {"group_id": self.groups[teacher], "teacher_id": teacher, "title": "Lesson", "start_time": start}
        lesson |= {"end_time": start + timedelta(hours=1), **values}
        async with self.database.unit_of_work(MemoryLessons)() as store:
            return (await store.add_lesson(lesson, allow_overlap=True, now=NOW)).id

    async def rule(self, teacher: UUID, **values: Any) -> int:
        rule = {"group_id": self.groups[teacher], "title": "Rule", "day_of_week": 0, "week_type": WeekType.ALL}
        rule |= {"start_time": time(9), "end_time": time(10), "timezone": "Europe/Berlin", **values}
        async with self.database.unit_of_work(MemoryRecurringLessons)() as store:
            return (await store.add_rule(rule, NOW)).id

    async def uids(self, token: str) -> set[str]:
        return set(re.findall(r"^UID:(\S+)@atg\.example\r$", (await self.show(token)).decode(), re.MULTILINE))


@pytest.fixture
async def school() -> School:
    school = School()
    for user_id, role in ((ANNA, Role.TEACHER), (BORIS, Role.TEACHER), (STUDENT, Role.STUDENT)):
        user = {
            "id": user_id,
            "username": str(user_id),
            "full_name": None,
            "email": None,
            "role": role,
            "is_active": True,
        }
        school.database.insert("users", user)
    async with school.database.unit_of_work(MemoryGroups)() as store:
        for teacher in (ANNA, BORIS):
            school.groups[teacher] = (await store.add_group("Group", teacher, NOW)).id
        await store.add_students(school.groups[ANNA], [STUDENT])
    return school


async def test_a_token_shows_what_its_owner_teaches_or_attends(school: School) -> None:
    theirs = {teacher: f"lesson-{await school.plan(teacher, NOW)}" for teacher in (ANNA, BORIS)}
    assert await school.uids(await school.issue(ANNA)) == {theirs[ANNA]}
    assert await school.uids(await school.issue(BORIS)) == {theirs[BORIS]}
    assert await school.uids(await school.issue(STUDENT)) == {theirs[ANNA]}


async def test_a_new_token_ends_the_one_before_it_and_others_never_were(school: School) -> None:
    """G4: a revoked token finds nothing."""
    first, other = await school.issue(ANNA), await school.issue(BORIS)
    second = await school.issue(ANNA)
    assert await school.show(second)
    assert await school.show(other)
    for token in (first, "", "\ud800", second + " "):
        with pytest.raises(CalendarNotFound):
            await school.show(token)


async def test_no_token_is_stored(school: School) -> None:
    token = await school.issue(ANNA)
    (row,) = school.database.tables["calendar_tokens"].values()
    assert token not in str(row)
    assert len(row["digest"]) == 32


async def test_who_may_not_sign_in_any_more_has_no_feed(school: School) -> None:
    token = await school.issue(ANNA)
    school.database.update("users", ANNA, is_active=False)
    with pytest.raises(CalendarNotFound):
        await school.show(token)


async def test_the_feed_goes_from_last_year_to_three_years_after_this_one(school: School) -> None:
    shown = [
        datetime(2024, 12, 31, 23, 30, tzinfo=UTC),
        datetime(2025, 1, 1, tzinfo=UTC),
        datetime(2029, 12, 31, tzinfo=UTC),
    ]
    hidden = [datetime(2024, 12, 29, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)]
    lessons = {start: f"lesson-{await school.plan(ANNA, start)}" for start in shown + hidden}
    token = await school.issue(ANNA)
    assert await school.uids(token) == {lessons[start] for start in shown}


async def test_a_rule_is_shown_from_last_year_until_its_end(school: School) -> None:
    number = await school.rule(ANNA, start_date=date(2023, 9, 1), end_date=date(2031, 6, 1))
    await school.rule(ANNA, start_date=date(2023, 9, 1), end_date=date(2024, 12, 31))
    token = await school.issue(ANNA)
    feed = (await school.show(token)).decode()
    assert await school.uids(token) == {f"recurring-{number}"}
    assert "DTSTART;TZID=Europe/Berlin:20250106T090000\r\n" in feed
    assert "UNTIL=20310601T215959Z" in feed


async def test_a_lesson_that_was_put_off_for_years_still_takes_the_place_of_its_occurrence(school: School) -> None:
    number = await school.rule(ANNA, start_date=date(2026, 3, 1), end_date=date(2026, 3, 31))
    start, day = datetime(2031, 3, 3, 9, tzinfo=UTC), date(2026, 3, 9)
    await school.plan(ANNA, start, recurring_lesson_id=number, occurrence_date=day)
    token = await school.issue(ANNA)
    feed = (await school.show(token)).decode()
    assert await school.uids(token) == {f"recurring-{number}"}
    assert "RECURRENCE-ID;TZID=Europe/Berlin:20260309T090000\r\n" in feed
    assert "DTSTART:20310303T090000Z\r\n" in feed


async def test_the_feed_changes_when_something_is_changed_and_not_by_itself(school: School) -> None:
    """G4: its ETag."""
    lesson_id = await school.plan(ANNA, NOW)
    token = await school.issue(ANNA)
    feed = await school.show(token)
    later = replace(school.show, clock=lambda: NOW + timedelta(days=200))
    assert await later(token) == feed
    async with school.database.unit_of_work(MemoryLessons)() as store:
        await store.change_lesson(lesson_id, {"title": "Other"}, allow_overlap=False, now=NOW)
    assert await school.show(token) != feed
