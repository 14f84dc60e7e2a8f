"""Signing in and the own account as the existing frontends know them, over every database alike."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from dependency_injector import providers

from atg_core.clock import utc_now
from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.contracts.identity import session_of
from tests.people import PASSWORD, add_person, sign_in

PROFILE = {
    "id",
    "username",
    "role",
    "full_name",
    "email",
    "avatar_url",
    "company",
    "position",
    "phone",
    "bio",
    "language",
    "email_notifications",
    "push_notifications",
    "weekly_report",
}


async def log_in(client: httpx.AsyncClient, **credentials: str) -> dict[str, Any]:
    reply = await client.post("/auth/login", json=credentials)
    assert reply.status_code == 200, reply.text
    body: dict[str, Any] = reply.json()
    return body


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


class HttpIdentityContract:
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

    async def test_registering_fills_in_the_profile(self, client: httpx.AsyncClient, stocked: Container) -> None:
        await sign_in(client, stocked, full_name=None)
        body = {"full_name": "Анна Пак", "phone": "+7 900 000-00-00", "station_id": 1, "position": "Машинист"}
        reply = await client.post("/auth/register-profile", json=body)
        assert (reply.status_code, reply.json()) == (200, {"success": True})
        again = await log_in(client, username="anna", password=PASSWORD)
        assert "requires_registration" not in again
        assert again["user"]["full_name"] == "Анна Пак"
        assert (await client.get("/auth/me")).json()["user"]["full_name"] == "Анна Пак"
        profile = (await client.get("/users/me")).json()["data"]
        assert (profile["position"], profile["phone"]) == ("Машинист", "+7 900 000-00-00")

    async def test_registering_names_what_is_wrong(self, client: httpx.AsyncClient, stocked: Container) -> None:
        await sign_in(client, stocked)
        good = {"full_name": "Анна", "phone": None, "station_id": None, "position": "Машинист"}
        for wrong in ({"full_name": ""}, {"position": None}, {"station_id": 4711}, {"station_id": 2**40}):
            reply = await client.post("/auth/register-profile", json=good | wrong)
            assert reply.status_code == 400
            assert [error["field"] for error in reply.json()["errors"]] == list(wrong)

    async def test_a_profile_is_read_and_changed_field_by_field(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        await sign_in(client, stocked)
        before = (await client.get("/users/me")).json()
        assert set(before) == {"data"}
        assert set(before["data"]) == PROFILE
        changes = {"bio": 'Люблю "кавычки"', "language": "en", "weekly_report": True, "email": "Own@Example.com"}
        reply = await client.put("/users/me", json=changes)
        assert (reply.status_code, reply.json()) == (200, {"success": True})
        after = (await client.get("/users/me")).json()["data"]
        assert after == before["data"] | changes | {"email": "own@example.com"}
        for empty in ("", None):
            await client.put("/users/me", json={"email": empty, "bio": None})
            cleared = (await client.get("/users/me")).json()["data"]
            assert (cleared["email"], cleared["bio"]) == (None, None)
        assert (await client.get("/auth/me")).json()["user"]["email"] == "anna@example.com"

    async def test_what_is_not_ones_own_to_change_is_ignored(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        """Z3: role, username, state and picture are nobody's own to set."""
        await sign_in(client, stocked)
        forbidden = {"role": "admin", "username": "root", "is_active": False, "id": "1", "avatar_url": "x"}
        before = (await client.get("/users/me")).json()
        assert (await client.put("/users/me", json=forbidden)).status_code == 200
        registration = {"full_name": "Анна Ким", "position": "Машинист"}
        assert (await client.post("/auth/register-profile", json=forbidden | registration)).status_code == 200
        after = (await client.get("/users/me")).json()
        assert after["data"] == before["data"] | {"position": "Машинист", "phone": None}
        assert (await client.get("/auth/me")).json()["user"]["role"] == "user"

    async def test_a_wrong_value_changes_nothing(self, client: httpx.AsyncClient, stocked: Container) -> None:
        await sign_in(client, stocked)
        before = (await client.get("/users/me")).json()
        for field, value in (
            ("email", "no-address"),
            ("email", "a@b"),
            ("language", None),
            ("language", "ru\n"),
            ("weekly_report", "maybe"),
            ("full_name", "x" * 256),
            ("bio", "a\x00b"),
            ("phone", 5),
        ):
            reply = await client.put("/users/me", json={"company": "ООО", field: value})
            assert reply.status_code == 400, field
            assert [error["field"] for error in reply.json()["errors"]] == [field]
        assert (await client.get("/users/me")).json() == before

    async def test_a_token_that_was_passed_over_ends_its_session_and_no_other(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        """S1, S2: R1 gives R2, R2 is used, R2's successor is used; then R1 comes back, after the leeway."""
        now = utc_now()
        stocked.clock.override(providers.Object(lambda: now))
        stocked.reset_singletons()
        await add_person(stocked)
        first = (await log_in(client, username="anna", password=PASSWORD))["refreshToken"]
        other = (await log_in(client, username="anna", password=PASSWORD))["refreshToken"]
        chain = [first]
        for _ in range(2):
            reply = await client.post("/auth/refresh", json={"refreshToken": chain[-1]})
            chain.append(reply.json()["refreshToken"])
        assert len(set(chain)) == 3
        now += timedelta(seconds=31)
        reused = await client.post("/auth/refresh", json={"refreshToken": first})
        assert (reused.status_code, reused.json()["error"]) == (401, "Session revoked")
        after = await client.post("/auth/refresh", json={"refreshToken": chain[-1]})
        assert (after.status_code, after.json()["error"]) == (401, "Session revoked")
        assert (await client.get("/auth/me", headers=bearer(reply.json()["token"]))).status_code == 401
        assert (await client.post("/auth/refresh", json={"refreshToken": other})).status_code == 200

    async def test_a_session_ends_without_refresh_and_in_any_case(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        """S12: at both borders, a second before and at the end."""
        start = now = utc_now()
        stocked.clock.override(providers.Object(lambda: now))
        stocked.reset_singletons()
        await add_person(stocked)
        token = (await log_in(client, username="anna", password=PASSWORD))["refreshToken"]
        for days in (14, 28, 42, 56, 70, 84):
            now = start + timedelta(days=days, seconds=-days)
            assert (await client.post("/auth/refresh", json={"refreshToken": token})).status_code == 200
        now = start + timedelta(days=90, seconds=-1)
        last = await client.post("/auth/refresh", json={"refreshToken": token})
        assert (last.status_code, last.json()["expiresIn"]) == (200, 1)
        now = start + timedelta(days=90)
        ended = await client.post("/auth/refresh", json={"refreshToken": token})
        assert (ended.status_code, ended.json()["error"]) == (401, "Session expired")
        idle = (await log_in(client, username="anna", password=PASSWORD))["refreshToken"]
        now += timedelta(days=14)
        assert (await client.post("/auth/refresh", json={"refreshToken": idle})).status_code == 401

    async def test_own_sessions_are_listed_and_ended_one_by_one(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        """S13: with the device, the address and which one asks; another's session is not found."""
        await add_person(stocked, "boris")
        foreign = await log_in(client, username="boris", password=PASSWORD)
        [boris] = (await client.get("/auth/sessions", headers=bearer(foreign["token"]))).json()["items"]
        await add_person(stocked, "anna")
        client.headers["user-agent"] = "Телефон/1".encode().decode("latin-1")
        phone = await log_in(client, username="anna", password=PASSWORD)
        client.headers["user-agent"] = "Laptop/1"
        laptop = await log_in(client, username="anna", password=PASSWORD)
        reply = (await client.get("/auth/sessions", headers=bearer(laptop["token"]))).json()
        assert {key: reply[key] for key in ("total", "page", "size", "pages")} == {
            "total": 2,
            "page": 1,
            "size": 20,
            "pages": 1,
        }
        keys = {"id", "device", "device_name", "ip", "created_at", "last_activity", "expires_at", "current"}
        assert all(set(session) == keys for session in reply["items"])
        [current] = [session for session in reply["items"] if session["current"]]
        [other] = [session for session in reply["items"] if not session["current"]]
        assert (current["device"], current["ip"]) == ("Laptop/1", "192.0.2.7")
        for absent in (boris["id"], "00000000-0000-0000-0000-000000000000", "abc"):
            ended = await client.delete(f"/auth/sessions/{absent}", headers=bearer(laptop["token"]))
            assert (ended.status_code, ended.json()["error"]) == (404, "Session not found")
        ended = await client.delete(f"/auth/sessions/{other['id']}", headers=bearer(laptop["token"]))
        assert (ended.status_code, ended.content) == (204, b"")
        assert (await client.get("/auth/me", headers=bearer(phone["token"]))).status_code == 401
        assert (await client.get("/auth/me", headers=bearer(laptop["token"]))).status_code == 200
        assert (await client.get("/auth/me", headers=bearer(foreign["token"]))).status_code == 200

    async def test_signing_out_everywhere_ends_every_own_session(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        """S13."""
        await add_person(stocked)
        sessions = [await log_in(client, username="anna", password=PASSWORD) for _ in range(3)]
        assert (await client.post("/auth/logout-all", headers=bearer(sessions[0]["token"]))).json() == {"success": True}
        for session in sessions:
            assert (await client.get("/auth/me", headers=bearer(session["token"]))).status_code == 401
            refresh = await client.post("/auth/refresh", json={"refreshToken": session["refreshToken"]})
            assert refresh.status_code == 401

    async def test_changing_the_password_ends_all_other_sessions(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        """S13."""
        await add_person(stocked)
        here, there = [await log_in(client, username="anna", password=PASSWORD) for _ in range(2)]
        change = {"current": PASSWORD, "new": "another good one"}
        reply = await client.post("/auth/password", json=change, headers=bearer(here["token"]))
        assert (reply.status_code, reply.json()) == (200, {"success": True})
        assert (await client.get("/auth/me", headers=bearer(here["token"]))).status_code == 200
        assert (await client.get("/auth/me", headers=bearer(there["token"]))).status_code == 401
        old = await client.post("/auth/login", json={"username": "anna", "password": PASSWORD})
        assert old.status_code == 401
        await log_in(client, username="anna", password="another good one")

    async def test_a_password_is_changed_by_who_knows_it_and_to_a_good_one(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        """S19."""
        await sign_in(client, stocked)
        for body, field in (
            ({"current": "wrong password", "new": "another good one"}, "current"),
            ({"current": PASSWORD, "new": "short"}, "new"),
            ({"current": PASSWORD, "new": "password1"}, "new"),
            ({"current": PASSWORD, "new": "x" * 129}, "new"),
            ({"current": PASSWORD}, "new"),
        ):
            reply = await client.post("/auth/password", json=body)
            assert reply.status_code == 400, body
            assert [error["field"] for error in reply.json()["errors"]] == [field]
        await log_in(client, username="anna", password=PASSWORD)

    async def test_a_user_has_at_most_fifty_sessions_and_the_oldest_goes_first(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        """S12."""
        user_id, now = await add_person(stocked), utc_now()
        earlier = [session_of(user_id, created_at=now - timedelta(minutes=minutes)) for minutes in range(1, 50)]
        async with stocked.open_identity()() as store:
            for session in earlier:
                await store.add_session(session)

        async def live(token: str) -> list[str]:
            listed = (await client.get("/auth/sessions?size=100", headers=bearer(token))).json()
            assert listed["total"] == 50
            return [session["id"] for session in listed["items"]]

        fiftieth = await log_in(client, username="anna", password=PASSWORD)
        assert (await live(fiftieth["token"]))[-1] == str(earlier[-1].id)
        await log_in(client, username="anna", password=PASSWORD)
        assert (await live(fiftieth["token"]))[-1] == str(earlier[-2].id)

    async def test_what_happens_to_sessions_is_written_down(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        user_id = await add_person(stocked)
        await client.post("/auth/login", json={"username": "anna", "password": "wrong password"})
        await client.post("/auth/login", json={"username": "nobody", "password": "wrong password"})
        tokens = await log_in(client, username="anna", password=PASSWORD)
        await client.post("/auth/logout", json={"refreshToken": tokens["refreshToken"]})
        tokens = await log_in(client, username="anna", password=PASSWORD)
        change = {"current": PASSWORD, "new": "another good one"}
        await client.post("/auth/password", json=change, headers=bearer(tokens["token"]))
        await client.post("/auth/logout-all", headers=bearer(tokens["token"]))
        events = sorted(await rows_of(stocked, "audit_events"), key=lambda event: event["at"])
        assert [event["action"] for event in events] == [
            "sign_in_failed",
            "sign_in_failed",
            "signed_in",
            "signed_out",
            "signed_in",
            "password_changed",
            "all_sessions_revoked",
        ]
        assert [event["user_id"] for event in events] == [user_id, None, *[user_id] * 5]
        assert events[2]["ip_address"] == "192.0.2.7"
        assert "wrong password" not in str(events)
