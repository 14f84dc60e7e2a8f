"""A teacher with a group, and a student of it, each in a browser of their own, at a time that stands still."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from dependency_injector import providers
from msgspec import structs

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.arranging import enrol
from tests.integration.console.browsing import another
from tests.people import PASSWORD, add_person

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
"""A Monday of an upper week; in Moscow it is 15:00."""

PART = {"hx-request": "true"}


@dataclass
class Class:
    teacher: httpx.AsyncClient
    student: httpx.AsyncClient
    admin: httpx.AsyncClient
    container: Container
    group: int
    now: datetime = NOON

    def form(self, **changes: str) -> dict[str, str]:
        """A lesson of an hour and a half from now on, by local time."""
        usual = {
            "title": "Насосы",
            "group_id": str(self.group),
            "start_date": "2026-11-23",
            "start_time": "15:00",
            "end_time": "16:30",
            "week_type": "",
            "day_of_week": "0",
            "end_date": "2027-05-31",
        }
        return usual | changes

    async def plan(self, **changes: str) -> str:
        """The address of the lesson, or of the rule."""
        reply = await self.teacher.post("/app/lessons", data=self.form(**changes))
        assert reply.status_code == 303, reply.text
        return reply.headers["location"]

    async def account(self, **values: Any) -> None:
        made = await self.admin.post(
            "/app/api/admin/conference-accounts", json={"provider": "local", "label": "A", **values}
        )
        assert made.status_code == 201


async def _enter(browser: httpx.AsyncClient, container: Container, username: str, role: Role) -> Any:
    person = await add_person(container, username, role=role, full_name=f"{username} Ким")
    await browser.post("/app/sign-in", data={"login": username, "password": PASSWORD})
    return person


@pytest.fixture
async def school_class(browser: httpx.AsyncClient, stocked: Container) -> Any:
    settings = structs.replace(stocked.settings(), timezone="Europe/Moscow", access_ttl=30 * 86_400)
    stocked.settings.override(providers.Object(settings))
    student, admin = another(browser, address="192.0.2.8"), another(browser, address="192.0.2.9")
    made = Class(
        teacher=browser, student=student, admin=admin, container=stocked, group=0, now=NOON - timedelta(days=1)
    )
    stocked.clock.override(providers.Object(lambda: made.now))
    async with student, admin:
        await _enter(browser, stocked, "irina", Role.TEACHER)
        pupil = await _enter(student, stocked, "matvey", Role.STUDENT)
        await _enter(admin, stocked, "head", Role.ADMIN)
        made.group = (await browser.post("/app/api/groups", json={"name": "МТК-26"})).json()["id"]
        await enrol(stocked, made.group, [pupil])
        made.now = NOON
        yield made
