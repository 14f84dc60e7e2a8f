"""Every response body has a media type (ASVS V4.1.1)."""

import httpx
import pytest

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.contracts.databases import in_memory
from tests.people import sign_in

pytestmark = in_memory


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/stations", "application/json"),
        ("/nope", "application/json"),
        ("/stations/99", "application/json"),
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


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, "application/json"),
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        ("application/*", "application/json"),
        ("application/problem+json", "application/problem+json"),
        ("application/json, Application/Problem+JSON; q=0.5", "application/problem+json"),
        ("application/problem+json;q=0.0, */*", "application/json"),
    ],
)
@pytest.mark.parametrize("path", ["/nope", "/stations/99", "/users/me", "/auth/refresh"])
async def test_a_refusal_is_json_unless_accept_names_the_type_of_problems(
    client: httpx.AsyncClient, path: str, accept: str | None, media_type: str
) -> None:
    """The frontends that exist read the body of an error only where it is `application/json`."""
    headers = {"accept": accept} if accept else {}
    reply = await client.get(path, headers=headers)
    plain = await client.get(path)
    assert reply.status_code >= 400
    assert (reply.headers["content-type"], "Accept" in reply.headers["vary"]) == (media_type, True)
    assert reply.json() == plain.json()


async def test_a_body_too_large_to_sign_in_is_refused_in_the_type_that_the_client_reads(
    client: httpx.AsyncClient,
) -> None:
    """Refused before the application."""
    body = {"username": "a" * 40_000, "password": "b"}
    for accept in ("application/json", "application/problem+json"):
        reply = await client.post("/auth/login", json=body, headers={"accept": accept})
        assert (reply.status_code, reply.headers["content-type"]) == (413, accept)
