"""The calendar and its feed over HTTP, on every database (spec: schedule, Groups and lessons)."""

import httpx
import pytest

from tests.contracts.schedule.rooms import NOON, WEEK, InARoom
from tests.teaching import Room


class HttpCalendarContract(InARoom):
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

    @pytest.mark.refuses
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

    async def test_both_missing_bounds_are_named(self, room: Room) -> None:
        refused = await room.teacher.get("/schedule/calendar", 400)
        assert [(each["field"], each["code"]) for each in refused["errors"]] == [
            ("start", "required"),
            ("end", "required"),
        ]
