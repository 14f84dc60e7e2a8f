"""A teacher with a group and lessons, as callers of the HTTP API."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.arranging import enrol
from tests.people import account, begin_session


@dataclass
class Person:
    """A signed-in user who calls the API; each response must have the expected status."""

    client: httpx.AsyncClient
    id: UUID
    headers: dict[str, str] = field(repr=False)

    async def call(self, method: str, path: str, status: int = 200, *, json: Any = None) -> Any:
        reply = await self.client.request(method, path, json=json, headers=self.headers)
        assert reply.status_code == status, f"{method} {path}: {reply.status_code} {reply.text}"
        is_json = reply.headers.get("content-type", "").endswith("json")
        return reply.json() if reply.content and is_json else reply.text

    async def get(self, path: str, status: int = 200, /) -> Any:
        return await self.call("GET", path, status)

    async def post(self, path: str, status: int = 201, /, **body: Any) -> Any:
        return await self.call("POST", path, status, json=body or None)

    async def put(self, path: str, status: int = 200, /, **body: Any) -> Any:
        return await self.call("PUT", path, status, json=body)

    async def delete(self, path: str, status: int = 204, /) -> Any:
        return await self.call("DELETE", path, status)


async def person(client: httpx.AsyncClient, container: Container, username: str, role: Role, **changes: Any) -> Person:
    made = account(username, role=role, **changes)
    async with container.open_identity()() as store:
        await store.add_account(made)
    token = await begin_session(container, made.user)
    return Person(client=client, id=made.user.id, headers={"Authorization": f"Bearer {token}"})


@dataclass
class Room:
    """A group with its teacher and two students; another teacher and another student are outside it."""

    teacher: Person
    students: list[Person]
    stranger: Person
    outsider: Person
    admin: Person
    group: int

    async def lesson(self, start: datetime, *, hours: float = 1, **changes: Any) -> dict[str, Any]:
        times = {"start_time": start.isoformat(), "end_time": (start + timedelta(hours=hours)).isoformat()}
        body = {"group_id": self.group, "title": "Алгебра", **times, **changes}
        lesson: dict[str, Any] = await self.teacher.post("/schedule/lessons", **body)
        return lesson

    async def rule(self, **changes: Any) -> dict[str, Any]:
        """A recurring lesson, by default on Mondays at nine in Moscow, in the school year 2026/27."""
        body = {
            "group_id": self.group,
            "title": "Геометрия",
            "day_of_week": 0,
            "start_time": "09:00",
            "end_time": "10:30",
            "start_date": "2026-09-01",
            "end_date": "2027-05-31",
            "timezone": "Europe/Moscow",
        }
        rule: dict[str, Any] = await self.teacher.post("/schedule/recurring-lessons", **{**body, **changes})
        return rule


async def room_of(client: httpx.AsyncClient, container: Container, name: str = "10А") -> Room:
    teacher = await person(client, container, "mentor", Role.TEACHER)
    students = [await person(client, container, f"pupil-{number}", Role.STUDENT) for number in range(2)]
    group = (await teacher.post("/groups", name=name))["id"]
    await enrol(container, group, [student.id for student in students])
    return Room(
        teacher=teacher,
        students=students,
        stranger=await person(client, container, "other-mentor", Role.TEACHER),
        outsider=await person(client, container, "other-pupil", Role.STUDENT),
        admin=await person(client, container, "head", Role.ADMIN),
        group=group,
    )
