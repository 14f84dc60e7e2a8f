"""Emails about new devices, their language, and the cleanup of email tokens."""

import httpx
import pytest

from atg_entrypoints.container import Container
from tests.api import Api
from tests.arranging import rows_of
from tests.contracts.identity.http_enter import EMAIL, GOOD, newcomer
from tests.contracts.identity.http_rate_limit import from_address
from tests.contracts.identity.http_sign_in import bearer, log_in
from tests.mailed import Mailbox, Now, link_in, token_in

ANNA = "anna@example.com"
NEW = "a wholly new one"


async def forget(client: httpx.AsyncClient, email: str = ANNA) -> httpx.Response:
    return await client.post("/auth/password/forgot", json={"email": email})


async def reset(client: httpx.AsyncClient, token: str, new: str = NEW) -> httpx.Response:
    return await client.post("/auth/password/reset", json={"token": token, "new": new})


class HttpAccountEmailsContract:
    """The fixtures `client`, `stocked` and `api` say over which database."""

    @pytest.fixture(autouse=True)
    def box(self, stocked: Container) -> Mailbox:
        return Mailbox(stocked)

    async def test_a_device_that_was_never_seen_is_asked_about_by_mail(
        self, client: httpx.AsyncClient, stocked: Container, box: Mailbox, api: Api
    ) -> None:
        await newcomer(client)
        assert await box.sent(EMAIL, "new-device") == []
        async with from_address(api, "198.51.100.1") as phone, from_address(api, "198.51.100.2") as moved:
            phone.headers["user-agent"] = (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1"
            )
            for _ in range(2):
                await log_in(phone, email=EMAIL, password=GOOD)
            moved.cookies = phone.cookies
            await log_in(moved, email=EMAIL, password=GOOD)
        await log_in(client, email=EMAIL, password=GOOD)
        [asked] = await box.sent(EMAIL, "new-device")
        assert asked.subject == "Вход с нового устройства"
        for told in ("198.51.100.1", "Safari on iPhone", "UTC"):
            assert told in asked.text
            assert told in asked.html

    async def test_who_says_that_it_was_not_them_ends_that_device_and_gets_a_link_to_a_new_password(
        self, client: httpx.AsyncClient, stocked: Container, box: Mailbox, api: Api
    ) -> None:
        mine = bearer((await newcomer(client))["token"])
        async with from_address(api, "198.51.100.1") as thief:
            stolen = [bearer((await log_in(thief, email=EMAIL, password=GOOD))["token"]) for _ in range(2)]
            link = await box.link(EMAIL, "new-device")
            page = await client.get(link)
            assert page.headers["referrer-policy"] == "no-referrer"
            assert 'method="post" action="/auth/sessions/revoke"' in page.text
            assert (await thief.get("/auth/me", headers=stolen[0])).status_code == 200, "a GET changes nothing"
            for _ in range(2):
                done = await client.post("/auth/sessions/revoke", data={"token": token_in(link)})
                assert (done.status_code, "Сеанс завершён" in done.text) == (200, True)
            for token in stolen:
                assert (await thief.get("/auth/me", headers=token)).status_code == 401
            assert (await client.get("/auth/me", headers=mine)).status_code == 200
            await log_in(thief, email=EMAIL, password=GOOD)
        assert len(await box.sent(EMAIL, "new-device")) == 2, "the device has not become a known one"
        assert len(await box.sent(EMAIL, "reset-password")) == 1
        assert (await reset(client, token_in(await box.link(EMAIL, "reset-password")))).status_code == 200
        for dead in ("x" * 43, token_in(await box.link(EMAIL, "confirm-email"))):
            refused = await client.post("/auth/sessions/revoke", data={"token": dead})
            assert refused.status_code == 404

    async def test_a_device_is_asked_about_for_a_week(
        self, client: httpx.AsyncClient, stocked: Container, box: Mailbox, api: Api
    ) -> None:
        now = Now(stocked)
        await newcomer(client)
        async with from_address(api, "198.51.100.1") as other:
            await log_in(other, email=EMAIL, password=GOOD)
        link = await box.link(EMAIL, "new-device")
        now.pass_by(days=7)
        assert (await client.get(link)).status_code == 404
        assert (await client.post("/auth/sessions/revoke", data={"token": token_in(link)})).status_code == 404

    async def test_mail_is_in_the_language_of_the_profile(
        self, client: httpx.AsyncClient, stocked: Container, box: Mailbox
    ) -> None:
        me = bearer((await newcomer(client))["token"])
        await client.put("/users/me", json={"language": "en-GB"}, headers=me)
        await forget(client, EMAIL)
        [message] = await box.sent(EMAIL, "reset-password")
        assert message.subject == "A new password"

    async def test_what_was_mailed_long_ago_is_forgotten(
        self, client: httpx.AsyncClient, stocked: Container, box: Mailbox
    ) -> None:
        now = Now(stocked)
        await newcomer(client)
        await forget(client, EMAIL)
        await box.sent()
        [forgetting] = [each.kind for each in stocked.work().periodic if each.kind.name == "forget_mail_tokens"]
        for minutes, left in ((59, {"confirm_email", "reset_password"}), (2, {"confirm_email"})):
            now.pass_by(days=30 if minutes > 2 else 0, minutes=minutes)
            await forgetting.handler({})
            assert {row["purpose"] for row in await rows_of(stocked, "mail_tokens")} == left


async def links(box: Mailbox, to: str, about: str) -> list[str]:
    return [link_in(message) for message in await box.sent(to, about)]
