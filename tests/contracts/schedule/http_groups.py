"""Groups and their students over HTTP, on every database (spec: schedule, Groups and lessons)."""

from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from dependency_injector import providers

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.contracts.schedule.rooms import NOON, WEEK, InARoom
from tests.teaching import Room, person, room_of


class HttpGroupsContract(InARoom):
    @pytest.fixture
    async def room(self, client: httpx.AsyncClient, stocked: Container) -> Room:
        stocked.clock.override(providers.Object(lambda: NOON))
        return await room_of(client, stocked)

    async def test_a_group_is_renamed_handed_over_and_deleted(self, room: Room) -> None:
        renamed = await room.teacher.put(f"/groups/{room.group}", name="10Б", teacher_id=str(room.stranger.id))
        assert (renamed["name"], renamed["teacher_id"]) == ("10Б", str(room.teacher.id))
        await room.rule()
        given = await room.admin.put(f"/groups/{room.group}", teacher_id=str(room.stranger.id))
        assert given["teacher_id"] == str(room.stranger.id)
        await room.teacher.get(f"/groups/{room.group}", 404)
        await room.stranger.delete(f"/groups/{room.group}")
        await room.admin.get(f"/groups/{room.group}", 404)

    async def test_who_takes_over_a_group_takes_what_belongs_to_it(self, room: Room) -> None:
        rule, planned = await room.rule(), await room.lesson(NOON + timedelta(days=1))
        cancelled = await room.lesson(NOON + timedelta(days=2))
        await room.teacher.put(f"/schedule/lessons/{cancelled['id']}", status="cancelled")
        homework = await room.teacher.post("/homework", group_id=room.group, title="Задачи")
        points = await room.teacher.post(
            f"/groups/{room.group}/control-points", title="Зачёт", date="2026-12-01", kind="exam", max_grade=10
        )
        await room.admin.put(f"/groups/{room.group}", teacher_id=str(room.stranger.id))
        paths = (
            f"/schedule/recurring-lessons/{rule['id']}",
            f"/schedule/lessons/{planned['id']}",
            f"/homework/{homework['id']}",
            f"/control-points/{points['id']}",
        )
        for path in paths:
            changed = await room.stranger.put(path, title="Другое")
            assert changed["title"] == "Другое"
            await room.teacher.put(path, 404, title="Прежнее")
        taken = await room.stranger.get(f"/schedule/lessons/{planned['id']}")
        assert taken["teacher_id"] == str(room.stranger.id)
        for who, number in ((room.stranger, 2), (room.teacher, 0)):
            found = await who.get(f"/schedule/calendar?{WEEK}")
            assert len([event for event in found if event["extendedProps"]["group_id"] == room.group]) == number

    async def test_what_was_held_stays_with_who_held_it(self, room: Room) -> None:
        past, marked, ended = [await room.lesson(NOON - timedelta(hours=2 * hours)) for hours in (2, 1, 0)]
        live = await room.lesson(NOON, allow_overlap=True)
        await room.admin.post("/admin/conference-accounts", provider="local", label="A")
        await room.teacher.post(f"/schedule/lessons/{ended['id']}/start", 200)
        await room.teacher.post(f"/schedule/lessons/{ended['id']}/end", 200)
        register = [{"student_id": str(room.students[0].id), "status": "present"}]
        await room.teacher.call("PUT", f"/schedule/lessons/{marked['id']}/attendance", json=register)
        await room.teacher.post(f"/schedule/lessons/{live['id']}/start", 200)
        await room.admin.put(f"/groups/{room.group}", teacher_id=str(room.stranger.id))
        for lesson, who in (
            (ended, room.teacher),
            (marked, room.teacher),
            (past, room.stranger),
            (live, room.teacher),
        ):
            shown = await who.get(f"/schedule/lessons/{lesson['id']}")
            assert shown["teacher_id"] == str(who.id)
        await room.teacher.post(f"/schedule/lessons/{live['id']}/end", 200)

    async def test_who_is_not_free_takes_over_nothing(self, room: Room) -> None:
        first, second = [await room.lesson(NOON + timedelta(days=days)) for days in (1, 2)]
        mine = (await room.stranger.post("/groups", name="Другая"))["id"]
        times = {name: second[name] for name in ("start_time", "end_time")}
        own = await room.stranger.post("/schedule/lessons", group_id=mine, title="x", **times)
        over = f"/groups/{room.group}"
        assert (await room.admin.put(over, 409, teacher_id=str(room.stranger.id)))["code"] == "lesson_overlap"
        assert (await room.admin.get(over))["teacher_id"] == str(room.teacher.id)
        assert (await room.admin.get(f"/schedule/lessons/{first['id']}"))["teacher_id"] == str(room.teacher.id)
        await room.stranger.put(f"/schedule/lessons/{own['id']}", status="cancelled")
        before = await room.admin.get(f"/schedule/lessons/{first['id']}")
        await room.admin.put(over, teacher_id=str(room.teacher.id))
        assert await room.admin.get(f"/schedule/lessons/{first['id']}") == before
        await room.admin.put(over, teacher_id=str(room.stranger.id), name="Вместе")
        assert (await room.stranger.get(over))["name"] == "Вместе"

    async def test_a_lesson_that_may_overlap_is_no_hindrance(self, room: Room) -> None:
        await room.lesson(NOON + timedelta(days=1), allow_overlap=True)
        mine = (await room.stranger.post("/groups", name="Другая"))["id"]
        times = {"start_time": "2026-11-24T12:00:00Z", "end_time": "2026-11-24T13:00:00Z"}
        await room.stranger.post("/schedule/lessons", group_id=mine, title="x", **times)
        await room.admin.put(f"/groups/{room.group}", teacher_id=str(room.stranger.id))

    async def test_a_name_is_a_teachers_once(self, room: Room) -> None:
        assert (await room.teacher.post("/groups", 409, name="10А"))["code"] == "group_name_taken"
        other = await room.teacher.post("/groups", name="11А")
        assert (await room.teacher.put(f"/groups/{other['id']}", 409, name="10А"))["code"] == "group_name_taken"
        await room.stranger.post("/groups", name="10А")

    async def test_who_does_not_teach_gets_no_group(self, room: Room) -> None:
        for nobody in (str(uuid4()), str(room.outsider.id)):
            refused = await room.admin.post("/groups", 400, name="x", teacher_id=nobody)
            assert refused["errors"][0]["field"] == "teacher_id"
        await room.students[0].post("/groups", 403, name="x")
        made = await room.admin.post("/groups", name="x", teacher_id=str(room.teacher.id))
        assert made["teacher_id"] == str(room.teacher.id)

    async def test_students_whom_an_administrator_adds_come_all_or_none(
        self, room: Room, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        new = await person(client, stocked, "new", Role.STUDENT, email="New.One@example.com")
        students = f"/groups/{room.group}/students"
        refused = await room.admin.post(students, 400, student_ids=[str(new.id), str(uuid4())])
        assert refused["errors"][0]["field"] == "student_ids"
        refused = await room.admin.post(students, 400, student_ids=[str(new.id)], emails=["nobody@example.com"])
        assert refused["errors"][0]["field"] == "emails"
        assert (await room.teacher.get(f"/groups/{room.group}"))["student_count"] == 2
        added = await room.admin.post(students, 200, student_ids=[str(new.id)], emails=["new.one@EXAMPLE.com"])
        assert added["student_count"] == len(added["students"]) == 3
        await room.teacher.delete(f"{students}/{new.id}")
        assert (await room.teacher.delete(f"{students}/{new.id}", 404))["code"] == "student_not_in_group"
        await room.teacher.delete(f"{students}/x", 404)
        await new.get(f"/groups/{room.group}", 404)
