"""Learning on PostgreSQL: the laws over the real database, and concurrent requests to two processes."""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

import httpx
import psycopg
import sqlalchemy as sa

from atg_adapters.sql.tables.learning import user_courses
from atg_core.clock import utc_now
from atg_core.identity.model import Role
from atg_core.learning.model import Scope
from atg_entrypoints.container import Container
from tests.arranging import arrange, rows_of
from tests.contracts.learning.progress_machine import DERIVED_TABLES, LearningMachine
from tests.integration.server_pair import Pair, two_processes
from tests.machines import hold_on_a_database
from tests.people import account, begin_session
from tests.school import company_course, right_answers, school


def test_the_laws_of_learning_hold_on_postgresql(postgres_url: str) -> None:
    """The machine that runs over memory in the unit tests."""
    hold_on_a_database(LearningMachine, postgres_url, steps=25, runs=6)


async def conclusions(container: Container) -> list[list[str]]:
    return [sorted(map(repr, await rows_of(container, name))) for name in DERIVED_TABLES]


async def test_a_hundred_completions_at_once_give_one_certificate(postgres_pair: Pair) -> None:
    """The last topics and the final test of one user, each several times, at two processes."""
    async with two_processes(postgres_pair) as (container, clients):
        at, person = await school(container, topics=9), account()
        async with container.open_identity()() as store:
            await store.add_account(person)
        headers = {"Authorization": f"Bearer {await begin_session(container, person.user)}"}
        for client in clients:
            client.headers.update(headers)
        await clients[0].post(f"/courses/{at.course}/enroll")
        path = f"/programs/{at.program}/final-test"
        answers = await right_answers(clients[0], path)

        def calls(client: httpx.AsyncClient) -> list[Coroutine[Any, Any, httpx.Response]]:
            completions = [client.put(f"/topics/{topic}/progress", json={"completed": True}) for topic in at.topics]
            return [*completions, client.post(f"{path}/results", json={"answers": answers})]

        replies = await asyncio.gather(*(call for _ in range(5) for client in clients for call in calls(client)))
        assert Counter(reply.status_code for reply in replies) == {200: 90, 201: 10}
        assert {row["number"] for row in await rows_of(container, "certificates")} == {f"ATG-{utc_now().year}-000001"}
        body = (await clients[1].get("/users/me/stats")).json()
        assert body["stats"]["completed_courses"] == body["stats"]["certificates_count"] == 1
        assert (body["stats"]["topics_completed"], body["stats"]["total_progress"]) == (9, 100)
        assert len({reply.json()["attempt"] for reply in replies if reply.status_code == 201}) == 10
        before = await conclusions(container)
        await container.update_completion()(Scope())
        assert await conclusions(container) == before


async def test_a_path_taken_and_finished_by_many_requests_at_once_enrolls_once(postgres_pair: Pair) -> None:
    """One learner, two processes: the path is taken, and then its first course completed, 20 times at once."""
    async with two_processes(postgres_pair) as (container, clients):
        one, two = [await company_course(container, name=name, topics=2, final_test=False) for name in ("A", "B")]
        await arrange(
            container,
            learning_paths=[{"code": "P", "title": "Путь", "due_days": "30"}],
            learning_path_courses=[
                {"path": "P", "course": f"{name}-C", "order_index": str(number)} for number, name in enumerate("AB")
            ],
        )
        [path] = await rows_of(container, "learning_paths")
        person = account()
        async with container.open_identity()() as store:
            await store.add_account(person)
        for client in clients:
            client.headers["authorization"] = f"Bearer {await begin_session(container, person.user)}"
        taken = await asyncio.gather(
            *(client.post(f"/learning-paths/{path['id']}/enroll") for _ in range(10) for client in clients)
        )
        assert {reply.status_code for reply in taken} == {200}
        assert len({reply.json()["mine"]["assigned_at"] for reply in taken}) == 1
        [first] = await rows_of(container, "user_courses")
        assert first["course_id"] == one.id
        done = await asyncio.gather(
            *(
                client.put(f"/topics/{topic}/progress", json={"completed": True})
                for _ in range(5)
                for client in clients
                for topic in one.topics
            )
        )
        assert {reply.status_code for reply in done} == {200}
        rows = await rows_of(container, "user_courses")
        assert sorted(row["course_id"] for row in rows) == sorted([one.id, two.id])
        assert (
            len(await rows_of(container, "certificates")) == len(await rows_of(container, "user_learning_paths")) == 1
        )
        before = await conclusions(container)
        await container.update_completion()(Scope())
        assert await conclusions(container) == before


async def test_prerequisites_written_at_once_make_no_cycle(postgres_pair: Pair) -> None:
    """Each of four courses would require the next one: one of the four changes has to be refused."""
    async with two_processes(postgres_pair) as (container, clients):
        await arrange(container, courses=[{"code": code, "title": code} for code in "ABCD"])
        ids = [row["id"] for row in await rows_of(container, "courses")]
        author = account("author", role=Role.INSTRUCTOR)
        async with container.open_identity()() as store:
            await store.add_account(author)
        for client in clients:
            client.headers["authorization"] = f"Bearer {await begin_session(container, author.user)}"
        replies = await asyncio.gather(
            *(
                clients[number % 2].put(
                    f"/courses/{course}/prerequisites", json={"course_ids": [str(ids[(number + 1) % 4])]}
                )
                for number, course in enumerate(ids)
            )
        )
        assert Counter(reply.status_code for reply in replies) == {200: 3, 409: 1}
        assert len(await rows_of(container, "course_prerequisites")) == 3


