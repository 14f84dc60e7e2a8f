"""Password change over HTTP."""

import asyncio

import httpx

from atg_entrypoints.container import Container
from tests.contracts.identity.http_sign_in import bearer, log_in
from tests.people import PASSWORD, account, add_person, begin_session, sign_in


class HttpPasswordsContract:
    """The fixtures `client` and `stocked` say over which database."""

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

    async def test_of_two_changes_at_once_one_counts_and_the_other_is_refused(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        """Both know the password; the second to store its hash finds that it is no longer the current one.

        One that is so late that its session was ended by the first is told that.
        """
        person = account()
        async with stocked.open_identity()() as store:
            await store.add_account(person)
        sessions = [await begin_session(stocked, person.user) for _ in range(2)]
        wanted = ["a wholly new one", "another good one"]
        replies = await asyncio.gather(
            *(
                client.post("/auth/password", json={"current": PASSWORD, "new": new}, headers=bearer(token))
                for token, new in zip(sessions, wanted, strict=True)
            )
        )
        changed, refused = sorted(replies, key=lambda reply: reply.status_code)
        assert (changed.status_code, refused.status_code) in {(200, 400), (200, 401)}
        if refused.status_code == 400:
            assert [error["field"] for error in refused.json()["errors"]] == ["current"]
        for new, reply in zip(wanted, replies, strict=True):
            signing_in = await client.post("/auth/login", json={"username": "anna", "password": new})
            assert signing_in.status_code == (200 if reply.status_code == 200 else 401)
