"""Access control of the schedule over HTTP, on every database."""

from typing import Any

import httpx

from tests.contracts.schedule.rooms import NOON, InARoom
from tests.teaching import Room


class HttpScheduleAccessContract(InARoom):
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

    async def test_ids_that_are_none_name_nothing(self, room: Room) -> None:
        for path in ("/groups", "/schedule/lessons", "/schedule/recurring-lessons"):
            for key in ("0", "-1", "x", "99999", "9" * 30, "%00", "١"):
                assert (await room.teacher.get(f"{path}/{key}", 404))["status"] == 404
