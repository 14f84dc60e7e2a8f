"""What has to be passed before a course, over HTTP, over every database alike."""

from uuid import UUID, uuid4

import httpx
import pytest

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.arranging import arrange, rows_of
from tests.people import sign_in
from tests.school import CompanyCourse, company_course, complete_topics, right_answers


async def require(client: httpx.AsyncClient, stocked: Container, course: UUID, **lists: object) -> httpx.Response:
    """As an author, leaving the client's own session as it is."""
    headers = dict(client.headers)
    await sign_in(client, stocked, f"author-{uuid4().hex[:8]}", role=Role.INSTRUCTOR)
    reply = await client.put(f"/courses/{course}/prerequisites", json=lists)
    client.headers.pop("authorization")
    client.headers.update(headers)
    return reply


async def two_courses(container: Container) -> tuple[CompanyCourse, CompanyCourse]:
    first = await company_course(container, name="A", topics=1, final_test=False)
    return first, await company_course(container, name="B", topics=2)


def missing(course: CompanyCourse, title: str = "Курс A") -> list[dict[str, object]]:
    return [{"kind": "course", "course_id": str(course.id), "final_test_id": None, "title": title}]


class HttpPrerequisitesContract:
    """The fixtures `client` and `stocked` say over which database."""

    async def test_a_course_is_locked_until_what_it_requires_is_completed(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        first, second = await two_courses(stocked)
        reply = await require(client, stocked, second.id, course_ids=[str(first.id)])
        assert (reply.status_code, reply.json()["data"]) == (200, missing(first))
        assert (await client.get(f"/courses/{second.id}")).json()["prerequisites"] == missing(first)
        await sign_in(client, stocked, "learner")
        refused = await client.post(f"/courses/{second.id}/enroll")
        assert (refused.status_code, refused.json()["code"]) == (409, "course_locked")
        assert refused.json()["missing"] == missing(first)
        assert [row["course_id"] for row in (await client.get("/courses/me/locked")).json()["data"]] == [str(second.id)]
        access = (await client.get(f"/courses/{second.id}/prerequisites")).json()
        assert (access["is_locked"], access["missing"]) == (True, missing(first))
        assert access["prerequisites"] == [missing(first)[0] | {"is_met": False}]
        assert not [row for row in await rows_of(stocked, "user_courses") if row["course_id"] == second.id]
        await client.post(f"/courses/{first.id}/enroll")
        await complete_topics(client, first.topics)
        assert (await client.post(f"/courses/{second.id}/enroll")).status_code == 200
        assert (await client.get("/courses/me/locked")).json()["data"] == []
        access = (await client.get(f"/courses/{second.id}/prerequisites")).json()
        assert (access["is_locked"], [each["is_met"] for each in access["prerequisites"]]) == (False, [True])

    async def test_a_final_test_can_be_required(self, client: httpx.AsyncClient, stocked: Container) -> None:
        first, second = await two_courses(stocked)
        await require(client, stocked, first.id, final_test_ids=[second.final_test])
        await sign_in(client, stocked, "learner")
        refused = await client.post(f"/courses/{first.id}/enroll")
        assert [(each["kind"], each["final_test_id"], each["title"]) for each in refused.json()["missing"]] == [
            ("final_test", second.final_test, "Итог B")
        ]
        path = f"/programs/{second.program}/final-test"
        await client.post(f"{path}/results", json={"answers": await right_answers(client, path)})
        assert (await client.post(f"/courses/{first.id}/enroll")).status_code == 200

    async def test_topics_and_tests_of_a_locked_course_are_locked(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        first, second = await two_courses(stocked)
        await require(client, stocked, second.id, course_ids=[str(first.id)])
        await sign_in(client, stocked, "learner")
        [person] = [row["id"] for row in await rows_of(stocked, "users") if row["username"] == "learner"]
        await _assign(client, stocked, second, person)
        [mine] = (await client.get("/courses/me/enrollments")).json()["data"]
        assert (mine["status"], mine["missing"]) == ("not_started", missing(first))
        path = f"/programs/{second.program}/final-test"
        for reply in (
            await client.put(f"/topics/{second.topics[0]}/progress", json={"completed": True}),
            await client.post(f"{path}/attempts"),
            await client.post(f"{path}/results", json={"answers": []}),
            await client.post(
                f"/courses/programs/{second.program}/materials/complete",
                json={"material_type": "text", "material_key": "topic:1"},
            ),
        ):
            assert (reply.status_code, reply.json()["code"], reply.json()["missing"]) == (
                409,
                "course_locked",
                missing(first),
            ), reply.text
        facts = await rows_of(stocked, "user_topic_progress") + await rows_of(stocked, "test_attempts")
        assert not [row for row in facts if row["user_id"] == person]
        await client.post(f"/courses/{first.id}/enroll")
        await complete_topics(client, first.topics)
        [begun] = await complete_topics(client, second.topics[:1])
        assert begun.json()["progress_percent"] == 50
        assert (await client.post(f"{path}/attempts")).status_code == 201

    async def test_who_was_enrolled_before_keeps_access(self, client: httpx.AsyncClient, stocked: Container) -> None:
        first, second = await two_courses(stocked)
        await sign_in(client, stocked, "learner")
        await client.post(f"/courses/{second.id}/enroll")
        await require(client, stocked, second.id, course_ids=[str(first.id)])
        assert (await client.get("/courses/me/locked")).json()["data"] == []
        assert (await complete_topics(client, second.topics[:1]))[0].status_code == 200
        assert (await client.post(f"/courses/{second.id}/enroll")).status_code == 200
        await client.delete(f"/courses/{second.id}/enroll")
        assert (await client.post(f"/courses/{second.id}/enroll")).status_code == 409

    async def test_what_is_not_active_any_more_is_not_required(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        first, second = await two_courses(stocked)
        third = await company_course(stocked, name="C")
        await require(client, stocked, third.id, course_ids=[str(first.id)], final_test_ids=[second.final_test])
        tests = [{"code": "B-F", "program": "B-P", "lesson": "", "title": "Итог B", "is_active": "false"}]
        await arrange(stocked, tests=tests, courses=[{"code": "A-C", "title": "Курс A", "is_active": "false"}])
        await sign_in(client, stocked, "learner")
        assert (await client.post(f"/courses/{third.id}/enroll")).status_code == 200

    async def test_a_cycle_is_refused_with_its_chain(self, client: httpx.AsyncClient, stocked: Container) -> None:
        first, second = await two_courses(stocked)
        third = await company_course(stocked, name="C")
        await require(client, stocked, second.id, course_ids=[str(first.id)])
        await require(client, stocked, third.id, final_test_ids=[second.final_test])
        refused = await require(client, stocked, first.id, course_ids=[str(third.id)])
        assert (refused.status_code, refused.json()["code"]) == (409, "prerequisite_cycle")
        assert [each["title"] for each in refused.json()["chain"]] == ["Курс A", "Курс C", "Курс B", "Курс A"]
        assert (await client.get(f"/courses/{first.id}")).json()["prerequisites"] == []
        own = await require(client, stocked, third.id, final_test_ids=[third.final_test])
        assert own.json()["code"] == "prerequisite_cycle"

    @pytest.mark.refuses
    async def test_what_is_not_there_is_refused(self, client: httpx.AsyncClient, stocked: Container) -> None:
        first, _ = await two_courses(stocked)
        for lists, field in (
            ({"course_ids": [str(uuid4())]}, "course_ids"),
            ({"final_test_ids": [999]}, "final_test_ids"),
        ):
            reply = await require(client, stocked, first.id, **lists)
            assert (reply.status_code, reply.json()["errors"][0]["field"]) == (400, field)
        assert (await require(client, stocked, uuid4(), course_ids=[])).status_code == 404
        await sign_in(client, stocked, "learner")
        assert (await client.get(f"/courses/{uuid4()}/prerequisites")).status_code == 404

    async def test_what_was_required_before_keeps_its_moment(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        first, second = await two_courses(stocked)
        third = await company_course(stocked, name="C")
        await require(client, stocked, third.id, course_ids=[str(first.id)])
        [before] = await rows_of(stocked, "course_prerequisites")
        reply = await require(client, stocked, third.id, course_ids=[str(first.id), str(second.id)])
        assert [each["title"] for each in reply.json()["data"]] == ["Курс A", "Курс B"]
        assert before in await rows_of(stocked, "course_prerequisites")
        await require(client, stocked, third.id, final_test_ids=[second.final_test])
        reply = await require(client, stocked, third.id, course_ids=[])
        assert [each["kind"] for each in reply.json()["data"]] == ["final_test"]


async def _assign(client: httpx.AsyncClient, stocked: Container, course: CompanyCourse, person: UUID) -> None:
    headers = dict(client.headers)
    await sign_in(client, stocked, "root", role=Role.ADMIN)
    await client.put("/admin/enrollments", json={"course_id": str(course.id), "user_ids": [str(person)]})
    client.headers.update(headers)
