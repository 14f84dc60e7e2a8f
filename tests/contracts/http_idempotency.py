"""`Idempotency-Key` over HTTP (M8)."""

import asyncio
from datetime import timedelta

import httpx
import pytest
from dependency_injector import providers

from atg_core.clock import utc_now
from atg_core.errors import Unavailable
from atg_core.idempotency import Call
from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.people import PASSWORD, sign_in


async def make(client: httpx.AsyncClient, username: str, key: str, path: str = "/admin/users") -> httpx.Response:
    return await client.post(path, json={"username": username}, headers={"Idempotency-Key": key})


async def usernames(client: httpx.AsyncClient) -> list[str]:
    found = (await client.get("/admin/users", params={"q": "made-", "size": 100})).json()
    return [user["username"] for user in found["items"]]


class HttpIdempotencyContract:
    """The fixtures `client` and `stocked` say over which database."""

    @pytest.fixture(autouse=True)
    async def signed_in(self, client: httpx.AsyncClient, stocked: Container) -> None:
        await sign_in(client, stocked, role=Role.ADMIN)

    async def test_the_same_call_gives_the_first_reply_again(self, client: httpx.AsyncClient) -> None:
        first = await make(client, "made-once", "k1")
        again = await make(client, "made-once", "k1", "/admin/users/")
        assert (first.status_code, again.status_code) == (201, 201)
        assert first.content == again.content
        assert first.headers["content-type"] == again.headers["content-type"]
        assert "idempotency-replayed" not in first.headers
        assert again.headers["idempotency-replayed"] == "true"
        assert await usernames(client) == ["made-once"]

    async def test_a_database_that_is_away_at_the_end_of_a_call_is_told_and_the_call_can_be_repeated(
        self, client: httpx.AsyncClient, stocked: Container, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with stocked.idempotency().running(Call(owner="o", key="k", fingerprint=b"")) as kept:
            kind = type(kept)

        async def away(*_: object) -> None:
            raise Unavailable

        with monkeypatch.context() as patched:
            patched.setattr(kind, "keep", away)
            refused = await make(client, "made-once", "k1")
        assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
        assert int(refused.headers["retry-after"]) > 0
        assert await usernames(client) == []
        assert (await make(client, "made-once", "k1")).status_code == 201
        assert await usernames(client) == ["made-once"]

    async def test_another_body_with_the_same_key_is_refused(self, client: httpx.AsyncClient) -> None:
        await make(client, "made-first", "k1")
        refused = await make(client, "made-second", "k1")
        assert (refused.status_code, refused.json()["code"]) == (422, "key_used_for_another_call")
        assert await usernames(client) == ["made-first"]

    async def test_the_keys_of_two_callers_are_apart(self, client: httpx.AsyncClient, stocked: Container) -> None:
        assert (await make(client, "made-first", "k1")).status_code == 201
        await sign_in(client, stocked, "boris", role=Role.ADMIN)
        assert (await make(client, "made-second", "k1")).status_code == 201

    async def test_many_at_once_make_one(self, client: httpx.AsyncClient) -> None:
        replies = await asyncio.gather(*(make(client, "made-once", "k1") for _ in range(20)))
        statuses = [reply.status_code for reply in replies]
        assert set(statuses) <= {201, 409}
        assert 201 in statuses
        assert {reply.json()["code"] for reply in replies if reply.status_code == 409} <= {"still_running"}
        assert await usernames(client) == ["made-once"]

    async def test_what_was_refused_may_be_tried_anew(self, client: httpx.AsyncClient) -> None:
        await make(client, "made-first", "k1")
        assert (await make(client, "made-first", "k2")).json()["code"] == "username_taken"
        assert (await make(client, "made-second", "k2")).status_code == 201

    async def test_a_key_is_free_again_after_a_day(self, client: httpx.AsyncClient, stocked: Container) -> None:
        await make(client, "made-first", "k1")
        stocked.clock.override(providers.Object(lambda: utc_now() + timedelta(hours=24)))
        stocked.authenticate.reset()
        access = await client.post("/auth/login", json={"username": "anna", "password": PASSWORD})
        client.headers["authorization"] = f"Bearer {access.json()['token']}"
        assert (await make(client, "made-second", "k1")).status_code == 201

    @pytest.mark.refuses
    @pytest.mark.parametrize("key", ["", "two words", "x" * 256, "ключ".encode().decode("latin-1")])
    async def test_a_key_that_is_none_is_named(self, client: httpx.AsyncClient, key: str) -> None:
        refused = await client.post(
            "/admin/users", json={"username": "made-up"}, headers={b"Idempotency-Key": key.encode("latin-1")}
        )
        assert refused.status_code == 400
        assert refused.json()["errors"][0]["field"] == "Idempotency-Key"
        assert await usernames(client) == []

    @pytest.mark.refuses
    async def test_a_bad_body_is_told_as_ever(self, client: httpx.AsyncClient) -> None:
        headers = {"Idempotency-Key": "k1"}
        assert (await client.post("/admin/users", content=b"{", headers=headers)).status_code == 400
        assert (await client.post("/admin/users", content=b" " * 1_100_000, headers=headers)).status_code == 413

    async def test_a_call_without_a_caller_gets_no_reply_of_another(self, client: httpx.AsyncClient) -> None:
        await make(client, "made-once", "k1")
        await client.post("/auth/logout-all")
        assert (await make(client, "made-once", "k1")).status_code == 401
