"""Sign-in with a second factor over HTTP."""

from collections import Counter

import httpx
import pytest

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.api import Api
from tests.arranging import rows_of
from tests.authenticator import Authenticator, second_step, set_up, ticket_in, ticket_of, wrong
from tests.contracts.identity.http_account_emails import ANNA, NEW, forget, reset
from tests.contracts.identity.http_enter import enter
from tests.contracts.identity.http_rate_limit import from_address
from tests.contracts.identity.http_sign_in import bearer, log_in
from tests.mailed import Mailbox, Now, token_in
from tests.people import PASSWORD, add_person, sign_in


async def actions_of(container: Container) -> Counter[str]:
    return Counter(row["action"] for row in await rows_of(container, "audit_events"))


class HttpSecondFactorContract:
    """The fixtures `client`, `stocked` and `api` say over which database. Time stands still."""

    @pytest.fixture(autouse=True)
    def now(self, stocked: Container) -> Now:
        return Now(stocked)

    async def test_who_has_none_and_needs_none_signs_in_as_before(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        await add_person(stocked, role=Role.ADMIN)
        body = await log_in(client, username="anna", password=PASSWORD)
        state = await client.get("/auth/second-factor", headers=bearer(body["token"]))
        assert state.json() == {"enabled": False, "required": False, "recovery_codes_left": 0}
        assert await rows_of(stocked, "sign_in_tickets") == []

    async def test_a_sign_in_needs_the_password_and_a_code_from_then_on(
        self, client: httpx.AsyncClient, stocked: Container, now: Now
    ) -> None:
        await sign_in(client, stocked)
        app = await Authenticator.of(client, now)
        del client.headers["authorization"]
        reply = await second_step(client, await ticket_of(client), app.code())
        assert reply.status_code == 200, reply.text
        assert reply.json()["user"]["username"] == "anna"
        assert reply.headers["cache-control"] == "no-store"
        assert "atg_device" in reply.headers["set-cookie"]
        me = await client.get("/auth/me", headers=bearer(reply.json()["token"]))
        assert me.status_code == 200
        refreshed = await client.post("/auth/refresh", json={"refreshToken": reply.json()["refreshToken"]})
        assert refreshed.status_code == 200
        state = await client.get("/auth/second-factor", headers=bearer(reply.json()["token"]))
        assert state.json() == {"enabled": True, "required": False, "recovery_codes_left": 10}
        done = await actions_of(stocked)
        assert (done["second_factor_set_up"], done["signed_in"]) == (1, 1)

    async def test_the_secret_and_the_codes_are_shown_once_and_stored_unreadably(
        self, client: httpx.AsyncClient, stocked: Container, now: Now
    ) -> None:
        await sign_in(client, stocked)
        shown = (await set_up(client)).json()
        assert shown["uri"].startswith("otpauth://totp/ATG:anna?")
        assert f"secret={shown['secret']}" in shown["uri"]
        app = await Authenticator.of(client, now)
        assert len(set(app.recovery_codes)) == 10
        stored = str(await rows_of(stocked, "second_factors")) + str(await rows_of(stocked, "recovery_codes"))
        assert not any(secret in stored for secret in (shown["secret"], app.secret, *app.recovery_codes))
        assert not any(code.replace("-", "") in stored for code in app.recovery_codes)
        again = await client.post("/auth/second-factor/setup", json={"password": PASSWORD})
        assert (again.status_code, again.json()["code"]) == (409, "second_factor_exists")

    async def test_a_code_works_once(self, client: httpx.AsyncClient, stocked: Container, now: Now) -> None:
        """Also that which confirmed the setup, and older ones: a code that was overseen is of no use."""
        await sign_in(client, stocked)
        app = await Authenticator.of(client, now)
        code = app.code()
        first = await second_step(client, await ticket_of(client), code)
        assert first.status_code == 200
        for used in (code, app.code(later=-1)):
            again = await second_step(client, await ticket_of(client), used)
            assert (again.status_code, again.json()["code"]) == (401, "invalid_code")
        assert (await second_step(client, await ticket_of(client), app.code(later=1))).status_code == 200

    async def test_a_recovery_code_works_once_in_any_case_and_without_hyphens(
        self, client: httpx.AsyncClient, stocked: Container, now: Now
    ) -> None:
        await sign_in(client, stocked)
        app = await Authenticator.of(client, now)
        first, second, *_ = app.recovery_codes
        assert (await second_step(client, await ticket_of(client), first)).status_code == 200
        assert (await second_step(client, await ticket_of(client), first)).status_code == 401
        written = f" {second.replace('-', ' ').lower()} "
        assert (await second_step(client, await ticket_of(client), written)).status_code == 200
        assert (await client.get("/auth/second-factor")).json()["recovery_codes_left"] == 8
        done = await actions_of(stocked)
        assert (done["recovery_code_used"], done["second_factor_failed"]) == (2, 1)

    async def test_a_code_of_another_user_is_wrong_and_a_ticket_is_its_owners(
        self, client: httpx.AsyncClient, stocked: Container, now: Now
    ) -> None:
        apps = {}
        for username in ("anna", "boris"):
            await sign_in(client, stocked, username)
            apps[username] = await Authenticator.of(client, now)
        for code in (apps["boris"].code(), apps["boris"].recovery_codes[0]):
            assert (await second_step(client, await ticket_of(client), code)).status_code == 401
        of_boris = await second_step(client, await ticket_of(client, "boris"), apps["boris"].code())
        assert of_boris.json()["user"]["username"] == "boris"

    async def test_a_ticket_works_once_and_has_five_tries_and_five_minutes(
        self, client: httpx.AsyncClient, stocked: Container, now: Now
    ) -> None:
        await sign_in(client, stocked)
        app = await Authenticator.of(client, now)
        used = await ticket_of(client)
        assert (await second_step(client, used, app.code())).status_code == 200
        worn = await ticket_of(client)
        for _ in range(5):
            assert (await second_step(client, worn, wrong(app))).json()["code"] == "invalid_code"
        old = await ticket_of(client)
        now.pass_by(minutes=5)
        for ticket in (used, worn, old, "x" * 43):
            reply = await second_step(client, ticket, app.code())
            assert (reply.status_code, reply.json()["code"]) == (401, "invalid_ticket")
        assert (await second_step(client, await ticket_of(client), app.code())).status_code == 200

    async def test_guessing_over_several_tickets_is_limited_for_the_account(
        self, client: httpx.AsyncClient, stocked: Container, now: Now, api: Api
    ) -> None:
        """From wherever; right codes do not count."""
        await sign_in(client, stocked)
        app = await Authenticator.of(client, now)
        statuses: Counter[int] = Counter()
        for number in range(4):
            async with from_address(api, f"198.51.100.{number}") as guesser:
                ticket = await ticket_of(guesser)
                for _ in range(5):
                    statuses[(await second_step(guesser, ticket, wrong(app))).status_code] += 1
        assert statuses == {401: 10, 429: 10}
        held_up = await second_step(client, await ticket_of(client), app.code())
        assert held_up.status_code == 429
        assert 1 <= int(held_up.headers["retry-after"]) <= 60

    async def test_what_ends_sessions_ends_tickets(
        self, client: httpx.AsyncClient, stocked: Container, now: Now
    ) -> None:
        await sign_in(client, stocked)
        app = await Authenticator.of(client, now)
        ticket = await ticket_of(client)
        change = {"current": PASSWORD, "new": "a wholly new one"}
        assert (await client.post("/auth/password", json=change)).status_code == 200
        reply = await second_step(client, ticket, app.code())
        assert (reply.status_code, reply.json()["code"]) == (401, "invalid_ticket")

    async def test_a_new_password_by_mail_leaves_the_second_factor(
        self, client: httpx.AsyncClient, stocked: Container, now: Now
    ) -> None:
        box = Mailbox(stocked)
        await sign_in(client, stocked)
        app = await Authenticator.of(client, now)
        before = await ticket_of(client)
        await forget(client)
        assert (await reset(client, token_in(await box.link(ANNA, "reset-password")))).status_code == 200
        assert (await second_step(client, before, app.code())).json()["code"] == "invalid_ticket"
        assert (await second_step(client, await ticket_of(client, password=NEW), app.code())).status_code == 200

    async def test_neither_entering_nor_a_ticket_itself_gets_around_it(
        self, client: httpx.AsyncClient, stocked: Container, now: Now
    ) -> None:
        await sign_in(client, stocked, role=Role.STUDENT)
        app = await Authenticator.of(client, now)
        del client.headers["authorization"]
        entered = await client.post("/auth/enter", json={"email": "anna@example.com", "password": PASSWORD})
        assert (await second_step(client, ticket_in(entered), app.code())).status_code == 200
        ticket = ticket_in(await enter(client, "anna@example.com", password=PASSWORD, role="student"))
        for refused in (
            await client.post("/auth/refresh", json={"refreshToken": ticket}),
            await client.get("/auth/me", headers=bearer(ticket)),
            await client.post("/auth/second-factor/setup", json={"ticket": ticket}),
            await client.post("/auth/second-factor/confirm", json={"ticket": ticket, "code": app.code()}),
            await client.post("/auth/second-factor/setup", json={"password": PASSWORD}),
        ):
            assert refused.status_code == 401, refused.text
