"""Settings of the HTTP surface: CORS, allowed hosts, the general rate limit."""

from pathlib import Path

import httpx

from atg_entrypoints.container import create_container
from atg_entrypoints.http.app import create_app
from atg_entrypoints.settings import Settings
from tests.conftest import SECRET
from tests.people import sign_in
from tests.problems import assert_problem


async def test_cors_lets_the_named_origins_in_and_no_others(tmp_path: Path) -> None:
    settings = Settings(
        database_url="memory://", home=str(tmp_path), secret_key=SECRET, cors_origins=["https://app.example.com"]
    )
    transport = httpx.ASGITransport(create_app(create_container(settings)))
    async with httpx.AsyncClient(transport=transport, base_url="http://atg.test") as client:
        asked = {"access-control-request-method": "PUT", "access-control-request-headers": "authorization"}
        ours = await client.options("/users/me", headers={"origin": "https://app.example.com", **asked})
        assert ours.headers["access-control-allow-origin"] == "https://app.example.com"
        assert "authorization" in ours.headers["access-control-allow-headers"].lower()
        reply = await client.get("/health", headers={"origin": "https://app.example.com"})
        assert reply.headers["access-control-allow-origin"] == "https://app.example.com"
        assert "ETag" in reply.headers["access-control-expose-headers"]
        assert "access-control-allow-credentials" not in reply.headers
        other = await client.get("/health", headers={"origin": "https://evil.example.com"})
        assert "access-control-allow-origin" not in other.headers


async def test_a_host_that_is_not_allowed_is_refused(tmp_path: Path) -> None:
    settings = Settings(
        database_url="memory://", home=str(tmp_path), secret_key=SECRET, allowed_hosts=["atg.example.com"]
    )
    transport = httpx.ASGITransport(create_app(create_container(settings)))
    async with httpx.AsyncClient(transport=transport, base_url="http://evil.test") as client:
        assert (await client.get("/stations")).status_code == 400
        assert (await client.get("/stations", headers={"host": "atg.example.com"})).status_code == 200
        # A container's check, a balancer and Prometheus ask by the address.
        for path in ("/health", "/ready", "/metrics"):
            assert (await client.get(path, headers={"host": "172.30.23.11:8000"})).status_code == 200


async def test_more_requests_than_the_general_limit_are_refused_by_user_else_by_address(tmp_path: Path) -> None:
    settings = Settings(database_url="memory://", home=str(tmp_path), secret_key=SECRET, rate_limit=5)
    container = create_container(settings)
    transport = httpx.ASGITransport(create_app(container))
    async with httpx.AsyncClient(transport=transport, base_url="http://atg.test") as client:
        await sign_in(client, container)
        replies = [await client.get("/auth/me") for _ in range(6)]
        assert [reply.status_code for reply in replies] == [200] * 5 + [429]
        assert_problem(replies[-1], 429)
        assert replies[-1].headers["retry-after"]
        assert replies[-1].headers["ratelimit-remaining"] == "0"
        public = [(await client.get("/stations")).status_code for _ in range(6)]
        assert public == [200] * 5 + [429]
        assert (await client.get("/health")).status_code == 200
