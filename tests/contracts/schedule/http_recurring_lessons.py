"""Recurring lessons and their exceptions over HTTP, on every database (spec: schedule, Groups and lessons)."""

from datetime import date
from typing import Any

import pytest

from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.contracts.schedule.rooms import NOON, WEEK, InARoom, ids
from tests.teaching import Room


class HttpRecurringLessonsContract(InARoom):
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
            "teacher_id": str(room.teacher.id),
            "date": "2027-03-15",
            "updated_at": rule["updated_at"],
            "free_day": None,
        }
        lower = await room.teacher.put(f"/schedule/recurring-lessons/{rule['id']}", week_type="LOWER")
        assert lower["week_type"] == "LOWER"
        window = "/schedule/calendar?start=2027-03-15&end=2027-04-13"
        assert [each["start"][:10] for each in await room.teacher.get(window)] == ["2027-03-22", "2027-04-05"]
        await room.teacher.put(f"/schedule/recurring-lessons/{rule['id']}", week_anchor="2026-09-08")
        assert len(await room.teacher.get(window)) == 3

    async def test_who_changes_what_was_changed_meanwhile_is_told_what_is_there(self, room: Room) -> None:
        rule = await room.rule()
        path = f"/schedule/recurring-lessons/{rule['id']}"
        changed = await room.teacher.put(path, title="Тригонометрия", was=rule["updated_at"])
        late = await room.teacher.put(path, 409, title="Алгебра", was=rule["updated_at"])
        assert (late["code"], late["current"]) == ("changed_meanwhile", changed)
        move = {"date": "2026-11-30", "action": "move", "start_time": "12:00", "was": "2026-11-30T06:00:00.000Z"}
        moved = await room.teacher.post(f"{path}/exceptions", **move)
        late = await room.teacher.post(f"{path}/exceptions", 409, **move)
        assert (late["code"], late["current"]) == ("changed_meanwhile", moved)
        cancel = {"date": "2026-11-30", "action": "cancel"}
        cancelled = await room.teacher.post(f"{path}/exceptions", **cancel, was=moved["start_time"])
        late = await room.teacher.post(f"{path}/exceptions", 409, **cancel, was=moved["start_time"])
        assert late["current"] == cancelled
        await room.teacher.delete(f"{path}/exceptions/2026-11-30")
        late = await room.teacher.post(f"{path}/exceptions", 409, **cancel, was=moved["start_time"])
        assert late["current"] is None
        await room.teacher.put(path, 409, title="Алгебра", was=changed["updated_at"])

    async def test_a_lesson_of_a_rule_may_end_on_the_next_day(self, room: Room, stocked: Container) -> None:
        late = {"start_time": "23:30", "end_time": "00:45", "timezone": "UTC"}
        rule = await room.rule(**late)
        assert (rule["start_time"], rule["end_time"]) == ("23:30:00", "00:45:00")
        for window in ("start=2026-11-30&end=2026-12-01", "start=2026-12-01&end=2026-12-02"):
            [event] = await room.students[0].get(f"/schedule/calendar?{window}")
            assert event["id"] == f"recurring-{rule['id']}-2026-11-30"
            assert (event["start"], event["end"]) == ("2026-11-30T23:30:00.000+00:00", "2026-12-01T00:45:00.000+00:00")
        path = f"/schedule/recurring-lessons/{rule['id']}"
        moved = await room.teacher.post(f"{path}/exceptions", date="2026-11-30", action="move", start_time="23:00")
        assert (moved["start_time"], moved["end_time"]) == ("2026-11-30T23:00:00.000Z", "2026-12-01T00:15:00.000Z")
        moved = await room.teacher.post(f"{path}/exceptions", date="2026-11-30", action="move", end_time="01:00")
        assert (moved["start_time"], moved["end_time"]) == ("2026-11-30T23:30:00.000Z", "2026-12-01T01:00:00.000Z")
        for wrong, code in (({"end_time": "23:30"}, "ends_before_start"), ({"end_time": "09:00"}, "too_long")):
            refused = await room.teacher.put(path, 400, **wrong)
            assert [(each["field"], each["code"]) for each in refused["errors"]] == [("end_time", code)]
            await room.teacher.post(f"{path}/exceptions", 400, date="2026-12-07", action="move", **wrong)
        early = await room.teacher.put(path, start_time="00:00", end_time="00:45")
        assert (early["start_time"], early["end_time"]) == ("00:00:00", "00:45:00")

    async def test_a_rule_that_was_deleted_is_gone_and_a_lesson_that_was_made_of_it_stays(
        self, room: Room, stocked: Container
    ) -> None:
        noon = {"timezone": "UTC", "start_time": "12:00", "end_time": "13:00"}
        rule, other = [await room.rule(day_of_week=day, **noon) for day in (0, 1)]
        path = f"/schedule/recurring-lessons/{rule['id']}"
        await room.teacher.post(f"{path}/exceptions", date="2026-11-30", action="cancel")
        made = await stocked.create_occurrence_lesson()(rule["id"], NOON.date(), room.teacher.id)
        await room.teacher.delete(path)
        for method in ("GET", "DELETE"):
            gone = await room.teacher.call(method, path, 404)
            assert gone["code"] == "recurring_lesson_not_found"
        rules = (await room.teacher.get("/schedule/recurring-lessons"))["items"]
        assert [each["id"] for each in rules] == [other["id"]]
        assert await rows_of(stocked, "recurring_lesson_exceptions") == []
        assert (await room.teacher.get(f"/schedule/lessons/{made}"))["recurring_lesson_id"] is None
        events = await room.students[0].get("/schedule/calendar?start=2026-11-23&end=2026-12-05")
        others = [f"recurring-{other['id']}-{day}" for day in ("2026-11-24", "2026-12-01")]
        assert ids(events) == [f"lesson-{made}", *others]

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
        lesson_id = await stocked.create_occurrence_lesson()(rule["id"], date(2026, 12, 21), room.teacher.id)
        times = {"start_time": "2026-12-30T12:00:00Z", "end_time": "2026-12-30T13:00:00Z"}
        await room.teacher.put(f"/schedule/lessons/{lesson_id}", **times)
        events = await room.teacher.get(f"/schedule/calendar?{WEEK}")
        assert ids(events) == [f"recurring-{rule['id']}-2026-11-23"]

    @pytest.mark.refuses
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

    @pytest.mark.refuses
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