async def test_numbers_of_certificates_have_no_gap_when_two_hundred_finish_at_once(
    postgres_pair: Pair,
) -> None:
    async with two_processes(postgres_pair) as (container, clients):
        at = await school(container, topics=2)
        people = [account(f"user-{number}") for number in range(200)]
        async with container.open_identity()() as store:
            for person in people:
                await store.add_account(person)
        names = [{"username": person.user.username} for person in people]
        await arrange(
            container,
            enrollments=[{**name, "course": "S-C"} for name in names],
            progress=[{**name, "lesson": "S-L", "topic": "1"} for name in names],
            test_results=[{**name, "test": "S-F", "attempt": "1", "score_percent": "90"} for name in names],
        )
        tokens = [await begin_session(container, person.user) for person in people]
        places = asyncio.Semaphore(50)

        async def finish(number: int, token: str) -> int:
            async with places:
                reply = await clients[number % 2].put(
                    f"/topics/{at.topics[1]}/progress",
                    json={"completed": True},
                    headers={"Authorization": f"Bearer {token}"},
                )
            return reply.status_code

        statuses = await asyncio.gather(*(finish(number, token) for number, token in enumerate(tokens)))
        assert Counter(statuses) == {200: 200}
        with psycopg.connect(postgres_pair.url) as connection:
            numbers = [row[0] for row in connection.execute("SELECT number FROM certificates ORDER BY number")]
        assert numbers == [f"ATG-{utc_now().year}-{number:06}" for number in range(1, 201)]
        before = await conclusions(container)
        await container.update_completion()(Scope())
        assert await conclusions(container) == before


async def test_authors_and_learners_do_not_stand_in_each_others_way(postgres_pair: Pair) -> None:
    """Topics come and go while learners enroll and complete what they find; nothing fails, and all is right."""
    async with two_processes(postgres_pair) as (container, clients):
        at = await school(container, topics=4)
        people = [account(f"user-{number}") for number in range(12)] + [account("author", role=Role.INSTRUCTOR)]
        async with container.open_identity()() as store:
            for person in people:
                await store.add_account(person)
        *learners, author = [
            {"Authorization": f"Bearer {await begin_session(container, person.user)}"} for person in people
        ]
        statuses: Counter[int] = Counter()

        async def call(number: int, method: str, path: str, headers: dict[str, str], body: Any = None) -> Any:
            reply = await clients[number % 2].request(method, path, headers=headers, json=body)
            statuses[reply.status_code] += 1
            return reply

        async def learn(number: int, headers: dict[str, str]) -> None:
            await call(number, "POST", f"/courses/{at.course}/enroll", headers)
            for topic in at.topics * 3:
                await call(number, "PUT", f"/topics/{topic}/progress", headers, {"completed": True})
            await call(number, "DELETE", f"/courses/{at.course}/enroll", headers)
            await call(number, "POST", f"/courses/{at.course}/enroll", headers)

        async def write(number: int) -> None:
            for round_ in range(8):
                made = await call(number, "POST", "/topics", author, {"title": "x", "lesson_id": at.lesson})
                await call(number, "DELETE", f"/topics/{at.topics[round_ % 4]}", author)
                await call(number, "PUT", f"/topics/{at.topics[round_ % 4]}", author, {"is_active": True})
                await call(number, "DELETE", f"/topics/{made.json()['id']}", author)

        await asyncio.gather(*(learn(number, each) for number, each in enumerate(learners)), write(0), write(1))
        assert set(statuses) <= {200, 201, 204, 404}, statuses
        before = await conclusions(container)
        await container.update_completion()(Scope())
        assert await conclusions(container) == before


async def test_a_hundred_messages_at_once_do_not_make_a_hundred_times_four_hours(postgres_pair: Pair) -> None:
    """Of somebody who enrolled ten hours ago: over all topics and both processes four hours count, once."""
    async with two_processes(postgres_pair) as (container, clients):
        at, person = await school(container, topics=10), account()
        async with container.open_identity()() as store:
            await store.add_account(person)
        headers = {"Authorization": f"Bearer {await begin_session(container, person.user)}"}
        await clients[0].post(f"/courses/{at.course}/enroll", headers=headers)
        async with container.database().transaction() as connection:
            await connection.execute(sa.update(user_courses).values(started_at=utc_now() - timedelta(hours=10)))
        begun, most = utc_now(), 4 * 3600
        replies = await asyncio.gather(
            *(
                client.put(f"/topics/{topic}/progress", json={"seconds_studied": most}, headers=headers)
                for topic in at.topics
                for client in clients
                for _ in range(5)
            )
        )
        statuses = {reply.status_code for reply in replies}
        assert 200 in statuses <= {200, 503}, "a busy machine may refuse some"
        [row] = await rows_of(container, "user_courses")
        studied = row["hours_studied"] * 3600 + row["seconds_over"]
        assert most <= studied <= most + (utc_now() - begun).total_seconds() + 1
