"""Sign-in, token refresh and sign-out over HTTP."""

from typing import Any

import httpx
import pytest

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.mailed import Now
from tests.people import PASSWORD, add_person, sign_in


async def log_in(client: httpx.AsyncClient, **credentials: str) -> dict[str, Any]:
    reply = await client.post("/auth/login", json=credentials)
    assert reply.status_code == 200, reply.text
    body: dict[str, Any] = reply.json()
    return body


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


class HttpSignInContract:
    """The fixtures `client` and `stocked` say over which database."""

    async def test_signing_in_gives_tokens_under_both_frontends_names(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        user_id = await add_person(stocked)
        body = await log_in(client, username="anna", password=PASSWORD)
        assert body["user"] == {
            "id": str(user_id),
            "username": "anna",
            "role": "user",
            "full_name": "Анна Ким",
            "email": "anna@example.com",
        }
        assert body["expiresIn"] == body["expires_in"] == 900
        assert body["token"] == body["access_token"]
        assert body["refreshToken"] == body["refresh_token"]
        assert body["token_type"] == "bearer"
        assert body["requires_registration"] is True

    async def test_an_email_is_taken_as_username_or_as_email(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        await add_person(stocked)
        for credentials in ({"username": "Anna@Example.com"}, {"email": "anna@example.com"}):
            assert (await log_in(client, **credentials, password=PASSWORD))["user"]["username"] == "anna"

    async def test_names_fall_back_where_there_are_none(self, client: httpx.AsyncClient, stocked: Container) -> None:
        await sign_in(client, stocked, "bare", full_name=None, email=None)
        user = (await client.get("/auth/me")).json()["user"]
        assert (user["full_name"], user["email"]) == ("bare", None)

    async def test_unknown_wrong_and_inactive_are_refused_alike(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        """S16: the reply does not tell which."""
        await add_person(stocked, "anna")
        await add_person(stocked, "gone", is_active=False)
        await add_person(stocked, "hashless", password_hash=None)
        replies = [
            await client.post("/auth/login", json={"username": username, "password": password})
            for username, password in (
                ("nobody", PASSWORD),
                ("anna", "wrong password"),
                ("gone", PASSWORD),
                ("hashless", PASSWORD),
            )
        ]
        assert {reply.status_code for reply in replies} == {401}
        assert {reply.text for reply in replies} == {replies[0].text}
        assert replies[0].json()["error"] == "Invalid credentials"
        assert {reply.headers["www-authenticate"] for reply in replies} == {"Bearer"}
        ignored = {"x-request-id", "date"}
        assert len({tuple(name for name in reply.headers if name not in ignored) for reply in replies}) == 1

    @pytest.mark.refuses
    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"username": "anna"}, "password"),
            ({"password": "x"}, "username"),
            ({}, "password"),
            ({"username": 5, "password": "x"}, "username"),
            ({"username": "a\x00b", "password": "x"}, "username"),
            ({"username": "anna", "password": ""}, "password"),
        ],
    )
    async def test_a_missing_or_wrong_field_is_named(
        self, client: httpx.AsyncClient, body: dict[str, Any], field: str
    ) -> None:
        reply = await client.post("/auth/login", json=body)
        assert reply.status_code == 400
        assert [error["field"] for error in reply.json()["errors"]] == [field]

    async def test_me_is_who_signed_in(self, client: httpx.AsyncClient, stocked: Container) -> None:
        await sign_in(client, stocked, role=Role.INSTRUCTOR)
        user = (await client.get("/auth/me")).json()["user"]
        assert set(user) == {
            "sub",
            "id",
            "username",
            "role",
            "full_name",
            "email",
            "is_active",
            "type",
            "iat",
            "exp",
        }
        assert user["sub"] == user["id"]
        assert (user["role"], user["type"], user["is_active"]) == ("instructor", "access", True)
        assert user["exp"] - user["iat"] == 900

    async def test_a_refresh_token_gives_new_tokens_in_body_and_as_bearer(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        await add_person(stocked)
        tokens = await log_in(client, username="anna", password=PASSWORD)
        for request in (
            {"json": {"refreshToken": tokens["refreshToken"]}},
            {"headers": bearer(tokens["refreshToken"])},
            {"headers": bearer(tokens["refreshToken"]), "json": {}},
        ):
            reply = await client.post("/auth/refresh", **request)  # type: ignore[arg-type]
            assert reply.status_code == 200
            body = reply.json()
            assert body["token"] == body["access_token"]
            assert body["refreshToken"] == body["refresh_token"]
            assert body["expiresIn"] == body["expires_in"] == 900
            assert (await client.get("/auth/me", headers=bearer(body["token"]))).status_code == 200

    async def test_an_access_token_gives_an_access_token_only(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        token = await sign_in(client, stocked)
        body = (await client.post("/auth/refresh", headers=bearer(token))).json()
        assert "refreshToken" not in body
        assert "refresh_token" not in body
        assert (await client.get("/auth/me", headers=bearer(body["token"]))).status_code == 200

    async def test_access_tokens_follow_each_other_for_an_hour_after_the_last_refresh_by_a_refresh_token(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        """A stolen one serves no longer than that, whatever its thief does with it."""
        now = Now(stocked)
        await add_person(stocked)
        tokens = await log_in(client, username="anna", password=PASSWORD)
        thief = tokens["token"]
        for minutes, lives in ((14, 900), (14, 900), (14, 900), (14, 240)):
            now.pass_by(minutes=minutes)
            body = (await client.post("/auth/refresh", headers=bearer(thief))).json()
            thief = body["token"]
            assert body["expiresIn"] == lives
        now.pass_by(minutes=4)
        late = await client.post("/auth/refresh", headers=bearer(thief))
        assert (late.status_code, late.json()["error"]) == (401, "Session expired")
        owner = (await client.post("/auth/refresh", json={"refreshToken": tokens["refreshToken"]})).json()
        body = (await client.post("/auth/refresh", headers=bearer(owner["token"]))).json()
        assert body["expiresIn"] == 900

    async def test_a_chain_of_access_tokens_is_no_way_around_the_limit_of_refreshing(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        tokens = bearer(await sign_in(client, stocked))
        replies = [await client.post("/auth/refresh", headers=tokens) for _ in range(301)]
        assert [reply.status_code for reply in replies] == [200] * 300 + [429]

    @pytest.mark.refuses
    async def test_what_is_no_refresh_token_is_an_invalid_token(self, client: httpx.AsyncClient) -> None:
        for token in ("", "zzz", "a.b.c", "é" * 10, "A" * 64, "A" * 4000):
            reply = await client.post("/auth/refresh", json={"refreshToken": token})
            assert reply.status_code == 401, token
            assert reply.json()["error"] == "Invalid token"
        assert (await client.post("/auth/refresh")).status_code == 401

    async def test_signing_out_ends_the_session_at_once(self, client: httpx.AsyncClient, stocked: Container) -> None:
        await add_person(stocked)
        for how in ("refreshToken", "token"):
            tokens = await log_in(client, username="anna", password=PASSWORD)
            assert (await client.get("/auth/me", headers=bearer(tokens["token"]))).status_code == 200
            out = (
                await client.post("/auth/logout", json={"refreshToken": tokens["refreshToken"]})
                if how == "refreshToken"
                else await client.post("/auth/logout", headers=bearer(tokens["token"]))
            )
            assert (out.status_code, out.json()) == (200, {"success": True})
            me = await client.get("/auth/me", headers=bearer(tokens["token"]))
            assert (me.status_code, me.json()["error"]) == (401, "Session revoked")
            refresh = await client.post("/auth/refresh", json={"refreshToken": tokens["refreshToken"]})
            assert (refresh.status_code, refresh.json()["error"]) == (401, "Session revoked")

    async def test_signing_out_of_one_session_leaves_the_others(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        await add_person(stocked)
        one = await log_in(client, username="anna", password=PASSWORD)
        other = await log_in(client, username="anna", password=PASSWORD)
        await client.post("/auth/logout", json={"refreshToken": one["refreshToken"]})
        assert (await client.get("/auth/me", headers=bearer(other["token"]))).status_code == 200
        assert (await client.get("/auth/me", headers=bearer(one["token"]))).status_code == 401

    @pytest.mark.refuses
    async def test_signing_out_succeeds_with_any_token_and_with_none(self, client: httpx.AsyncClient) -> None:
        for request in ({}, {"json": {"refreshToken": "zzz"}}, {"headers": bearer("a.b.c")}):
            reply = await client.post("/auth/logout", **request)  # type: ignore[arg-type]
            assert (reply.status_code, reply.json()) == (200, {"success": True})

    async def test_a_made_up_refresh_token_ends_no_session(self, client: httpx.AsyncClient, stocked: Container) -> None:
        await add_person(stocked)
        tokens = await log_in(client, username="anna", password=PASSWORD)
        forged = tokens["refreshToken"][:-4] + "AAAA"
        await client.post("/auth/logout", json={"refreshToken": forged})
        assert (await client.get("/auth/me", headers=bearer(tokens["token"]))).status_code == 200
        assert (await client.post("/auth/refresh", json={"refreshToken": forged})).status_code == 401
