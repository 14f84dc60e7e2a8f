"""Groups, lessons, rules and the calendar over HTTP, over every database alike (spec: schedule)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from dependency_injector import providers

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.teaching import Room, person, room_of

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
WEEK = "start=2026-11-23T00:00:00Z&end=2026-11-30T00:00:00Z"


def ids(events: list[dict[str, Any]]) -> list[str]:
    return [event["id"] for event in events]


class _InTheRoom:
    @pytest.fixture
    async def room(self, client: httpx.AsyncClient, stocked: Container) -> Room:
        stocked.clock.override(providers.Object(lambda: NOON))
        return await room_of(client, stocked)


class HttpScheduleContract(_InTheRoom):
    async def test_a_group_is_its_teachers_and_a_student_sees_those_one_is_in(self, room: Room) -> None:
        mine = await room.teacher.get(f"/groups/{room.group}")
        assert (mine["name"], mine["student_count"], mine["teacher_id"]) == ("10А", 2, str(room.teacher.id))
        assert {student["id"] for student in mine["students"]} == {str(each.id) for each in room.students}
        assert mine["students"][0]["email"]
        theirs = await room.students[0].get(f"/groups/{room.group}")
        assert (theirs["name"], theirs["students"]) == ("10А", None)
        for someone, count in ((room.teacher, 1), (room.students[1], 1), (room.stranger, 0), (room.outsider, 0)):
            assert (await someone.get("/groups"))["total"] == count
        assert room.group in [group["id"] for group in (await room.admin.get("/groups?size=100"))["items"]]

    async def test_a_group_is_renamed_handed_over_and_deleted(self, room: Room) -> None:
        renamed = await room.teacher.put(f"/groups/{room.group}", name="10Б", teacher_id=str(room.stranger.id))
        assert (renamed["name"], renamed["teacher_id"]) == ("10Б", str(room.teacher.id))
        await room.rule()
        given = await room.admin.put(f"/groups/{room.group}", teacher_id=str(room.stranger.id))
        assert given["teacher_id"] == str(room.stranger.id)
        await room.teacher.get(f"/groups/{room.group}", 404)
        await room.stranger.delete(f"/groups/{room.group}")
        await room.admin.get(f"/groups/{room.group}", 404)

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

    async def test_students_come_by_id_or_email_all_or_none(
        self, room: Room, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        new = await person(client, stocked, "new", Role.STUDENT, email="New.One@example.com")
        students = f"/groups/{room.group}/students"
        refused = await room.teacher.post(students, 400, student_ids=[str(new.id), str(uuid4())])
        assert refused["errors"][0]["field"] == "student_ids"
        refused = await room.teacher.post(students, 400, student_ids=[str(new.id)], emails=["nobody@example.com"])
        assert refused["errors"][0]["field"] == "emails"
        assert (await room.teacher.get(f"/groups/{room.group}"))["student_count"] == 2
        added = await room.teacher.post(students, 200, student_ids=[str(new.id)], emails=["new.one@EXAMPLE.com"])
        assert added["student_count"] == len(added["students"]) == 3
        await room.teacher.delete(f"{students}/{new.id}")
        assert (await room.teacher.delete(f"{students}/{new.id}", 404))["code"] == "student_not_in_group"
        await room.teacher.delete(f"{students}/x", 404)
        await new.get(f"/groups/{room.group}", 404)

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

    async def test_a_rule_unfolds_in_its_zone_and_weeks(self, room: Room) -> None:
        """G1: nine o'clock stays nine o'clock, and upper weeks are counted from the term's start."""
        rule = await room.rule(timezone="Europe/Berlin", week_type="UPPER")
        assert (rule["start_time"], rule["end_time"], rule["exceptions"]) == ("09:00:00", "10:30:00", [])
        spring = await room.teacher.get("/schedule/calendar?start=2027-03-15&end=2027-04-13")
        # The week of 1 September 2026 is an upper one; so are those that are an even number of weeks later.
        assert [(event["start"], event["end"]) for event in spring] == [
            ("2027-03-15T09:00:00.000+01:00", "2027-03-15T10:30:00.000+01:00"),
            ("2027-03-29T09:00:00.000+02:00", "2027-03-29T10:30:00.000+02:00"),
            ("2027-04-12T09:00:00.000+02:00", "2027-04-12T10:30:00.000+02:00"),
        ]
        event = spring[0]
        assert event["id"] == f"recurring-{rule['id']}-2027-03-15"
        assert event["extendedProps"] == {
            "kind": "occurrence",
            "lesson_id": None,
            "recurring_lesson_id": rule["id"],
            "group_id": room.group,
            "status": "planned",
            "zoom_join_url": None,
        }
        lower = await room.teacher.put(f"/schedule/recurring-lessons/{rule['id']}", week_type="LOWER")
        assert lower["week_type"] == "LOWER"
        window = "/schedule/calendar?start=2027-03-15&end=2027-04-13"
        assert [each["start"][:10] for each in await room.teacher.get(window)] == ["2027-03-22", "2027-04-05"]
        await room.teacher.put(f"/schedule/recurring-lessons/{rule['id']}", week_anchor="2026-09-08")
        assert len(await room.teacher.get(window)) == 3

    async def test_the_zone_of_a_rule_is_that_of_the_service_by_default(self, room: Room) -> None:
        assert (await room.rule(timezone=None))["timezone"] == "UTC"

    async def test_one_occurrence_is_cancelled_or_moved_and_the_rule_stays(self, room: Room) -> None:
        rule = await room.rule()
        exceptions = f"/schedule/recurring-lessons/{rule['id']}/exceptions"
        for body, on in (
            ({"action": "cancel"}, None),
            ({"action": "move", "start_time": "11:00"}, "2026-11-23T11:00:00.000+03:00"),
            ({"action": "move", "start_time": "2026-11-25T09:30"}, "2026-11-25T09:30:00.000+03:00"),
            ({"action": "move", "start_time": "2026-11-26T10:00:00Z"}, "2026-11-26T13:00:00.000+03:00"),
        ):
            made = await room.teacher.post(exceptions, date="2026-11-23", **body)
            assert (made["date"], made["action"]) == ("2026-11-23", body["action"])
            events = await room.students[0].get(f"/schedule/calendar?{WEEK}")
            assert [event["start"] for event in events] == ([on] if on else [])
        assert events[0]["end"] == "2026-11-26T14:30:00.000+03:00"
        assert len((await room.teacher.get(f"/schedule/recurring-lessons/{rule['id']}"))["exceptions"]) == 1
        moved_away = await room.teacher.get("/schedule/calendar?start=2026-11-23&end=2026-11-24")
        assert moved_away == []
        await room.teacher.delete(f"{exceptions}/2026-11-23")
        [event] = await room.teacher.get(f"/schedule/calendar?{WEEK}")
        assert event["start"] == "2026-11-23T09:00:00.000+03:00"
        await room.teacher.delete(f"{exceptions}/2026-11-23", 404)
        await room.teacher.delete(f"{exceptions}/someday", 404)

    async def test_what_was_made_of_a_moved_day_takes_its_place_wherever_it_is(
        self, room: Room, stocked: Container
    ) -> None:
        """Moved to another week by an exception, made a lesson there, and then put to yet another."""
        rule = await room.rule(timezone="UTC", start_time="12:00", end_time="13:00")
        path = f"/schedule/recurring-lessons/{rule['id']}"
        await room.teacher.post(f"{path}/exceptions", date="2026-12-21", action="move", start_time="2026-11-23T12:00")
        lesson_id = await stocked.make_lesson()(rule["id"], date(2026, 12, 21), room.teacher.id)
        times = {"start_time": "2026-12-30T12:00:00Z", "end_time": "2026-12-30T13:00:00Z"}
        await room.teacher.put(f"/schedule/lessons/{lesson_id}", **times)
        events = await room.teacher.get(f"/schedule/calendar?{WEEK}")
        assert ids(events) == [f"recurring-{rule['id']}-2026-11-23"]

    async def test_windows_come_in_every_form_that_fullcalendar_sends(self, room: Room) -> None:
        await room.lesson(NOON)
        for window in (
            "start=2026-11-23&end=2026-11-24",
            "start=2026-11-23T00:00:00&end=2026-11-24T00:00:00",
            "start=2026-11-23T00:00:00Z&end=2026-11-24T00:00:00Z",
            "start=2026-11-23T00:00:00%2B03:00&end=2026-11-24T00:00:00%2B03:00",
            "start=2026-11-23T00:00:00+03:00&end=2026-11-24T00:00:00+03:00",
        ):
            assert len(await room.teacher.get(f"/schedule/calendar?{window}")) == 1
        assert await room.teacher.get("/schedule/calendar?start=2026-01-01&end=2027-01-06") != []

    async def test_a_calendar_has_what_one_teaches_and_is_taught(self, room: Room) -> None:
        await room.rule()
        await room.lesson(NOON)
        for someone, count in (
            (room.teacher, 2),
            (room.students[0], 2),
            (room.stranger, 0),
            (room.outsider, 0),
        ):
            assert len(await someone.get(f"/schedule/calendar?{WEEK}")) == count

    async def test_a_feed_is_for_whoever_has_the_newest_token(self, room: Room, client: httpx.AsyncClient) -> None:
        """G4: an ETag that holds as long as nothing changes; a token that was replaced is none."""
        rule, lesson = await room.rule(), await room.lesson(NOON)
        first = await room.teacher.post("/schedule/calendar/token")
        assert first["url"].endswith(f"/schedule/calendar.ics?token={first['token']}")
        path = f"/schedule/calendar.ics?token={first['token']}"
        feed = await client.get(path)
        assert (feed.status_code, feed.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
        assert f"UID:recurring-{rule['id']}@" in feed.text
        again = await client.get(path, headers={"If-None-Match": feed.headers["etag"]})
        assert again.status_code == 304
        await room.teacher.put(f"/schedule/lessons/{lesson['id']}", status="cancelled")
        changed = await client.get(path, headers={"If-None-Match": feed.headers["etag"]})
        assert changed.status_code == 200
        assert "STATUS:CANCELLED" in changed.text
        assert "SEQUENCE:1" in changed.text
        second = await room.teacher.post("/schedule/calendar/token")
        assert (await client.get(path)).status_code == 404
        assert (await client.get(f"/schedule/calendar.ics?token={second['token']}")).status_code == 200
        for wrong in ("", "?token=", "?token=x", f"?token={second['token']}x"):
            assert (await client.get(f"/schedule/calendar.ics{wrong}")).status_code == 404
        assert (await client.get("/auth/me", headers={"Authorization": f"Bearer {second['token']}"})).status_code == 401

    async def test_the_feed_of_who_may_not_sign_in_any_more_is_gone(
        self, room: Room, client: httpx.AsyncClient
    ) -> None:
        token = (await room.students[0].post("/schedule/calendar/token"))["token"]
        assert (await client.get(f"/schedule/calendar.ics?token={token}")).status_code == 200
        await room.admin.delete(f"/admin/users/{room.students[0].id}")
        assert (await client.get(f"/schedule/calendar.ics?token={token}")).status_code == 404

    async def test_nothing_is_anothers(self, room: Room, client: httpx.AsyncClient) -> None:
        """Z1: another teacher finds nothing, a student may only read, and who is not signed in may nothing."""
        lesson, rule = await room.lesson(NOON), await room.rule()
        monday = {"date": "2026-11-23", "action": "cancel"}
        writes: list[tuple[str, str, dict[str, Any]]] = [
            ("PUT", f"/groups/{room.group}", {"name": "x"}),
            ("DELETE", f"/groups/{room.group}", {}),
            ("POST", f"/groups/{room.group}/students", {"emails": []}),
            ("DELETE", f"/groups/{room.group}/students/{room.students[0].id}", {}),
            ("PUT", f"/schedule/lessons/{lesson['id']}", {"title": "x"}),
            ("DELETE", f"/schedule/lessons/{lesson['id']}", {}),
            ("PUT", f"/schedule/recurring-lessons/{rule['id']}", {"title": "x"}),
            ("DELETE", f"/schedule/recurring-lessons/{rule['id']}", {}),
            ("POST", f"/schedule/recurring-lessons/{rule['id']}/exceptions", monday),
            ("DELETE", f"/schedule/recurring-lessons/{rule['id']}/exceptions/2026-11-23", {}),
        ]
        reads = [
            f"/groups/{room.group}",
            f"/schedule/lessons/{lesson['id']}",
            f"/schedule/recurring-lessons/{rule['id']}",
        ]
        for method, path, body in writes:
            await room.stranger.call(method, path, 404, json=body or None)
            await room.students[0].call(method, path, 403, json=body or None)
            assert (await client.request(method, path, json=body or None)).status_code == 401
        for path in reads:
            await room.stranger.get(path, 404)
            await room.outsider.get(path, 404)
            await room.students[0].get(path)
            assert (await client.get(path)).status_code == 401
        body = {
            "group_id": room.group,
            "title": "x",
            "start_time": "2026-12-01T09:00:00Z",
            "end_time": "2026-12-01T10:00:00Z",
        }
        assert (await room.stranger.post("/schedule/lessons", 404, **body))["code"] == "group_not_found"
        own = (await room.stranger.post("/groups", name="x"))["id"]
        theirs = await room.stranger.post("/schedule/lessons", **{**body, "group_id": own})
        await room.stranger.put(f"/schedule/lessons/{theirs['id']}", 404, group_id=room.group)
        await room.admin.put(f"/schedule/lessons/{lesson['id']}", title="y")

    async def test_what_a_caller_may_not_set_is_not_set(self, room: Room) -> None:
        """Z3."""
        forged = {"teacher_id": str(room.stranger.id), "zoom_start_url": "https://evil.example.com", "revision": 9}
        lesson = await room.lesson(NOON, **forged, recurring_lesson_id=1, status="live")
        assert (lesson["teacher_id"], lesson["zoom_start_url"]) == (str(room.teacher.id), None)
        assert (lesson["status"], lesson["recurring_lesson_id"]) == ("planned", None)
        changed = await room.teacher.put(f"/schedule/lessons/{lesson['id']}", **forged)
        assert (changed["teacher_id"], changed["zoom_start_url"]) == (str(room.teacher.id), None)

    async def test_ids_that_are_none_name_nothing(self, room: Room) -> None:
        for path in ("/groups", "/schedule/lessons", "/schedule/recurring-lessons"):
            for key in ("0", "-1", "x", "99999", "9" * 30, "%00", "١"):
                assert (await room.teacher.get(f"{path}/{key}", 404))["status"] == 404


class HttpScheduleRefusals(_InTheRoom):
    """What is wrong with a body or a query is found before anything is asked of a database."""

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

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"end_time": "09:00"}, "end_time"),
            ({"end_date": "2026-08-31"}, "end_date"),
            ({"end_date": "2046-08-31"}, "end_date"),
            ({"timezone": "Europe/Nowhere"}, "timezone"),
            ({"timezone": "../../etc/passwd"}, "timezone"),
            ({"timezone": "posixrules"}, "timezone"),
            ({"start_time": "09:00+03:00"}, "start_time"),
            ({"start_time": "9"}, "start_time"),
            ({"start_time": "24:00"}, "start_time"),
            ({"day_of_week": 7}, "day_of_week"),
            ({"week_type": "MIDDLE"}, "week_type"),
            ({"start_date": "2026-02-30"}, "start_date"),
        ],
    )
    async def test_what_is_wrong_with_a_rule_is_named(self, room: Room, changes: dict[str, Any], field: str) -> None:
        rule = await room.rule()
        refused = await room.teacher.put(f"/schedule/recurring-lessons/{rule['id']}", 400, **changes)
        assert refused["errors"][0]["field"] == field
        assert await room.teacher.get(f"/schedule/recurring-lessons/{rule['id']}") == rule

    @pytest.mark.parametrize(
        ("body", "status", "of"),
        [
            ({"date": "2026-11-24", "action": "cancel"}, 404, "occurrence_not_found"),
            ({"date": "2027-06-07", "action": "cancel"}, 404, "occurrence_not_found"),
            ({"date": "2026-11-23", "action": "move"}, 400, "start_time"),
            ({"date": "2026-11-23", "action": "move", "start_time": "later"}, 400, "start_time"),
            ({"date": "2026-11-23", "action": "move", "start_time": "11:00", "end_time": "10:59"}, 400, "end_time"),
            ({"date": "2026-11-23", "action": "postpone"}, 400, "action"),
            ({"action": "cancel"}, 400, "date"),
        ],
    )
    async def test_what_is_wrong_with_an_exception_is_named(
        self, room: Room, body: dict[str, Any], status: int, of: str
    ) -> None:
        rule = await room.rule()
        refused = await room.teacher.post(f"/schedule/recurring-lessons/{rule['id']}/exceptions", status, **body)
        assert of == (refused["code"] if status == 404 else refused["errors"][0]["field"])

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("", "start"),
            ("start=2026-11-23", "end"),
            ("start=2026-11-23&end=2026-11-23", "end"),
            ("start=2026-01-01&end=2027-01-07", "end"),
            ("start=soon&end=2026-11-23", "start"),
            ("start=0001-01-01T00:00:00%2B14:00&end=0001-02-01", "start"),
            ("start=9999-12-01&end=9999-12-31T23:59:59-12:00", "end"),
        ],
    )
    async def test_a_window_that_is_none_or_too_long_is_refused(self, room: Room, query: str, field: str) -> None:
        refused = await room.teacher.get(f"/schedule/calendar?{query}", 400)
        assert refused["errors"][0]["field"] == field
