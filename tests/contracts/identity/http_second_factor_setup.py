"""Setting up and removing the second factor over HTTP, also where it is required."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.authenticator import Authenticator, second_step, set_up, ticket_in, ticket_of, wrong
from tests.contracts.identity.http_second_factor import actions_of
from tests.contracts.identity.http_sign_in import bearer, log_in
from tests.mailed import Now
from tests.oauth_browser import EMAIL, AtProviders, come_by
from tests.oauth_server import OAuthServer
from tests.people import PASSWORD, account, add_person, begin_session, sign_in


@contextmanager
def required(container: Container, *roles: Role) -> Iterator[None]:
    """As with ATG_REQUIRE_SECOND_FACTOR."""
    named: list[Role] = container.settings().require_second_factor
    named.extend(roles)
    yield
    named.clear()


class HttpSecondFactorSetupContract(AtProviders):
    """The fixtures `client`, `stocked` and `api` say over which database. Time stands still."""

    @pytest.fixture(autouse=True)
    def now(self, stocked: Container) -> Now:
        return Now(stocked)

    async def test_an_administrator_who_needs_one_and_has_none_can_only_set_it_up(
        self, client: httpx.AsyncClient, stocked: Container, now: Now
    ) -> None:
        await add_person(stocked, role=Role.ADMIN)
        await add_person(stocked, "boris")
        with required(stocked, Role.ADMIN):
            await log_in(client, username="boris", password=PASSWORD)
            reply = await client.post("/auth/login", json={"username": "anna", "password": PASSWORD})
            ticket = ticket_in(reply, setup=True)
            assert (await client.get("/admin/users", headers=bearer(ticket))).status_code == 401
            assert (await second_step(client, ticket, "123456")).json()["code"] == "invalid_ticket"
            app = await Authenticator.of(client, now, ticket=ticket)
            used = await client.post("/auth/second-factor/setup", json={"ticket": ticket})
            assert (used.status_code, used.json()["code"]) == (401, "invalid_ticket")
            signed_in = (await second_step(client, await ticket_of(client), app.code())).json()
            state = await client.get("/auth/second-factor", headers=bearer(signed_in["token"]))
            assert (state.json()["enabled"], state.json()["required"]) == (True, True)
            assert (await client.get("/admin/users", headers=bearer(signed_in["token"]))).status_code == 200

    async def test_sessions_from_before_it_was_required_last_until_it_is_set_up(
        self, client: httpx.AsyncClient, stocked: Container, now: Now
    ) -> None:
        person = account("anna", role=Role.ADMIN)
        async with stocked.open_identity()() as store:
            await store.add_account(person)
        mine, other = [bearer(await begin_session(stocked, person.user)) for _ in range(2)]
        with required(stocked, Role.ADMIN):
            assert (await client.get("/admin/users", headers=other)).status_code == 200
            client.headers.update(mine)
            await Authenticator.of(client, now)
            assert (await client.get("/admin/users", headers=other)).status_code == 401
            assert (await client.get("/admin/users")).status_code == 200

    async def test_a_stolen_access_token_sets_nothing_up_and_removes_nothing(
        self, client: httpx.AsyncClient, stocked: Container, now: Now
    ) -> None:
        await sign_in(client, stocked)
        for body in ({}, {"password": "a wrong password"}):
            refused = await client.post("/auth/second-factor/setup", json=body)
            assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "password")
        assert await rows_of(stocked, "second_factors") == []
        app = await Authenticator.of(client, now)
        for body in ({"code": app.code()}, {"code": app.code(), "password": "a wrong password"}):
            refused = await client.request("DELETE", "/auth/second-factor", json=body)
            assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "password")
        missing = await client.request("DELETE", "/auth/second-factor", json={"password": PASSWORD})
        assert (missing.status_code, missing.json()["errors"][0]["field"]) == (400, "code")

    async def test_who_has_no_password_sets_it_up_soon_after_signing_in(
        self, client: httpx.AsyncClient, stocked: Container, now: Now
    ) -> None:
        await sign_in(client, stocked, password_hash=None)
        now.pass_by(minutes=11)
        late = await client.post("/auth/second-factor/setup", json={})
        assert (late.status_code, late.json()["code"]) == (403, "recent_sign_in_required")
        now.pass_by(minutes=-11)
        assert (await client.post("/auth/second-factor/setup", json={})).status_code == 200

    async def test_a_setup_is_confirmed_by_its_own_code_within_ten_minutes(
        self, client: httpx.AsyncClient, stocked: Container, now: Now
    ) -> None:
        await sign_in(client, stocked)
        nothing = await client.post("/auth/second-factor/confirm", json={"code": "123456"})
        assert (nothing.status_code, nothing.json()["code"]) == (404, "second_factor_not_found")
        replaced = Authenticator((await set_up(client)).json()["secret"], now)
        app = Authenticator((await set_up(client)).json()["secret"], now)
        for code in (replaced.code(), wrong(app), "abc"):
            refused = await client.post("/auth/second-factor/confirm", json={"code": code})
            assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "code")
        assert (await client.post("/auth/login", json={"username": "anna", "password": PASSWORD})).status_code == 200
        now.pass_by(minutes=11)
        late = await client.post("/auth/second-factor/confirm", json={"code": app.code()})
        assert late.status_code == 404
        assert (await actions_of(stocked))["second_factor_failed"] == 3

    async def test_an_owner_removes_it_with_the_password_and_a_code_that_was_not_used(
        self, client: httpx.AsyncClient, stocked: Container, now: Now
    ) -> None:
        await sign_in(client, stocked)
        app = await Authenticator.of(client, now)
        other = (await second_step(client, await ticket_of(client), code := app.code())).json()["token"]
        for wrong_code in (code, wrong(app)):
            refused = await client.request(
                "DELETE", "/auth/second-factor", json={"password": PASSWORD, "code": wrong_code}
            )
            assert (refused.status_code, refused.json()["code"]) == (400, "wrong_code")
        body = {"password": PASSWORD, "code": app.recovery_codes[0]}
        assert (await client.request("DELETE", "/auth/second-factor", json=body)).status_code == 204
        assert (await client.get("/auth/me", headers=bearer(other))).status_code == 401
        assert (await client.get("/auth/me")).status_code == 200
        await log_in(client, username="anna", password=PASSWORD)
        assert await rows_of(stocked, "recovery_codes") == []
        again = await client.request("DELETE", "/auth/second-factor", json=body)
        assert (again.status_code, again.json()["code"]) == (404, "second_factor_not_found")

    async def test_an_administrator_removes_that_of_others_alone_and_their_sessions_end(
        self, client: httpx.AsyncClient, stocked: Container, now: Now
    ) -> None:
        theirs = bearer(await sign_in(client, stocked, "boris"))
        await Authenticator.of(client, now)
        await sign_in(client, stocked, "root", role=Role.ADMIN)
        await Authenticator.of(client, now)
        ids = {row["username"]: row["id"] for row in await rows_of(stocked, "users")}
        root, boris = ids["root"], ids["boris"]
        own = await client.delete(f"/admin/users/{root}/second-factor")
        assert (own.status_code, own.json()["code"]) == (403, "own_second_factor")
        assert (await client.delete(f"/admin/users/{boris}/second-factor")).status_code == 204
        assert (await client.delete(f"/admin/users/{boris}/second-factor")).status_code == 404
        assert (await client.get("/auth/me", headers=theirs)).status_code == 401
        await log_in(client, username="boris", password=PASSWORD)
        [removed] = [row for row in await rows_of(stocked, "audit_events") if row["action"] == "second_factor_removed"]
        assert (removed["actor_id"], removed["user_id"]) == (root, boris)
        await stocked.remove_second_factor().of_username("root", "tests")
        await log_in(client, username="root", password=PASSWORD)

    async def test_a_provider_is_the_first_factor_alone(
        self, client: httpx.AsyncClient, stocked: Container, now: Now, server: OAuthServer
    ) -> None:
        first = (await come_by(client, server, role="student")).json()
        client.headers.update(bearer(first["token"]))
        app = Authenticator((await client.post("/auth/second-factor/setup", json={})).json()["secret"], now)
        assert (await client.post("/auth/second-factor/confirm", json={"code": app.code(later=-1)})).status_code == 200
        del client.headers["authorization"]
        reply = await second_step(client, ticket_in(await come_by(client, server)), app.code())
        assert reply.json()["user"]["email"] == EMAIL

    async def test_secrets_are_sealed_anew_with_the_first_key_and_codes_go_on_working(
        self, client: httpx.AsyncClient, stocked: Container, now: Now
    ) -> None:
        await sign_in(client, stocked)
        app = await Authenticator.of(client, now)
        [before] = await rows_of(stocked, "second_factors")
        assert await stocked.reseal_second_factors()() == 1
        [after] = await rows_of(stocked, "second_factors")
        assert after["secret"] != before["secret"]
        assert (await second_step(client, await ticket_of(client), app.code())).status_code == 200
