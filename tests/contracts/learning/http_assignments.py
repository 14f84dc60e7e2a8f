"""Course assignments over HTTP, over every database alike."""

import asyncio
from uuid import uuid4

import httpx
import pytest

from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.contracts.learning.people import FUTURE, PAST, as_admin, assign, staff
from tests.school import school


class HttpAssignmentsContract:
    """The fixtures `client` and `stocked` say over which database."""

    async def test_a_course_is_assigned_to_many_at_once(self, client: httpx.AsyncClient, stocked: Container) -> None:
        at = await school(stocked)
        people = await staff(stocked)
        await as_admin(client, stocked)
        assert await assign(client, at, department="Цех №1", due_at=FUTURE) == {
            "course_id": str(at.course),
            "due_at": "2098-12-31T21:00:00.000Z",
            "assigned": 2,
            "created": 2,
        }
        reply = await assign(client, at, station_id=at.station, due_at=PAST)
        assert (reply["assigned"], reply["created"]) == (2, 1)
        reply = await assign(client, at, user_ids=[str(people["w2"])] * 2)
        assert (reply["assigned"], reply["created"], reply["due_at"]) == (1, 0, None)
        rows = {row["user_id"]: row for row in await rows_of(stocked, "user_courses") if row["course_id"] == at.course}
        assert set(rows) == {people["w1"], people["w2"], people["w3"]}
        assert {row["status"] for row in rows.values()} == {"not_started"}
        assert rows[people["w2"]]["due_at"] is None
        totals = (await stocked.learner_queries().stats(people["w1"])).totals
        assert totals.active_courses == 1

    async def test_what_can_not_be_assigned_is_said(self, client: httpx.AsyncClient, stocked: Container) -> None:
        at = await school(stocked)
        people = await staff(stocked)
        await as_admin(client, stocked)
        course = {"course_id": str(at.course)}
        for body, status, field in (
            ({**course, "user_ids": [str(uuid4())]}, 400, "user_ids"),
            ({**course, "user_ids": [str(people["w1"]), str(people["w4"])]}, 400, "user_ids"),
            ({"course_id": str(uuid4()), "department": "Цех №1"}, 404, None),
        ):
            reply = await client.put("/admin/enrollments", json=body)
            assert reply.status_code == status, body
            assert not field or reply.json()["errors"][0]["field"] == field, body
        assert not [row for row in await rows_of(stocked, "user_courses") if row["course_id"] == at.course]

    async def test_assigning_and_learning_at_once_lose_nothing(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        at = await school(stocked)
        await staff(stocked)
        await as_admin(client, stocked)
        [me] = [row["id"] for row in await rows_of(stocked, "users") if row["username"] == "root"]
        await client.post(f"/courses/{at.course}/enroll")
        calls = [client.put(f"/topics/{topic}/progress", json={"completed": True}) for topic in at.topics]
        body = {"course_id": str(at.course), "user_ids": [str(me)], "due_at": FUTURE}
        calls += [client.put("/admin/enrollments", json=body) for _ in range(3)]
        calls += [
            client.put("/admin/enrollments", json={"course_id": str(at.course), "station_id": at.station})
            for _ in range(3)
        ]
        assert {reply.status_code for reply in await asyncio.gather(*calls)} == {200}
        [mine] = [row for row in await rows_of(stocked, "user_courses") if row["user_id"] == me]
        assert (mine["progress_percent"], mine["status"], mine["due_at"] is None) == (100, "in_progress", False)

    @pytest.mark.refuses
    async def test_a_malformed_assignment_is_refused(self, client: httpx.AsyncClient, stocked: Container) -> None:
        await as_admin(client, stocked)
        course = {"course_id": str(uuid4())}
        for body, field in (
            ({}, "course_id"),
            (course, "user_ids"),
            ({**course, "department": "x", "station_id": 1}, "station_id"),
            ({**course, "user_ids": []}, "user_ids"),
            ({**course, "department": "x", "due_at": "soon"}, "due_at"),
        ):
            reply = await client.put("/admin/enrollments", json=body)
            assert (reply.status_code, reply.json()["errors"][0]["field"]) == (400, field), body
