"""Single lessons over HTTP, on every database (spec: schedule, Groups and lessons)."""

from datetime import timedelta
from typing import Any

import pytest

from tests.contracts.schedule.rooms import NOON, WEEK, InARoom, ids
from tests.teaching import Room


class HttpLessonsContract(InARoom):
    async def test_a_lesson_is_planned_changed_cancelled_and_deleted(self, room: Room) -> None:
        lesson = await room.lesson(NOON)
        path = f"/schedule/lessons/{lesson['id']}"
        assert lesson.keys() >= {"zoom_start_url", "zoom_join_url", "recurring_lesson_id", "occurrence_date"}
        assert (lesson["status"], lesson["start_time"]) == ("planned", "2026-11-23T12:00:00.000Z")
        assert (await room.students[0].get(path))["title"] == "Алгебра"
        changed = await room.teacher.put(path, title="Физика", end_time="2026-11-23T15:00:00+02:00")
        assert (changed["title"], changed["end_time"]) == ("Физика", "2026-11-23T13:00:00.000Z")
        assert (await room.teacher.put(path, status="cancelled"))["status"] == "cancelled"
        assert ids(await room.teacher.get(f"/schedule/calendar?{WEEK}")) == []
        assert (await room.teacher.put(path, status="planned"))["status"] == "planned"
        assert ids(await room.teacher.get(f"/schedule/calendar?{WEEK}")) == [f"lesson-{lesson['id']}"]
        await room.teacher.delete(path)
        await room.teacher.get(path, 404)

    async def test_lessons_of_a_teacher_or_a_group_do_not_overlap_unless_they_may(self, room: Room) -> None:
        first = await room.lesson(NOON)
        body = {"title": "x", "start_time": "2026-11-23T12:59:00Z", "end_time": "2026-11-23T14:00:00Z"}
        refused = await room.teacher.post("/schedule/lessons", 409, group_id=room.group, **body)
        assert refused["code"] == "lesson_overlap"
        second_group = (await room.teacher.post("/groups", name="11"))["id"]
        await room.teacher.post("/schedule/lessons", 409, group_id=second_group, **body)
        allowed = await room.teacher.post("/schedule/lessons", group_id=second_group, allow_overlap=True, **body)
        await room.lesson(NOON + timedelta(hours=2))
        await room.lesson(NOON - timedelta(hours=1))
        moved = {"start_time": "2026-11-23T12:30:00Z", "end_time": "2026-11-23T12:45:00Z"}
        path = f"/schedule/lessons/{allowed['id']}"
        assert (await room.teacher.put(path, 409, **moved))["code"] == "lesson_overlap"
        await room.teacher.put(path, allow_overlap=True, **moved)
        await room.teacher.put(f"/schedule/lessons/{first['id']}", status="cancelled")
        await room.teacher.put(path, start_time="2026-11-23T12:20:00Z")
        back = await room.teacher.put(f"/schedule/lessons/{first['id']}", 409, status="planned")
        assert back["code"] == "lesson_overlap"

    async def test_who_changes_what_was_changed_meanwhile_is_told_what_is_there(self, room: Room) -> None:
        seen = await room.lesson(NOON)
        path = f"/schedule/lessons/{seen['id']}"
        first = await room.teacher.put(path, title="Физика", was=seen["updated_at"])
        assert first["updated_at"] > seen["updated_at"], "though no time has passed"
        late = await room.teacher.put(path, 409, start_time="2026-11-23T11:00:00Z", was=seen["updated_at"])
        assert (late["code"], late["current"]) == ("changed_meanwhile", first)
        assert await room.teacher.get(path) == first
        again = await room.teacher.put(path, start_time="2026-11-23T11:30:00Z", was=first["updated_at"])
        assert (again["title"], again["start_time"]) == ("Физика", "2026-11-23T11:30:00.000Z")
        assert (await room.teacher.put(path, title="Химия"))["title"] == "Химия"
        wrong = await room.teacher.put(path, 400, title="x", was="soon")
        assert wrong["errors"][0]["field"] == "was"

    async def test_lists_of_lessons_are_narrowed(self, room: Room) -> None:
        numbers = [(await room.lesson(NOON + timedelta(days=day)))["id"] for day in range(3)]
        await room.teacher.put(f"/schedule/lessons/{numbers[2]}", status="cancelled")

        async def found(query: str) -> list[int]:
            return [each["id"] for each in (await room.students[0].get(f"/schedule/lessons?{query}"))["items"]]

        assert await found("") == numbers
        assert await found("status=cancelled") == numbers[2:]
        assert await found("start=2026-11-24&end=2026-11-25") == numbers[1:2]
        assert await found(f"group_id={room.group + 1000}") == []
        page = await room.teacher.get("/schedule/lessons?size=2&page=2")
        assert ([each["id"] for each in page["items"]], page["total"], page["pages"]) == (numbers[2:], 3, 2)
        refused = await room.teacher.get("/schedule/lessons?start=soon", 400)
        assert refused["errors"][0]["field"] == "start"

    async def test_what_a_caller_may_not_set_is_not_set(self, room: Room) -> None:
        """Z3."""
        forged = {"teacher_id": str(room.stranger.id), "zoom_start_url": "https://evil.example.com", "revision": 9}
        lesson = await room.lesson(NOON, **forged, recurring_lesson_id=1, status="live")
        assert (lesson["teacher_id"], lesson["zoom_start_url"]) == (str(room.teacher.id), None)
        assert (lesson["status"], lesson["recurring_lesson_id"]) == ("planned", None)
        changed = await room.teacher.put(f"/schedule/lessons/{lesson['id']}", **forged)
        assert (changed["teacher_id"], changed["zoom_start_url"]) == (str(room.teacher.id), None)

    @pytest.mark.refuses
    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"end_time": "2026-11-23T12:00:00Z"}, "end_time"),
            ({"end_time": "2026-11-24T12:00:01Z"}, "end_time"),
            ({"start_time": "2026-11-23T12:00:00"}, "start_time"),
            ({"start_time": "noon"}, "start_time"),
            ({"title": ""}, "title"),
            ({"group_id": "x"}, "group_id"),
            ({"status": "live"}, "status"),
            ({"status": "nonsense"}, "status"),
        ],
    )
    async def test_what_is_wrong_with_a_lesson_is_named(self, room: Room, changes: dict[str, Any], field: str) -> None:
        lesson = await room.lesson(NOON)
        refused = await room.teacher.put(f"/schedule/lessons/{lesson['id']}", 400, **changes)
        assert refused["errors"][0]["field"] == field
        assert await room.teacher.get(f"/schedule/lessons/{lesson['id']}") == lesson
