"""Obligations on SQLite and PostgreSQL: the laws over the real databases, and changes at the same moment."""

import asyncio
from uuid import UUID

import pytest
import sqlalchemy as sa

from atg_core.identity.model import Role
from atg_core.learning.assigned_paths import Obligation
from atg_core.learning.model import Scope
from atg_entrypoints.container import Container
from tests.arranging import arrange, rows_of
from tests.contracts.learning.obligation_machine import ObligationMachine
from tests.integration.server_pair import Pair, two_processes
from tests.machines import hold_on_a_database
from tests.people import account, begin_session
from tests.school import company_course, school


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_the_laws_of_obligations_hold(kind: str, request: pytest.FixtureRequest) -> None:
    """The machine that runs over memory in the unit tests."""
    hold_on_a_database(ObligationMachine, request.getfixturevalue(f"{kind}_url"), steps=20, runs=6)


async def test_assigning_and_moving_at_the_same_moment_misses_nobody(postgres_pair: Pair) -> None:
    """Six people change departments at two processes, while six assignments are made, changed and ended."""
    async with two_processes(postgres_pair) as (container, clients):
        at, admin = await school(container), account("root", role=Role.ADMIN)
        names = [f"p{number}" for number in range(6)]
        rows = [{"username": name, "department": "ABC"[place % 3]} for place, name in enumerate(names)]
        await arrange(container, users=rows)
        async with container.open_identity()() as store:
            await store.add_account(admin)
        for client in clients:
            client.headers["authorization"] = f"Bearer {await begin_session(container, admin.user)}"
        ids = [row["id"] for row in await rows_of(container, "users") if row["username"] in names]
        first, second = clients

        async def assign(number: int) -> None:
            body = {"course_id": str(at.course), "audience": "group", "department": "ABC"[number % 3], "due_days": 9}
            made = await first.post("/admin/assignments", json=body)
            assert made.status_code == 201, made.text
            path = f"/admin/assignments/{made.json()['id']}"
            assert (await second.put(path, json={"due_days": 5})).status_code == 200
            if number < 2:
                assert (await first.delete(path)).status_code == 204

        async def move(place: int) -> None:
            for letter in "BC":
                reply = await clients[place % 2].put(f"/admin/users/{ids[place]}", json={"department": letter})
                assert reply.status_code == 200, reply.text

        await asyncio.gather(*map(assign, range(6)), *map(move, range(6)), container.keep_obligations()())
        departments = {row["id"]: row["department"] for row in await rows_of(container, "user_profiles")}
        held = [row for row in await rows_of(container, "standing_assignments") if row["ended_at"] is None]
        live = {
            (row["user_id"], row["assignment_id"])
            for row in await rows_of(container, "obligations")
            if row["ended_at"] is None
        }
        assert len(held) == 4
        assert live == {(user, each["id"]) for user in ids for each in held if each["department"] == departments[user]}
        before = sorted(map(repr, await rows_of(container, "user_courses")))
        await container.keep_obligations()()
        assert sorted(map(repr, await rows_of(container, "user_courses"))) == before


async def test_a_course_that_opens_while_its_path_is_ended_obliges_nobody(postgres_pair: Pair) -> None:
    """A completion opens the second course of an assigned path, and is stored after the end has begun."""
    async with two_processes(postgres_pair) as (container, [client, _]):
        admin = account("root", role=Role.ADMIN)
        one, two = [await company_course(container, name=name, topics=1, final_test=False) for name in "AB"]
        async with container.open_identity()() as store:
            await store.add_account(admin)
        client.headers["authorization"] = f"Bearer {await begin_session(container, admin.user)}"
        courses = [{"course_id": str(each.id)} for each in (one, two)]
        path = (await client.post("/learning-paths", json={"title": "П", "courses": courses})).json()
        body = {"learning_path_id": path["id"], "audience": "users", "user_ids": [str(admin.user.id)]}
        made = (await client.post("/admin/assignments", json=body)).json()
        now = container.clock()()
        async with container.open_completion()() as store:
            await store.lock_learners(Scope(user_ids=(admin.user.id,)))
            opened = Obligation(
                user_id=admin.user.id, course_id=two.id, assignment_id=UUID(made["id"]), since=now, due_at=None
            )
            await store.oblige([opened], now)
            ending = asyncio.create_task(client.delete(f"/admin/assignments/{made['id']}"))
            while not await _waits_for_a_lock(container):
                await asyncio.sleep(0.02)
        assert (await ending).status_code == 204
        assert not [row for row in await rows_of(container, "obligations") if row["ended_at"] is None]


async def _waits_for_a_lock(container: Container) -> bool:
    waiting = sa.text("SELECT 1 FROM pg_locks WHERE NOT granted LIMIT 1")
    return await container.database().row(waiting) is not None
