"""A company for tests of the training department: late people in two departments, and a manager of the first."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple
from uuid import UUID

import httpx

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.arranging import arrange
from tests.contracts.learning.people import FUTURE, PAST, staff
from tests.integration.console.browsing import another, enter
from tests.people import begin_session
from tests.school import School, complete_course, school


class Company(NamedTuple):
    """w1 and w2 of `Цех №1` and w3 of `Цех №2` are late in the course of the school; w1 has time in `Ещё один`."""

    at: School
    people: dict[str, UUID]


async def company(stocked: Container) -> Company:
    at = await school(stocked)
    people = await staff(stocked)
    await arrange(stocked, courses=[{"code": "S-C2", "station": "S", "title": "Ещё один"}])
    due = [{"username": name, "course": "S-C", "due_at": PAST} for name in ("w1", "w2", "w3")]
    await arrange(stocked, enrollments=[*due, {"username": "w1", "course": "S-C2", "due_at": FUTURE}])
    return Company(at, people)


async def completed(browser: httpx.AsyncClient, stocked: Container, made: Company, name: str) -> None:
    """The course of the school, with its certificate."""
    account = await stocked.callers().account(made.people[name])
    async with another(browser) as learner:
        learner.headers["authorization"] = f"Bearer {await begin_session(stocked, account.user)}"
        await complete_course(learner, made.at)


async def as_admin(browser: httpx.AsyncClient, stocked: Container) -> None:
    await enter(browser, stocked, "root", role=Role.ADMIN, full_name="Ольга Ли")


@asynccontextmanager
async def manager_of(
    browser: httpx.AsyncClient, stocked: Container, *departments: str
) -> AsyncIterator[httpx.AsyncClient]:
    """A browser of theirs."""
    async with another(browser) as theirs:
        await enter(theirs, stocked, "chief", full_name="Иван Начальник")
        account = await stocked.callers().find_account("chief")
        await stocked.appoint_manager()(account.user.id, departments, ())
        yield theirs
