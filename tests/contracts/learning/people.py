"""Staff of departments and stations, and course assignments, for tests of learning."""

from typing import Any
from uuid import UUID

import httpx

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.arranging import arrange, rows_of
from tests.people import sign_in
from tests.school import School

PAST, FUTURE = "2020-01-01T00:00:00Z", "2099-01-01T00:00:00+03:00"


async def staff(stocked: Container) -> dict[str, UUID]:
    """People of two departments and two stations, one of them inactive."""
    await arrange(
        stocked,
        stations=[{"short_name": "S2", "name": "Вторая"}],
        users=[
            {"username": "w1", "full_name": "Ёлкин Пётр", "department": "Цех №1", "station": "S", "employee_id": "T-1"},
            {"username": "w2", "full_name": "=1+1", "department": "Цех №1", "station": "S2"},
            {"username": "w3", "full_name": "", "department": "Цех №2", "station": "S"},
            {"username": "w4", "full_name": "Ушёл", "department": "Цех №2", "station": "S", "is_active": "false"},
        ],
    )
    return {row["username"]: row["id"] for row in await rows_of(stocked, "users") if row["username"][0] == "w"}


async def as_admin(client: httpx.AsyncClient, stocked: Container) -> None:
    await sign_in(client, stocked, "root", role=Role.ADMIN)


async def assign(client: httpx.AsyncClient, at: School, **assignees: Any) -> dict[str, Any]:
    reply = await client.put("/admin/enrollments", json={"course_id": str(at.course), **assignees})
    assert reply.status_code == 200, reply.text
    return reply.json()  # type: ignore[no-any-return]
