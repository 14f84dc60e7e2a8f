"""Invitations and join codes at the same moment, over two processes and one database."""

import asyncio
import time
from collections import Counter
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, urlsplit
from uuid import UUID

import httpx

from atg_core.identity.model import Role
from atg_core.schedule.membership import SEND_INVITATION
from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.integration.server_pair import Pair, two_processes
from tests.people import account, begin_session

GOOD = "zwölf Kraniche am Fluss"
type Clients = list[httpx.AsyncClient]
type Headers = dict[str, str]


async def someone(container: Container, name: str, role: Role) -> Headers:
    made = account(name, role=role)
    async with container.open_identity()() as store:
        await store.add_account(made)
    return {"Authorization": f"Bearer {await begin_session(container, made.user)}"}


async def a_group(clients: Clients, headers: Headers, name: str) -> int:
    group: int = (await clients[0].post("/groups", json={"name": name}, headers=headers)).json()["id"]
    return group


async def test_strangers_at_the_same_moment(postgres_pair: Pair) -> None:
    async with two_processes(postgres_pair) as (container, clients):
        teacher = await someone(container, "mentor", Role.TEACHER)
        group = await a_group(clients, teacher, "10А")
        await a_class_joins_by_its_code(container, clients, teacher, group)
        await a_hundred_guesses_are_ten(container, clients)
        await no_more_than_fifty_are_invited(container, clients, teacher)
        await a_link_opens_one_account(container, clients, group)


async def a_class_joins_by_its_code(container: Container, clients: Clients, teacher: Headers, group: int) -> None:
    code = (await clients[0].post(f"/groups/{group}/join-code", headers=teacher)).json()["code"]
    students = [await someone(container, f"pupil-{number}", Role.STUDENT) for number in range(50)]
    replies = await asyncio.gather(
        *(
            client.post("/groups/join", json={"code": code}, headers=headers)
            for headers in students
            for client in clients
        )
    )
    assert Counter(reply.status_code for reply in replies) == {200: 100}
    assert len(await rows_of(container, "group_students")) == 50


async def a_hundred_guesses_are_ten(container: Container, clients: Clients) -> None:
    """Attack: guesses at once are all looked up before one of them is counted."""
    guesser = await someone(container, "guesser", Role.STUDENT)
    replies = await asyncio.gather(
        *(
            clients[number % 2].post("/groups/join", json={"code": f"AAAAA{number + 100}"}, headers=guesser)
            for number in range(100)
        )
    )
    assert Counter(reply.status_code for reply in replies) == {404: 10, 429: 90}


async def no_more_than_fifty_are_invited(container: Container, clients: Clients, teacher: Headers) -> None:
    """Attack: requests at once into several groups, each of which counts before the others have added."""
    groups = [await a_group(clients, teacher, name) for name in ("a", "b", "c")]
    replies = await asyncio.gather(
        *(
            clients[number % 2].post(
                f"/groups/{groups[number % 3]}/students", json={"emails": [f"{number}@example.com"]}, headers=teacher
            )
            for number in range(60)
        )
    )
    assert Counter(reply.status_code for reply in replies) == {200: 50, 429: 10}
    assert len(await rows_of(container, "group_invitations")) == 50
    assert sum(job.kind == SEND_INVITATION for job in await container.jobs().listed(limit=200)) == 50


async def a_link_opens_one_account(container: Container, clients: Clients, group: int) -> None:
    other = await someone(container, "colleague", Role.TEACHER)
    theirs = await a_group(clients, other, "x")
    await clients[0].post(f"/groups/{theirs}/students", json={"emails": ["vera@example.com"]}, headers=other)
    [invitation] = [row for row in await rows_of(container, "group_invitations") if row["email"] == "vera@example.com"]
    form = {"token": container.invitation_tokens().token(UUID(str(invitation["id"]))), "password": GOOD}
    replies = await asyncio.gather(*(clients[number % 2].post("/invitations/answer", data=form) for number in range(6)))
    assert Counter(reply.status_code for reply in replies) == {200: 1, 404: 5}
    [user] = [row for row in await rows_of(container, "users") if row["email"] == "vera@example.com"]
    members = [row for row in await rows_of(container, "group_students") if row["group_id"] == theirs]
    assert [member["student_id"] for member in members] == [user["id"]]
    assert group != theirs


async def test_without_any_server_the_mail_lies_in_the_outbox_and_its_link_works(sqlite_pair: Pair) -> None:
    async with two_processes(sqlite_pair) as (container, clients):
        teacher = await someone(container, "mentor", Role.TEACHER)
        group = await a_group(clients, teacher, "10А")
        await clients[0].post(f"/groups/{group}/students", json={"emails": ["vera@example.com"]}, headers=teacher)
        link = await _link_in(sqlite_pair.home / "outbox")
        assert "10А" in (await clients[1].get(f"{link.path}?{link.query}")).text
        form = {"token": parse_qs(link.query)["token"][0], "password": GOOD}
        assert (await clients[1].post(link.path, data=form)).status_code == 200
        shown = (await clients[0].get(f"/groups/{group}", headers=teacher)).json()
        assert [student["email"] for student in shown["students"]] == ["vera@example.com"]


async def _link_in(outbox: Path) -> SplitResult:
    until = time.monotonic() + 30
    while not (mails := list(outbox.glob("*.eml"))):
        assert time.monotonic() < until
        await asyncio.sleep(0.1)
    body = message_from_bytes(mails[0].read_bytes(), policy=default).get_body(("plain",))
    assert body
    [link] = [word for word in body.get_content().split() if word.startswith("http")]
    return urlsplit(link)
