"""What a body is, is told (ASVS V4.1.1)."""

import httpx
import pytest

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.people import sign_in


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/stations", "application/json"),
        ("/nope", "application/problem+json"),
        ("/stations/99", "application/problem+json"),
        ("/metrics", "text/plain; version=1.0.0; charset=utf-8"),
        ("/docs", "text/html; charset=utf-8"),
        ("/docs/start.js", "text/javascript; charset=utf-8"),
        ("/auth/password/reset?token=x", "text/html; charset=utf-8"),
        ("/schedule/calendar.ics?token={feed}", "text/calendar; charset=utf-8"),
        ("/courses/{course}/learners.csv", "text/csv; charset=utf-8"),
    ],
)
async def test_a_body_says_what_it_is_and_a_text_its_charset(
    client: httpx.AsyncClient, stocked: Container, path: str, media_type: str
) -> None:
    """JSON is UTF-8 by its definition (RFC 8259, section 8.1), and has no parameter for it."""
    await sign_in(client, stocked, role=Role.ADMIN)
    feed = (await client.post("/schedule/calendar/token")).json()["token"]
    course = (await client.get("/courses")).json()["items"][0]["id"]
    reply = await client.get(path.format(feed=feed, course=course))
    assert reply.headers["content-type"] == media_type
    reply.content.decode("utf-8")
