"""Who is told of what: each change of lessons and homework, over each store."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import httpx
import pytest

from atg_core.events import MISSED, Subscription
from atg_entrypoints.container import Container
from tests.classroom import NOON, SINGLE, TEXT, Classroom
from tests.contracts.databases import over_each_database

pytestmark = over_each_database

_TIMES = {
    "start_time": (NOON + timedelta(minutes=5)).isoformat(),
    "end_time": (NOON + timedelta(minutes=65)).isoformat(),
}
_SOON, _AT_ONCE = 5.0, 0.1


class Audience:
    """Everybody of a classroom, each with a subscription."""

    def __init__(self, subscriptions: dict[str, Subscription]) -> None:
        self._subscriptions = subscriptions

    async def told(self, *names: str) -> Any:
        """The kind and the subject of the one event that these are told, and nobody else."""
        heard = [await self._subscriptions[name].next(_SOON) for name in names]
        others = [name for name in self._subscriptions if name not in names]
        assert [each for name in others for each in await self._subscriptions[name].next(_AT_ONCE)] == []
        [[event], *rest] = heard
        assert all(each == [event] for each in rest)
        return event.kind.value, event.subject_id

    async def nobody_is_told(self) -> None:
        for subscription in self._subscriptions.values():
            assert await subscription.next(_AT_ONCE / 4) == []


@pytest.fixture
async def room(client: httpx.AsyncClient, stocked: Container) -> Classroom:
    return await Classroom.open(stocked, client)


@pytest.fixture
async def audience(room: Classroom, stocked: Container) -> AsyncIterator[Audience]:
    names: Sequence[str] = ("teacher", "boris", "vera", "colleague", "oleg")
    async with AsyncExitStack() as stack:
        subscribe = stocked.event_subscriptions().subscribe
        made = {name: await stack.enter_async_context(subscribe(room.people[name].id)) for name in names}
        for subscription in made.values():
            assert await subscription.next(_SOON) == [MISSED]
        yield Audience(made)


_GROUP = ("teacher", "boris", "vera")


async def test_a_lesson_is_told_of_to_its_teacher_and_students(room: Classroom, audience: Audience) -> None:
    await room.admin.post("/admin/conference-accounts", body={"provider": "local", "label": "1"})
    body = {"group_id": room.group, "title": "Насосы", **_TIMES}
    lesson = (await room.teacher.post("/schedule/lessons", body=body))["id"]
    path = f"/schedule/lessons/{lesson}"
    assert await audience.told(*_GROUP) == ("lesson.changed", lesson)
    await room.teacher.put(path, {"end_time": (NOON + timedelta(minutes=70)).isoformat()})
    assert await audience.told(*_GROUP) == ("lesson.changed", lesson)
    await room.teacher.put(path, {"title": "Насосы"})
    await audience.nobody_is_told()
    await room.teacher.post(f"{path}/start", 200)
    assert await audience.told(*_GROUP) == ("lesson.started", lesson)
    await room.teacher.post(f"{path}/start", 200)
    await audience.nobody_is_told()
    assert await room.teacher.refused("PUT", path, 409, {"status": "cancelled"}) == "lesson_started"
    await audience.nobody_is_told()
    await room.teacher.post(f"{path}/end", 200)
    assert await audience.told(*_GROUP) == ("lesson.ended", lesson)
    await room.teacher.post(f"{path}/end", 200)
    await audience.nobody_is_told()


async def test_a_lesson_that_is_cancelled_or_deleted_is_told_of(room: Classroom, audience: Audience) -> None:
    body = {"group_id": room.group, "title": "Насосы", **_TIMES}
    lesson = (await room.teacher.post("/schedule/lessons", body=body))["id"]
    await audience.told(*_GROUP)
    await room.teacher.put(f"/schedule/lessons/{lesson}", {"status": "cancelled"})
    assert await audience.told(*_GROUP) == ("lesson.changed", lesson)
    await room.teacher.call("DELETE", f"/schedule/lessons/{lesson}", 204)
    assert await audience.told(*_GROUP) == ("lesson.changed", lesson)


async def test_a_rule_and_its_exceptions_are_told_of(room: Classroom, audience: Audience) -> None:
    rule = {"group_id": room.group, "title": "Семинар", "day_of_week": 1, "start_time": "12:10", "end_time": "13:00"}
    days = {"start_date": "2026-03-01", "end_date": "2026-05-31", "timezone": "UTC"}
    number = (await room.teacher.post("/schedule/recurring-lessons", body={**rule, **days}))["id"]
    path = f"/schedule/recurring-lessons/{number}"
    expected = ("lesson.rule_changed", number)
    assert await audience.told(*_GROUP) == expected
    await room.teacher.put(path, {"title": "Практикум"})
    assert await audience.told(*_GROUP) == expected
    await room.teacher.post(f"{path}/exceptions", body={"date": "2026-03-03", "action": "cancel"})
    assert await audience.told(*_GROUP) == expected
    await room.teacher.call("DELETE", f"{path}/exceptions/2026-03-03", 204)
    assert await audience.told(*_GROUP) == expected
    await room.teacher.call("DELETE", path, 204)
    assert await audience.told(*_GROUP) == expected


async def test_a_lesson_that_moves_to_another_group_is_told_of_in_both(room: Classroom, audience: Audience) -> None:
    body = {"group_id": room.group, "title": "Насосы", **_TIMES}
    lesson = (await room.admin.post("/schedule/lessons", body=body))["id"]
    await audience.told(*_GROUP)
    await room.admin.put(f"/schedule/lessons/{lesson}", {"group_id": room.other_group})
    assert await audience.told(*_GROUP, "colleague", "oleg") == ("lesson.changed", lesson)


async def test_homework_is_told_of_to_whom_it_concerns(room: Classroom, audience: Audience) -> None:
    draft = await room.homework(TEXT, SINGLE, publish=False)
    await audience.nobody_is_told()
    await room.teacher.post(f"/homework/{draft['id']}/publish", 200)
    assert await audience.told("boris", "vera") == ("homework.published", draft["id"])
    await room.teacher.post(f"/homework/{draft['id']}/publish", 200)
    await audience.nobody_is_told()
    submission = await room.handed_in(draft)
    assert await audience.told("teacher") == ("homework.submitted", draft["id"])
    [question] = [each for each in draft["questions"] if each["question_type"] == "TEXT"]
    grades = [{"question_id": question["id"], "grade": "4.00"}]
    await room.teacher.put(f"/submissions/{submission['id']}/grades", grades)
    assert await audience.told("boris") == ("homework.graded", draft["id"])
