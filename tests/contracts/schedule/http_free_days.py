"""Free days over HTTP, on every database (spec: schedule, Groups and lessons)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.contracts.schedule.rooms import InARoom, ids
from tests.teaching import Person, Room

WEEKS = "/schedule/calendar?start=2026-11-30&end=2026-12-21"
FILE = b"""BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//school//\r
BEGIN:VEVENT\r
UID:1\r
SUMMARY:\xd0\x9a\xd0\xb0\xd0\xbd\xd0\xb8\xd0\xba\xd1\x83\xd0\xbb\xd1\x8b\r
DTSTART;VALUE=DATE:20261207\r
DTEND;VALUE=DATE:20261210\r
END:VEVENT\r
END:VCALENDAR\r
"""


async def file_of(someone: Person, status: int = 200, content: bytes = FILE, **fields: str) -> Any:
    reply = await someone.client.post(
        "/schedule/free-days/file", data=fields, files={"file": ("days.ics", content)}, headers=someone.headers
    )
    assert reply.status_code == status, reply.text
    return reply.json()


def lessons_of(events: list[dict[str, Any]]) -> list[str]:
    return ids([event for event in events if event["extendedProps"]["kind"] != "free_days"])


class HttpFreeDaysContract(InARoom):
    async def test_a_rule_has_no_lesson_on_free_days_of_its_teacher_and_of_all(self, room: Room) -> None:
        rule = await room.rule()
        own = await room.teacher.post("/schedule/free-days", name="Отпуск", start="2026-12-07")
        assert (own["teacher_id"], own["end"], own["planned_lessons"]) == (str(room.teacher.id), "2026-12-07", [])
        of_all = await room.admin.post("/schedule/free-days", name="Каникулы", start="2026-12-12", end="2026-12-16")
        assert of_all["teacher_id"] is None
        others = await room.stranger.post("/schedule/free-days", name="Чужие", start="2026-11-30")
        for someone in (room.teacher, room.students[0]):
            events = await someone.get(WEEKS)
            assert lessons_of(events) == [f"recurring-{rule['id']}-2026-11-30"]
            assert events[1:] == [
                {
                    "id": f"free-{own['id']}",
                    "title": "Отпуск",
                    "start": "2026-12-07",
                    "end": "2026-12-08",
                    "allDay": True,
                    "display": "background",
                    "extendedProps": {
                        "kind": "free_days",
                        "free_days_id": own["id"],
                        "teacher_id": str(room.teacher.id),
                    },
                },
                {
                    **events[2],
                    "title": "Каникулы",
                    "start": "2026-12-12",
                    "end": "2026-12-17",
                },
            ]
            page = await someone.get("/schedule/free-days")
            assert [each["id"] for each in page["items"]] == [own["id"], of_all["id"]]
        assert [each["title"] for each in await room.outsider.get(WEEKS)] == ["Каникулы"]
        assert (await room.admin.get("/schedule/free-days"))["total"] == 3
        assert (await room.admin.get("/schedule/free-days?start=2026-12-01&end=2026-12-11"))["items"][0]["id"] == own[
            "id"
        ]
        await room.stranger.delete(f"/schedule/free-days/{others['id']}")
        await room.admin.delete(f"/schedule/free-days/{of_all['id']}")
        assert lessons_of(await room.teacher.get(WEEKS)) == [
            f"recurring-{rule['id']}-2026-11-30",
            f"recurring-{rule['id']}-2026-12-14",
        ]

    async def test_what_is_held_on_free_days_or_moved_takes_place(self, room: Room) -> None:
        held, rule = await room.rule(on_free_days=True, start_time="12:00", end_time="13:00"), await room.rule()
        await room.teacher.post("/schedule/free-days", name="x", start="2026-12-07", end="2026-12-20")
        path = f"/schedule/recurring-lessons/{rule['id']}/exceptions"
        move = {"date": "2026-12-07", "action": "move", "start_time": "2026-12-08T10:00"}
        late = await room.teacher.post(path, 409, **move, was="2026-12-07T06:00:00Z")
        assert late["code"] == "changed_meanwhile"
        await room.teacher.post(path, **move)
        assert lessons_of(await room.teacher.get(WEEKS)) == [
            f"recurring-{rule['id']}-2026-11-30",
            f"recurring-{held['id']}-2026-11-30",
            f"recurring-{held['id']}-2026-12-07",
            f"recurring-{rule['id']}-2026-12-07",
            f"recurring-{held['id']}-2026-12-14",
        ]
        changed = await room.teacher.put(f"/schedule/recurring-lessons/{held['id']}", on_free_days=False)
        assert changed["on_free_days"] is False
        assert len(lessons_of(await room.teacher.get(WEEKS))) == 3
        token = (await room.teacher.post("/schedule/calendar/token"))["token"]
        feed = await room.teacher.get(f"/schedule/calendar.ics?token={token}")
        assert "EXDATE;TZID=Europe/Moscow:20261207T120000,20261214T120000" in feed
        assert "EXDATE;TZID=Europe/Moscow:20261214T090000" in feed

    async def test_a_lesson_of_a_free_day_can_not_be_started(self, room: Room) -> None:
        rule = await room.rule(day_of_week=0, start_time="15:00", end_time="16:00")
        start = f"/schedule/recurring-lessons/{rule['id']}/occurrences/2026-11-23/start"
        await room.teacher.post("/schedule/free-days", name="x", start="2026-11-23")
        assert (await room.teacher.post(start, 404))["code"] == "occurrence_not_found"

    async def test_lessons_planned_for_free_days_are_told_and_stay(self, room: Room) -> None:
        lesson = await room.lesson(datetime(2026, 12, 7, 10, tzinfo=UTC))
        await room.lesson(datetime(2026, 12, 9, 10, tzinfo=UTC))
        for someone in (room.admin, room.teacher):
            added = await someone.post("/schedule/free-days", name="Каникулы", start="2026-12-07", end="2026-12-08")
            assert [each["id"] for each in added["planned_lessons"]] == [lesson["id"]]
        events = await room.teacher.get(WEEKS)
        told = {event["id"]: event["extendedProps"].get("free_day") for event in events[:2]}
        assert list(told.values()) == ["Каникулы", None]

    async def test_free_days_are_changed_by_whose_they_are(self, room: Room) -> None:
        own = await room.teacher.post("/schedule/free-days", name="x", start="2026-12-07", end="2026-12-08")
        path = f"/schedule/free-days/{own['id']}"
        changed = await room.teacher.put(path, name="y", end="2026-12-09")
        assert (changed["name"], changed["start"], changed["end"]) == ("y", "2026-12-07", "2026-12-09")
        for someone in (room.stranger, room.students[0]):
            status = 404 if someone is room.stranger else 403
            await someone.put(path, status, name="z")
            await someone.delete(path, status)
        other = await room.teacher.post("/schedule/free-days", name="z", start="2026-12-07")
        same = {"name": "y", "start": "2026-12-07", "end": "2026-12-09"}
        assert (await room.teacher.post("/schedule/free-days", 409, **same))["code"] == "free_days_there"
        assert (await room.teacher.put(f"/schedule/free-days/{other['id']}", 409, **same))["code"] == "free_days_there"
        await room.stranger.post("/schedule/free-days", **same)
        given = await room.admin.post(
            "/schedule/free-days", teacher_id=str(room.stranger.id), name="w", start="2026-12-01"
        )
        assert given["teacher_id"] == str(room.stranger.id)
        await room.admin.put(path, name="v")
        await room.admin.delete(path)

    @pytest.mark.refuses
    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"name": "x"}, "start"),
            ({"name": "", "start": "2026-12-07"}, "name"),
            ({"name": "x", "start": "7.12.2026"}, "start"),
            ({"name": "x", "start": "1900-12-07"}, "start"),
            ({"name": "x", "start": "2026-12-07", "end": "2026-12-06"}, "end"),
            ({"name": "x", "start": "2026-12-07", "end": "2027-12-12"}, "end"),
        ],
    )
    async def test_free_days_that_are_none_are_named(self, room: Room, body: dict[str, str], field: str) -> None:
        assert (await room.teacher.post("/schedule/free-days", 400, **body))["errors"][0]["field"] == field

    async def test_a_teacher_that_is_none_is_named(self, room: Room) -> None:
        body = {"name": "x", "start": "2026-12-07", "teacher_id": str(room.students[0].id)}
        assert (await room.admin.post("/schedule/free-days", 400, **body))["errors"][0]["field"] == "teacher_id"
        assert (await file_of(room.admin, 400, teacher_id="x"))["errors"][0]["field"] == "teacher_id"

    async def test_a_file_adds_what_is_not_there(self, room: Room) -> None:
        rule = await room.rule()
        added = await file_of(room.teacher)
        assert (added["added"], added["items"][0]["name"], added["items"][0]["end"]) == (1, "Каникулы", "2026-12-09")
        assert (await file_of(room.teacher))["added"] == 0
        assert (await file_of(room.admin, teacher_id=str(room.teacher.id)))["added"] == 0
        assert (await file_of(room.admin))["added"] == 1
        assert lessons_of(await room.teacher.get(WEEKS)) == [
            f"recurring-{rule['id']}-2026-11-30",
            f"recurring-{rule['id']}-2026-12-14",
        ]
        refused = await file_of(room.teacher, 400, b"no calendar")
        assert [(each["field"], each["code"]) for each in refused["errors"]] == [("file", "not_icalendar")]
