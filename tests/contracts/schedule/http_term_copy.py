"""Copying a term over HTTP, on every database (spec: schedule)."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.contracts.schedule.rooms import InARoom, ids
from tests.teaching import Room

COPY = "/schedule/term-copies"
NEXT = {"start": "2027-09-01", "end": "2027-12-31"}


class HttpTermCopyContract(InARoom):
    async def plan(self, room: Room, status: int = 200, **asked: Any) -> Any:
        return await room.teacher.post(f"{COPY}/preview", status, **{**NEXT, "group_id": room.group, **asked})

    async def test_what_would_be_made_is_shown_and_then_made(self, room: Room) -> None:
        link = "https://meet.example.com/a"
        upper = await room.rule(week_type="UPPER", link=link, on_free_days=True)
        plain = await room.rule(day_of_week=2, title="Алгебра")
        await room.teacher.post("/schedule/free-days", name="Каникулы", start="2027-11-01", end="2027-11-07")
        plan = await self.plan(room)
        assert [rule["source_id"] for rule in plan["rules"]] == [upper["id"], plain["id"]]
        assert [(rule["id"], rule["clashes"]) for rule in plan["rules"]] == [(None, []), (None, [])]
        lessons = [rule["lessons"] for rule in plan["rules"]]
        # Eighteen Wednesdays but one, and every other one of seventeen Mondays.
        assert (lessons[0] in {8, 9}, lessons[1]) == (True, 17)
        assert [rule["free"] for rule in plan["rules"]] == [[], [{"date": "2027-11-03", "name": "Каникулы"}]]
        assert plan["pool"] == {"places": 0, "peak": 1, "peak_at": "2027-09-01T06:00:00.000Z"}
        assert (await room.teacher.get("/schedule/recurring-lessons"))["total"] == 2
        made = await room.teacher.post(COPY, **NEXT, group_id=room.group)
        assert [rule["lessons"] for rule in made["rules"]] == lessons
        first, second = [await room.teacher.get(f"/schedule/recurring-lessons/{rule['id']}") for rule in made["rules"]]
        assert (first["start_date"], first["end_date"], first["week_type"]) == ("2027-09-01", "2027-12-31", "UPPER")
        assert (first["link"], first["on_free_days"], first["exceptions"]) == (link, True, [])
        assert (second["title"], second["timezone"], second["start_time"]) == ("Алгебра", "Europe/Moscow", "09:00:00")
        events = await room.teacher.get("/schedule/calendar?start=2027-09-01&end=2027-09-10")
        assert ids(events) == [
            f"recurring-{second['id']}-2027-09-01",
            *ids(events)[1:-1],
            f"recurring-{second['id']}-2027-09-08",
        ]
        assert len(await room.teacher.get("/schedule/calendar?start=2027-11-01&end=2027-11-08")) <= 2

    async def test_the_first_week_of_the_period_is_an_upper_one_where_that_is_chosen(self, room: Room) -> None:
        await room.rule(week_type="UPPER", week_anchor="2026-09-07")
        same = (await self.plan(room))["rules"][0]
        from_start = (await self.plan(room, weeks="start"))["rules"][0]
        assert (same["week_anchor"], from_start["week_anchor"]) == ("2026-09-07", "2027-09-01")
        assert from_start["week_type"] == "UPPER"

    async def test_lessons_at_the_same_time_are_told_and_nothing_is_made_unless_that_is_wanted(
        self, room: Room
    ) -> None:
        await room.rule(day_of_week=2)
        await room.lesson(datetime(2027, 9, 8, 6, tzinfo=UTC), title="Экзамен")
        [rule] = (await self.plan(room))["rules"]
        [clash] = rule["clashes"]
        assert (clash["date"], clash["title"]) == ("2027-09-08", "Экзамен")
        refused = await room.teacher.post(COPY, 409, **NEXT, group_id=room.group)
        assert (refused["code"], refused["errors"][0]["field"]) == ("term_clashes", "rules[0]")
        assert (await room.teacher.get("/schedule/recurring-lessons"))["total"] == 1
        await room.teacher.post(COPY, **NEXT, group_id=room.group, allow_overlap=True)
        again = await room.teacher.post(COPY, 409, **NEXT, group_id=room.group)
        assert again["code"] == "term_clashes"

    async def test_two_copies_at_once_make_one(self, room: Room) -> None:
        await room.rule(day_of_week=2)
        asked = {**NEXT, "group_id": room.group}

        async def copy() -> int:
            reply = await room.teacher.client.post(COPY, json=asked, headers=room.teacher.headers)
            return reply.status_code

        assert sorted(await asyncio.gather(copy(), copy(), copy())) == [201, 409, 409]
        assert (await room.teacher.get("/schedule/recurring-lessons"))["total"] == 2

    async def test_all_groups_of_a_teacher_are_copied_and_nothing_of_others(self, room: Room) -> None:
        other = (await room.teacher.post("/groups", name="11"))["id"]
        for group, day in ((room.group, 0), (other, 1)):
            await room.rule(group_id=group, day_of_week=day)
        theirs = (await room.stranger.post("/groups", name="12"))["id"]
        rule = {**NEXT_RULE, "group_id": theirs}
        await room.stranger.post("/schedule/recurring-lessons", **rule)
        made = await room.teacher.post(COPY, **NEXT)
        assert [each["group_id"] for each in made["rules"]] == [room.group, other]
        await room.teacher.post(f"{COPY}/preview", 404, **NEXT, group_id=theirs)
        assert (await room.admin.post(f"{COPY}/preview", 400, **NEXT))["errors"][0]["field"] == "group_id"
        assert len((await room.admin.post(f"{COPY}/preview", 200, **NEXT, group_id=theirs))["rules"]) == 1
        chosen = {"start": "2028-09-01", "end": "2028-12-31", "rule_ids": [made["rules"][1]["id"]]}
        [one] = (await room.teacher.post(f"{COPY}/preview", 200, **chosen))["rules"]
        assert one["group_id"] == other

    async def test_homework_of_the_term_is_copied_as_drafts(self, room: Room) -> None:
        await room.rule()
        body = {"group_id": room.group, "title": "Эссе", "due_at": "2026-09-15T12:00:00Z"}
        question = {"question_type": "TEXT", "text": "Почему?", "points": 5}
        homework = await room.teacher.post("/homework", **body, questions=[question])
        await room.teacher.post(f"/homework/{homework['id']}/publish", 200)
        await room.teacher.post("/homework", **{**body, "title": "Черновик"})
        assert (await self.plan(room))["homework"] == 0
        assert (await self.plan(room, with_homework=True))["homework"] == 1
        await room.teacher.post(COPY, **NEXT, group_id=room.group, with_homework=True)
        found = (await room.teacher.get("/homework"))["items"]
        assert [(each["title"], each["published_at"] is None, each["due_at"][:10]) for each in found] == [
            ("Эссе", True, "2027-09-14"),
            ("Черновик", True, "2026-09-15"),
            ("Эссе", False, "2026-09-15"),
        ]

    @pytest.mark.refuses
    @pytest.mark.parametrize(
        ("asked", "field"),
        [
            ({"end": "2027-08-31"}, "end"),
            ({"end": "2028-12-31"}, "end"),
            ({"start": "1960-01-01"}, "start"),
            ({"since": "2027-09-01"}, "since"),
            ({"weeks": "odd"}, "weeks"),
        ],
    )
    async def test_a_period_that_is_none_is_named(self, room: Room, asked: dict[str, str], field: str) -> None:
        await room.rule()
        assert (await self.plan(room, 400, **asked))["errors"][0]["field"] == field

    async def test_where_nothing_was_held_nothing_is_copied(self, room: Room) -> None:
        assert (await self.plan(room, 409))["code"] == "nothing_to_copy"


NEXT_RULE = {
    "title": "x",
    "day_of_week": 3,
    "start_time": "09:00",
    "end_time": "10:00",
    "start_date": "2026-09-01",
    "end_date": "2027-05-31",
}
