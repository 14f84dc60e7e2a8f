"""OAuth callbacks that are refused: foreign states, and providers that are down or lie (S24)."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import jwt
import pytest
from litestar.types import ASGIApp
from msgspec import structs

from atg_core.clock import utc_now
from atg_core.identity.audit import Action
from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.mailed import Now
from tests.oauth_authority import Person
from tests.oauth_browser import EMAIL, SECONDS, AtProviders, begin, come_by, kept, parameters, visit
from tests.oauth_server import VK_CLIENT, OAuthServer, answering, id_token, silence
from tests.people import add_person

HOSTILE = {
    "an error": answering(500),
    "a page": answering(200),
    "a page that says no": answering(403),
    "nothing": answering(200, b""),
    "half": answering(200, b'{"access_token": "x", "token_ty'),
    "a list": answering(200, ["access_token"]),
    "no text": answering(200, b'{"access_token": "\xff", "user_id": "\xff"}'),
    "another way": answering(302, {}, Location="https://elsewhere.example/"),
    "no member": answering(200, {"token_type": "Bearer", "client_id": "x"}),
    "other types": answering(200, {"access_token": 5, "scope": {}, "user": 1, "id": [], "client_id": 1}),
    "too deep": answering(200, b'{"access_token":' * 6_000),
    "odd values": answering(200, {"access_token": "é", "expires_in": 1e300, "expires_at": [], "state": {}, "id": 1e9}),
    "a line break": answering(200, {"access_token": "x\r\nX-Y: z", "user_id": 1, "state": ["x"]}),
    "silence": silence,
}
"""By what is answered instead of a token, or a profile."""

type Changed = Callable[[dict[str, Any]], Any]


def beside(**claims: Any) -> Changed:
    """A token with an ID token of these claims."""
    return lambda told: {**told, "id_token": id_token(**claims)}


LIES: dict[str, tuple[str, Changed]] = {
    "more than anybody reads": ("yandex profile", lambda told: {**told, "x": "x" * 200_000}),
    "a long token": ("vk token", lambda told: {**told, "x": "x" * 200_000}),
    "a token for another application": ("yandex profile", lambda told: {**told, "client_id": "another"}),
    "a token of nobody's": ("yandex profile", lambda told: {k: v for k, v in told.items() if k != "client_id"}),
    "no subject": ("yandex profile", lambda told: {**told, "id": ""}),
    "a subject that is too long": ("yandex profile", lambda told: {**told, "id": "7" * 256}),
    "another user's profile": ("vk profile", lambda told: {"user": {**told["user"], "user_id": "666"}}),
    "another user's token": ("vk token", lambda told: {**told, "user_id": 666}),
    "a token without a user": ("vk token", lambda told: {k: v for k, v in told.items() if k != "user_id"}),
    "a token of another attempt": ("vk token", lambda told: {**told, "state": "another"}),
    "a state that is no text": ("vk token", lambda told: {**told, "state": {}}),
    "no access token": ("vk token", lambda told: {k: v for k, v in told.items() if k != "access_token"}),
    "an ID token of another attempt": ("vk token", beside(aud=VK_CLIENT, nonce="another")),
    "an ID token for another application": ("vk token", beside(aud="another")),
    "an ID token for others": ("vk token", beside(aud=["another", "and another"])),
    "an ID token of yesterday": ("vk token", beside(aud=VK_CLIENT, exp=1)),
    "an ID token that is not signed": (
        "vk token",
        lambda told: {**told, "id_token": jwt.encode({"aud": VK_CLIENT}, "", algorithm="none")},
    ),
    "an ID token that is none": ("vk token", lambda told: {**told, "id_token": "x.y.z"}),
    "an ID token that is no text": ("vk token", lambda told: {**told, "id_token": {"aud": VK_CLIENT}}),
}
"""By what is untrue in what a provider says."""


async def refusals(container: Container) -> int:
    return [row["action"] for row in await rows_of(container, "audit_events")].count(Action.OAUTH_REFUSED)


class HttpOAuthRefusedContract(AtProviders):
    """The fixtures `client`, `stocked` and `api` say over which database."""

    async def test_a_state_of_another_browser_changes_nothing(
        self, client: httpx.AsyncClient, api: tuple[Container, ASGIApp], stocked: Container, server: OAuthServer
    ) -> None:
        """Neither for who was sent another's link, nor for who has taken another's."""
        before = await kept(stocked)
        back = await visit(server, await begin(client, role="student"))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(api[1]), base_url="http://atg.test") as other:
            for _ in range(2):  # without a cookie, and with one of their own
                refused = await other.get(back)
                assert (refused.status_code, refused.json()["code"]) == (400, "attempt_not_valid")
                assert [error["field"] for error in refused.json()["errors"]] == ["state"]
                await begin(other, role="student")
        assert await kept(stocked) == before
        assert await refusals(stocked) == 2
        assert {step for step, _ in server.asked} == {"yandex authorize"}
        assert (await client.get(back)).status_code == 200

    async def test_what_the_browser_keeps_can_not_be_made_or_changed(
        self, client: httpx.AsyncClient, stocked: Container, server: OAuthServer
    ) -> None:
        now = Now(stocked)
        before = await kept(stocked)
        url = await begin(client, role="student")
        back, good = await visit(server, url), client.cookies["atg_oauth"]
        seed, provider, role, ends, mac = good.split(".")
        state = parameters(url)["state"]
        forged = [
            *("", ".", "....", "é", f"{seed}.{provider}.teacher.{ends}.{mac}", f"{seed}.vk.{role}.{ends}.{mac}"),
            *(f"{seed}.{provider}.{role}.{int(ends) + 9}.{mac}", good[:-1], f"{good}x", "x" * 5000, f"a.b.c.1.{state}"),
        ]
        client.cookies.clear()
        for cookie in forged:
            refused = await client.get(back, headers={b"cookie": f"atg_oauth={cookie}".encode()})
            assert (refused.status_code, refused.json()["code"]) == (400, "attempt_not_valid"), cookie
        mine = {"cookie": f"atg_oauth={good}"}
        for wrong in (back.replace(state, "x" * 43), back.replace(state, ""), back.replace("state=", "s="), "/vk/"):
            path = back.replace("/yandex/", "/vk/") if wrong == "/vk/" else wrong
            assert (await client.get(path, headers=mine)).json()["code"] == "attempt_not_valid"
        now.pass_by(minutes=10)
        assert (await client.get(back, headers=mine)).json()["code"] == "attempt_not_valid"
        assert await kept(stocked) == before
        now.pass_by(seconds=-1)
        assert (await client.get(back, headers=mine)).status_code == 200

    async def test_a_state_is_used_once(
        self, client: httpx.AsyncClient, stocked: Container, server: OAuthServer
    ) -> None:
        url = await begin(client, role="student")
        back, again = await visit(server, url), await visit(server, url)
        mine = {"cookie": f"atg_oauth={client.cookies['atg_oauth']}"}
        replies = await asyncio.gather(*(client.get(back, headers=mine) for _ in range(5)))
        assert sorted(reply.status_code for reply in replies) == [200, 400, 400, 400, 400]
        before = await kept(stocked)
        for path in (back, again):
            refused = await client.get(path, headers=mine)
            assert (refused.status_code, refused.json()["code"]) == (400, "attempt_not_valid")
        assert await kept(stocked) == before

    async def test_a_code_is_good_for_its_own_attempt_alone(
        self, client: httpx.AsyncClient, stocked: Container, server: OAuthServer
    ) -> None:
        """A stolen code in an attempt of one's own: the provider does not know it by this verifier."""
        before = await kept(stocked)
        stolen = parameters(await visit(server, await begin(client, role="student")))["code"]
        back = await visit(server, await begin(client, role="student"))
        for code in (stolen, "made up", ""):
            refused = await client.get(back.replace(parameters(back)["code"], code))
            assert (refused.status_code, refused.json()["code"]) == (400, "provider_refused")
            back = await visit(server, await begin(client, role="student"))
        assert await kept(stocked) == before
        assert (await client.get(back)).status_code == 200

    @pytest.mark.parametrize("claimed", [("vk", EMAIL), ("vk", "vera@mail.ru"), ("yandex", "vera@gmail.com")])
    @pytest.mark.parametrize("verified", [True, False])
    async def test_an_email_that_nobody_vouches_for_joins_no_account(
        self,
        client: httpx.AsyncClient,
        stocked: Container,
        server: OAuthServer,
        *,
        claimed: tuple[str, str],
        verified: bool,
    ) -> None:
        provider, email = claimed
        await add_person(stocked, "vera", email=email, email_verified_at=utc_now() if verified else None)
        server.people[provider] = Person("7", email.upper())
        before = await kept(stocked)
        refused = await come_by(client, server, provider, role="student")
        assert (refused.status_code, refused.json()["code"]) == (409, "account_exists")
        assert await kept(stocked) == before
        assert await refusals(stocked) == 1

    async def test_an_inactive_user_stays_outside(
        self, client: httpx.AsyncClient, stocked: Container, server: OAuthServer
    ) -> None:
        await add_person(stocked, "vera", email=EMAIL, is_active=False)
        before = await kept(stocked)
        refused = await come_by(client, server, role="student")
        assert (refused.status_code, refused.json()["code"]) == (401, "invalid_credentials")
        assert await kept(stocked) == before
        server.people["yandex"] = Person("8", "gone@yandex.ru")
        gone = (await come_by(client, server, role="student")).json()["user"]["id"]
        async with stocked.open_identity()() as store:
            await store.save_user(replace(await store.lock_user(UUID(gone)), is_active=False))
        before = await kept(stocked)
        assert (await come_by(client, server)).status_code == 401
        assert await kept(stocked) == before

    @pytest.mark.refuses
    @pytest.mark.parametrize("lie", LIES)
    async def test_a_provider_that_contradicts_itself_lets_nobody_in(
        self, client: httpx.AsyncClient, stocked: Container, server: OAuthServer, lie: str
    ) -> None:
        step, changed = LIES[lie]
        server.altered[step] = changed
        before = await kept(stocked)
        refused = await come_by(client, server, step.partition(" ")[0], role="student")
        assert (refused.status_code, refused.json()["code"]) == (502, "provider_failed")
        assert await kept(stocked) == before
        del server.altered[step]
        assert (await come_by(client, server, step.partition(" ")[0], role="student")).status_code == 200

    @pytest.mark.refuses
    @pytest.mark.parametrize("step", ["vk token", "vk profile", "yandex token", "yandex profile"])
    @pytest.mark.parametrize("hostile", HOSTILE)
    async def test_a_provider_that_is_away_or_broken_lets_nobody_in(
        self, client: httpx.AsyncClient, stocked: Container, server: OAuthServer, step: str, hostile: str
    ) -> None:
        server.hostile[step] = HOSTILE[hostile]
        before = await kept(stocked)
        async with asyncio.timeout(SECONDS + 5):
            refused = await come_by(client, server, step.partition(" ")[0], role="student")
        assert (refused.status_code, refused.json()["code"]) == (502, "provider_failed")
        assert await kept(stocked) == before

    async def test_whoever_says_no_at_the_provider_is_not_let_in(
        self, client: httpx.AsyncClient, stocked: Container, server: OAuthServer
    ) -> None:
        server.people["vk"] = None
        before = await kept(stocked)
        refused = await come_by(client, server, "vk", role="student")
        assert (refused.status_code, refused.json()["code"]) == (400, "provider_refused")
        state = parameters(await begin(client, "vk"))["state"]
        failed = await client.get(f"/auth/oauth/vk/callback?error=server_error&state={state}")
        assert (failed.status_code, failed.json()["code"]) == (502, "provider_failed")
        assert await kept(stocked) == before

    async def test_a_provider_at_which_nobody_is_registered_is_absent(
        self, client: httpx.AsyncClient, stocked: Container, server: OAuthServer
    ) -> None:
        stocked.settings.override(structs.replace(stocked.settings(), vk_client_id=""))
        for provider in ("vk", "google", "VK", "yandex%00"):
            for route in ("start", "callback"):
                absent = await client.get(f"/auth/oauth/{provider}/{route}")
                assert (absent.status_code, absent.json()["code"]) == (404, "provider_not_found")
        assert (await client.get("/auth/oauth/yandex/start")).status_code == 302

    @pytest.mark.refuses
    async def test_parameters_that_are_too_long_are_named(self, client: httpx.AsyncClient, server: OAuthServer) -> None:
        for name, most in (("code", 2000), ("error", 200), ("device_id", 500)):
            long = await client.get("/auth/oauth/vk/callback", params={name: "x" * (most + 1)})
            assert long.status_code == 400
            assert [error["field"] for error in long.json()["errors"]] == [name]

    async def test_what_is_refused_counts_as_failed_sign_ins_do(
        self, client: httpx.AsyncClient, stocked: Container, server: OAuthServer
    ) -> None:
        """S17: a hundred a minute from an address."""
        refused = [(await client.get("/auth/oauth/vk/callback")).status_code for _ in range(101)]
        assert refused == [400] * 100 + [429]
        late = await client.get(await visit(server, await begin(client, role="student")))
        assert (late.status_code, 1 <= int(late.headers["retry-after"]) <= 60) == (429, True)
