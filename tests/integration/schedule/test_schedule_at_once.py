"""Concurrent writes to the schedule on PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from random import Random
from uuid import UUID

import pytest
import sqlalchemy as sa
from dependency_injector import providers
from sqlalchemy.exc import IntegrityError

from atg_core.errors import ChangedMeanwhile
from atg_core.identity.model import Role
from atg_core.schedule.model import Viewer
from atg_core.schedule.ports import LessonOverlap
from atg_entrypoints.container import Container, close, create_container
from atg_entrypoints.settings import Settings
from tests.arranging import rows_of
from tests.conftest import SECRET
from tests.people import add_person

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ADDED = 600


@pytest.fixture
async def planners(postgres_url: str) -> AsyncIterator[list[Container]]:
    """Two processes' worth of connections to one database."""
    containers = [create_container(Settings(database_url=postgres_url, secret_key=SECRET)) for _ in range(2)]
    for container in containers:
        container.clock.override(providers.Object(lambda: NOON))
    yield containers
    for container in containers:
        await close(container)


async def group_of(container: Container, teacher: UUID, name: str) -> int:
    group = await container.edit_groups().add(Viewer(id=teacher), name)
    return int(group.id)


async def test_no_two_lessons_of_a_teacher_or_a_group_overlap(planners: list[Container]) -> None:
    """G3: random lessons of three teachers with two groups each, twenty at once."""
    random, places = Random(7), asyncio.Semaphore(20)
    teachers = [await add_person(planners[0], f"t{number}", role=Role.TEACHER) for number in range(3)]
    groups = [(teacher, await group_of(planners[0], teacher, name)) for teacher in teachers for name in ("a", "b")]

    async def add(number: int) -> bool:
        teacher, group = random.choice(groups)
        start = NOON + timedelta(minutes=5 * random.randrange(2_000))
        async with places:
            try:
                await (
                    planners[number % 2]
                    .edit_lessons()
                    .add(
                        Viewer(id=teacher),
                        group_id=group,
                        title="x",
                        start_time=start,
                        end_time=start + timedelta(minutes=random.choice((45, 90))),
                    )
                )
            except LessonOverlap:
                return False
        return True

    added = await asyncio.gather(*(add(number) for number in range(ADDED)))
    lessons = await rows_of(planners[0], "scheduled_lessons")
    assert len(lessons) == sum(added)
    assert 0 < sum(added) < ADDED
    for whose in ("teacher_id", "group_id"):
        for one in {lesson[whose] for lesson in lessons}:
            spans = sorted((each["start_time"], each["end_time"]) for each in lessons if each[whose] == one)
            assert all(first[1] <= second[0] for first, second in pairwise(spans))


async def test_the_database_itself_refuses_what_overlaps(planners: list[Container]) -> None:
    """Whoever writes past the application."""
    teacher = await add_person(planners[0], "t", role=Role.TEACHER)
    group = await group_of(planners[0], teacher, "a")
    adding = sa.text(
        "INSERT INTO scheduled_lessons (group_id, teacher_id, title, start_time, end_time, status, allow_overlap) "
        "VALUES (:g, :t, 'x', :start, :end, :status, :may)"
    )

    async def add(minutes: int, status: str = "planned", *, may: bool = False) -> None:
        start = NOON + timedelta(minutes=minutes)
        values = {"g": group, "t": teacher, "start": start, "end": start + timedelta(hours=1)}
        async with planners[0].database().transaction() as connection:
            await connection.execute(adding, {**values, "status": status, "may": may})

    await add(0)
    for minutes in (-59, 0, 59):
        with pytest.raises(IntegrityError, match="ex_scheduled_lessons"):
            await add(minutes)
    for minutes in (-60, 60):
        await add(minutes)
    await add(0, "cancelled")
    await add(0, may=True)


async def test_an_occurrence_becomes_one_lesson_however_often_it_is_started(planners: list[Container]) -> None:
    teacher = await add_person(planners[0], "t", role=Role.TEACHER)
    rule = (
        await planners[0]
        .edit_recurring_lessons()
        .add(
            Viewer(id=teacher),
            {
                "group_id": await group_of(planners[0], teacher, "a"),
                "title": "x",
                "day_of_week": 0,
                "week_type": "ALL",
                "start_time": time(12),
                "end_time": time(13),
                "start_date": date(2026, 9, 1),
                "end_date": date(2027, 5, 31),
                "timezone": "UTC",
            },
        )
    )
    made = await asyncio.gather(
        *(planners[number % 2].create_occurrence_lesson()(rule.id, date(2026, 11, 23), teacher) for number in range(20))
    )
    assert len(set(made)) == 1
    assert len(await rows_of(planners[0], "scheduled_lessons")) == 1


async def test_of_many_who_change_the_same_version_of_a_lesson_one_does(planners: list[Container]) -> None:
    teacher = await add_person(planners[0], "t", role=Role.TEACHER)
    group, viewer = await group_of(planners[0], teacher, "a"), Viewer(id=teacher)
    span = {"start_time": NOON, "end_time": NOON + timedelta(hours=1)}
    seen = await planners[0].edit_lessons().add(viewer, group_id=group, title="x", **span)
    for turn in range(5):
        changes = [
            planners[number % 2]
            .edit_lessons()
            .change(viewer, seen.id, {"title": f"{turn} {number}"}, was=seen.updated_at)
            for number in range(12)
        ]
        told = await asyncio.gather(*changes, return_exceptions=True)
        [saved] = [each for each in told if not isinstance(each, BaseException)]
        late = [each for each in told if isinstance(each, ChangedMeanwhile)]
        assert len(late) == 11
        assert {each.current for each in late} == {saved}
        seen = saved
