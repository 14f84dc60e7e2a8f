"""Enrollments and statistics over HTTP, as the existing frontend reads them, over every database alike."""

import asyncio

import httpx

from atg_entrypoints.container import Container
from tests.people import sign_in

ENROLLED_COURSE = {
    "course_id",
    "progress_percent",
    "title",
    "description",
    "station_id",
    "status",
    "started_at",
    "completed_at",
    "due_at",
    "valid_until",
    "missing",
}
STATS = {
    "active_courses": 0,
    "completed_courses": 0,
    "total_progress": 0,
    "total_hours_studied": "0",
    "certificates_count": 0,
    "topics_completed": 0,
    "tests_passed": 0,
    "average_score": 0,
    "streak_days": 0,
}


async def course_ids(client: httpx.AsyncClient) -> list[str]:
    return [course["id"] for course in (await client.get("/courses?size=100")).json()["items"]]


class HttpEnrollmentsContract:
    """The fixtures `client` and `stocked` say over which database."""

    async def test_enrolling_begins_a_course(self, client: httpx.AsyncClient, stocked: Container) -> None:
        await sign_in(client, stocked)
        course = (await course_ids(client))[0]
        reply = await client.post(f"/courses/{course}/enroll")
        assert reply.status_code == 200
        body = reply.json()
        assert body["success"] is True
        enrollment = body["enrollment"]
        assert enrollment["course_id"] == course
        assert (enrollment["status"], enrollment["progress_percent"]) == ("in_progress", 0)
        assert enrollment["completed_at"] is None

    async def test_enrolling_again_gives_the_same(self, client: httpx.AsyncClient, stocked: Container) -> None:
        await sign_in(client, stocked)
        course = (await course_ids(client))[0]
        replies = [(await client.post(f"/courses/{course}/enroll/")).json() for _ in range(3)]
        replies += [
            reply.json()
            for reply in await asyncio.gather(*(client.post(f"/courses/{course}/enroll") for _ in range(5)))
        ]
        assert all(reply == replies[0] for reply in replies)
        assert len((await client.get("/courses/me/enrollments")).json()["data"]) == 1

    async def test_an_unknown_or_inactive_course_is_not_found(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        await sign_in(client, stocked)
        active = set(await course_ids(client))
        of_stations = [(await client.get(f"/courses/stations/{n}")).json()["data"] for n in range(1, 8)]
        assert {course["id"] for courses in of_stations for course in courses} <= active
        for course in ("00000000-0000-0000-0000-000000000000", "abc", "me"):
            reply = await client.post(f"/courses/{course}/enroll")
            assert (reply.status_code, reply.json()["error"]) == (404, "Course not found")

    async def test_enrollments_are_the_callers_own_newest_first(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        await sign_in(client, stocked, "boris")
        first, second, third = (await course_ids(client))[:3]
        await client.post(f"/courses/{third}/enroll")
        await sign_in(client, stocked, "anna")
        for course in (first, second):
            await client.post(f"/courses/{course}/enroll")
            await asyncio.sleep(0.002)
        data = (await client.get("/courses/me/enrollments")).json()["data"]
        assert [row["course_id"] for row in data] == [second, first]
        assert all(set(row) == ENROLLED_COURSE for row in data)
        assert data[0]["started_at"].endswith("Z")

    async def test_stats_count_what_is_there(self, client: httpx.AsyncClient, stocked: Container) -> None:
        await sign_in(client, stocked)
        fresh = (await client.get("/users/me/stats")).json()
        assert fresh == {"stats": STATS, "certificates": []}
        for course in (await course_ids(client))[:2]:
            await client.post(f"/courses/{course}/enroll")
        stats = (await client.get("/users/me/stats")).json()["stats"]
        assert set(stats) == set(STATS)
        assert (stats["active_courses"], stats["completed_courses"], stats["total_progress"]) == (2, 0, 0)
