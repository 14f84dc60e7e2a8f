"""Sessions over HTTP: lifetime, reuse detection, listing and revocation."""

from datetime import timedelta

import httpx
from dependency_injector import providers

from atg_core.clock import utc_now
from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.contracts.identity.http_sign_in import bearer, log_in
from tests.contracts.identity.store import session_of
from tests.people import PASSWORD, add_person


class HttpSessionsContract:
    """The fixtures `client` and `stocked` say over which database."""

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
        latest = bearer(reply.json()["token"])
        assert (await client.get("/auth/me", headers=latest)).status_code == 200, "and the caller is remembered"
        now += timedelta(seconds=31)
        reused = await client.post("/auth/refresh", json={"refreshToken": first})
        assert (reused.status_code, reused.json()["error"]) == (401, "Session revoked")
        after = await client.post("/auth/refresh", json={"refreshToken": chain[-1]})
        assert (after.status_code, after.json()["error"]) == (401, "Session revoked")
        assert (await client.get("/auth/me", headers=latest)).status_code == 401
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
            assert (ended.status_code, ended.json()["code"]) == (404, "session_not_found")
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
