"""Steps of an author and of a learner, for tests of authoring."""

from typing import Any

import httpx

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.people import sign_in
from tests.school import School, complete_topics


async def author(client: httpx.AsyncClient, stocked: Container) -> None:
    await sign_in(client, stocked, "author", role=Role.INSTRUCTOR)


async def made(client: httpx.AsyncClient, path: str, **body: Any) -> dict[str, Any]:
    reply = await client.post(path, json=body)
    assert reply.status_code == 201, reply.text
    return reply.json()  # type: ignore[no-any-return]


async def tree(client: httpx.AsyncClient, at: School) -> dict[str, Any]:
    return (await client.get(f"/stations/{at.station}/course-program")).json()["courseProgram"]  # type: ignore[no-any-return]


async def study(client: httpx.AsyncClient, stocked: Container, at: School) -> None:
    """Somebody makes progress with the first topic."""
    headers = dict(client.headers)
    await sign_in(client, stocked, "learner")
    await client.post(f"/courses/{at.course}/enroll")
    await complete_topics(client, at.topics[:1])
    client.headers.update(headers)
