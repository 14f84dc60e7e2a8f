"""Notices over the real databases: the laws, and what happens at once on PostgreSQL."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from dependency_injector import providers

from atg_adapters.memory.mailer import MemoryMailer
from atg_core.learning.assignments import Assignees
from atg_core.notifier import NewNotice, NoticeKind
from atg_entrypoints.container import Container
from tests.arranging import arrange, rows_of
from tests.contracts.databases import on_postgres
from tests.contracts.notices.notices_machine import NoticesMachine
from tests.machines import hold_on_a_database
from tests.mailed import do_jobs
from tests.people import add_person

MORNING = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_the_laws_of_notices_hold_on_each_database(database_url: str) -> None:
    """The machine that runs over memory in the unit tests."""
    hold_on_a_database(
        NoticesMachine, database_url, steps=15, runs=4, timezone="Asia/Yekaterinburg", contexts=["notices"]
    )


@pytest.fixture
def mailer(stocked: Container) -> MemoryMailer:
    mailer = MemoryMailer()
    stocked.mailer.override(providers.Object(mailer))
    stocked.clock.override(providers.Object(lambda: MORNING))
    return mailer


async def mailed(container: Container) -> None:
    await asyncio.gather(*(do_jobs(container) for _ in range(3)))


@on_postgres
async def test_rounds_and_workers_at_once_tell_everybody_once(stocked: Container, mailer: MemoryMailer) -> None:
    people = [await add_person(stocked, f"learner-{number}") for number in range(30)]
    await arrange(stocked, courses=[{"code": code, "title": code} for code in ("one", "two")])
    courses = [row["id"] for row in await rows_of(stocked, "courses") if row["code"] in {"one", "two"}]
    for course in courses:
        await stocked.assign_course()(course, Assignees(user_ids=tuple(people)), MORNING - timedelta(hours=1))
    await mailed(stocked)
    mailer.sent.clear()
    await asyncio.gather(*(stocked.tell_due()() for _ in range(6)))
    rows = [row for row in await rows_of(stocked, "notices") if row["user_id"] in people]
    told = Counter(row["user_id"] for row in rows if row["kind"] == "course_overdue")
    assert told == dict.fromkeys(people, 2)
    await mailed(stocked)
    sent = Counter(mail.to for mail in mailer.sent if mail.to.startswith("learner-"))
    assert sent == {f"learner-{number}@example.com": 1 for number in range(30)}


@on_postgres
async def test_the_same_told_at_once_is_told_once(stocked: Container, mailer: MemoryMailer) -> None:
    people = [await add_person(stocked, f"learner-{number}") for number in range(5)]
    new = NewNotice(kind=NoticeKind.COURSE_ASSIGNED, subject="course:1", occasion=MORNING, title="one", user_ids=people)
    await asyncio.gather(*(stocked.notifier().tell(new) for _ in range(10)))
    told = Counter(row["user_id"] for row in await rows_of(stocked, "notices"))
    assert told == dict.fromkeys(people, 1)
    assert mailer.sent == []


async def test_nobody_is_told_of_what_is_rolled_back(stocked: Container, mailer: MemoryMailer) -> None:
    person = await add_person(stocked, "learner")
    new = NewNotice(kind=NoticeKind.GRADE, subject="x:1", occasion=MORNING, title="one", user_ids=[person])

    async def tell_and_fail() -> None:
        async with stocked.transaction()():
            await stocked.notifier().tell(new)
            raise LookupError

    with pytest.raises(LookupError):
        await tell_and_fail()
    await mailed(stocked)
    assert (await rows_of(stocked, "notices"), mailer.sent) == ([], [])
