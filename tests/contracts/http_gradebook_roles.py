"""Every route of the gradebook, called by everybody: the owner, others of the same role, and who has no business here.

Z1: what is another's is not found, and nothing of it is in the reply.
"""

from typing import Any

import httpx
from litestar.handlers import HTTPRouteHandler

from atg_entrypoints.http import control_points, gradebook, progress_charts
from tests.arranging import rows_of
from tests.recorded import EXAM, Recorded, Recording, of

HANDLERS = [*gradebook.HANDLERS, *control_points.HANDLERS, *progress_charts.HANDLERS]
PEOPLE = ("nobody", "teacher", "colleague", "admin", "boris", "vera", "oleg", "clerk")
"""`teacher` teaches boris and vera, `colleague` oleg; `clerk` does neither."""

_TAUGHT = {"nobody": 401, "teacher": 200, "admin": 200, "colleague": 404}
TAUGHT = dict.fromkeys(PEOPLE, 403) | _TAUGHT
OF_GROUP = dict.fromkeys(PEOPLE, 404) | _TAUGHT | {"boris": 200, "vera": 200}
OF_BORIS = dict.fromkeys(PEOPLE, 404) | _TAUGHT | {"boris": 200}
OWN = dict.fromkeys(PEOPLE, 200) | {"nobody": 401}
OF_TEACHERS = TAUGHT | {"colleague": 200}
ROUTES = {
    ("GET", "/groups/{group_id}/gradebook"): TAUGHT,
    ("GET", "/groups/{group_id}/gradebook.csv"): TAUGHT,
    ("GET", "/groups/{group_id}/gradebook.xlsx"): TAUGHT,
    ("GET", "/me/gradebook"): OWN,
    ("GET", "/teachers/me/summary"): OF_TEACHERS,
    ("GET", "/schedule/lessons/{lesson_id}/attendance"): TAUGHT,
    ("PUT", "/schedule/lessons/{lesson_id}/attendance"): TAUGHT,
    ("GET", "/groups/{group_id}/control-points"): TAUGHT,
    ("POST", "/groups/{group_id}/control-points"): {**TAUGHT, "teacher": 201, "admin": 201},
    ("PUT", "/control-points/{control_point_id}"): TAUGHT,
    ("DELETE", "/control-points/{control_point_id}"): {**TAUGHT, "teacher": 204, "admin": 404},
    ("GET", "/control-points/{control_point_id}/grades"): TAUGHT,
    ("PUT", "/control-points/{control_point_id}/grades"): TAUGHT,
    ("GET", "/groups/{group_id}/grade-changes"): TAUGHT,
    ("GET", "/groups/{group_id}/progress"): OF_GROUP,
    ("GET", "/groups/{group_id}/progress.svg"): OF_GROUP,
    ("GET", "/students/{student_id}/progress"): OF_BORIS,
    ("GET", "/students/{student_id}/progress.svg"): OF_BORIS,
}
"""What each of the people is answered about the teacher's group, and about boris in it."""
KEPT = ("attendance", "control_points", "control_point_grades", "control_point_grade_changes")


def known_routes() -> set[tuple[str, str]]:
    return {
        (method, path.replace(":str", ""))
        for handler in HANDLERS
        if isinstance(handler, HTTPRouteHandler)
        for path in handler.paths
        for method in handler.http_methods
    }


class HttpGradebookRolesContract(Recording):
    def test_the_walk_knows_every_route(self) -> None:
        assert known_routes() == set(ROUTES)

    async def _ids(self, room: Recorded) -> dict[str, Any]:
        lesson, point = await room.lesson(3), await room.point()
        await room.mark(lesson, boris="late")
        await room.grade(point, boris="7.50")
        ids = {"group_id": room.group, "lesson_id": lesson, "control_point_id": point, "student_id": room.boris.id}
        return {name: str(value) for name, value in ids.items()}

    @staticmethod
    async def _answered(room: Recorded, client: httpx.AsyncClient, who: str, method: str, path: str) -> httpx.Response:
        bodies = {
            "attendance": [of(room.boris, status="late")],
            "grades": [of(room.boris, grade="7.50")],
            "control-points": EXAM,
        }
        headers = {} if who == "nobody" else {"Authorization": f"Bearer {room.people[who].token}"}
        body = bodies.get(path.rpartition("/")[2], {"title": "Зачёт"}) if method in {"PUT", "POST"} else None
        return await client.request(method, path, json=body, headers=headers)

    async def test_each_route_answers_each_person_as_it_says(self, room: Recorded, client: httpx.AsyncClient) -> None:
        ids = await self._ids(room)
        last = sorted(ROUTES, key=lambda route: route[0] == "DELETE")
        for method, template in last:
            path = template.format(**ids)
            statuses = {name: (await self._answered(room, client, name, method, path)).status_code for name in PEOPLE}
            assert statuses == ROUTES[method, template], (method, template)

    async def test_what_is_another_teachers_is_neither_read_nor_written(
        self, room: Recorded, client: httpx.AsyncClient
    ) -> None:
        ids = await self._ids(room)
        before = {table: await rows_of(room.container, table) for table in KEPT}
        for who in ("colleague", "boris", "vera", "oleg", "clerk", "nobody"):
            for method, template in ROUTES:
                reply = await self._answered(room, client, who, method, template.format(**ids))
                if ROUTES[method, template][who] >= 400:
                    assert not any(secret in reply.text for secret in ("7.50", "Boris", str(room.boris.id))), template
        assert {table: await rows_of(room.container, table) for table in KEPT} == before

    async def test_students_see_nothing_of_each_other(self, room: Recorded, client: httpx.AsyncClient) -> None:
        ids = await self._ids(room)
        for template in ("/me/gradebook", "/groups/{group_id}/progress", "/groups/{group_id}/progress.svg"):
            reply = await self._answered(room, client, "vera", "GET", template.format(**ids))
            assert reply.status_code == 200
            assert "Boris" not in reply.text
            assert str(room.boris.id) not in reply.text

    async def test_what_there_is_not_is_not_found_whatever_is_asked(
        self, room: Recorded, client: httpx.AsyncClient
    ) -> None:
        """Z4: and numbers that no database has are numbers of nothing."""
        for number in ("0", "999999", "-1", "x", str(2**31), "9" * 40, "1e3", "%00", "²"):
            for method, template in ROUTES:
                names = ("group_id", "lesson_id", "control_point_id", "student_id")
                path = template.format(**dict.fromkeys(names, number))
                if path != template:
                    reply = await self._answered(room, client, "admin", method, path)
                    assert reply.status_code in {400, 404}, path
                    assert reply.status_code == 404 or number == "%00", path

    async def test_nothing_is_written_that_a_body_may_not_say(self, room: Recorded, client: httpx.AsyncClient) -> None:
        """Z3."""
        ids = await self._ids(room)
        point = ids["control_point_id"]
        more = {"id": 77, "group_id": room.other_group, "created_at": "2020-01-01T00:00:00Z"}
        changed = await room.teacher.put(f"/control-points/{point}", {"title": "Новое", **more})
        assert (changed["id"], changed["group_id"], changed["title"]) == (int(point), room.group, "Новое")
        more = {"graded_by": str(room.admin.id), "actor_id": str(room.admin.id), "control_point_id": 1, "revision": 9}
        [grade] = await room.teacher.put(f"/control-points/{point}/grades", [of(room.boris, grade=8, **more)])
        assert (grade["graded_by"], grade["control_point_id"]) == (str(room.teacher.id), int(point))
        assert (await room.changes())[0]["actor_id"] == str(room.teacher.id)
