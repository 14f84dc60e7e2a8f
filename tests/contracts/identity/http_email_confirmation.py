"""Email confirmation over HTTP."""

import httpx
import pytest
from dependency_injector import providers
from msgspec import structs

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.contracts.identity.http_enter import EMAIL, GOOD, enter, newcomer, user_of
from tests.contracts.identity.http_sign_in import bearer
from tests.mailed import Mailbox, Now, press, token_in
from tests.people import sign_in


class HttpEmailConfirmationContract:
    """The fixtures `client`, `stocked` and `api` say over which database."""

    @pytest.fixture
    def box(self, stocked: Container) -> Mailbox:
        return Mailbox(stocked)

    async def test_a_newcomers_email_is_confirmed_by_the_link_that_is_mailed(
        self, client: httpx.AsyncClient, stocked: Container, box: Mailbox
    ) -> None:
        await newcomer(client)
        [message] = await box.sent(EMAIL)
        assert (message.subject, EMAIL in message.text) == ("Подтвердите адрес почты", True)
        link = await box.link(EMAIL, "confirm-email")
        assert link.startswith("/auth/email/confirm?token=")
        assert len(token_in(link)) == 43
        for table in ("mail_tokens", "users", "audit_events", "jobs"):
            assert token_in(link) not in str(await rows_of(stocked, table))
        for _ in range(2):
            page = await client.get(link)
            assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
            assert f'value="{token_in(link)}"' in page.text
            assert EMAIL in page.text
        assert (await user_of(stocked))["email_verified_at"] is None
        for _ in range(2):
            confirmed = await press(client, link)
            assert (confirmed.status_code, confirmed.headers["cache-control"]) == (200, "no-store")
            assert "Адрес подтверждён" in confirmed.text
        assert (await user_of(stocked))["email_verified_at"] is not None
        assert [row["action"] for row in await rows_of(stocked, "audit_events")].count("email_confirmed") == 1
        await enter(client)
        assert len(await box.sent()) == 1

    async def test_a_link_that_is_unknown_too_old_or_for_something_else_confirms_nothing(
        self, client: httpx.AsyncClient, stocked: Container, box: Mailbox
    ) -> None:
        now = Now(stocked)
        await newcomer(client)
        link = await box.link(EMAIL, "confirm-email")
        await client.post("/auth/password/forgot", json={"email": EMAIL})
        reset = token_in(await box.link(EMAIL, "reset-password"))
        for token in ("", "x", "x" * 43, "é", token_in(link)[:-1], reset):
            for refused in (
                await client.get("/auth/email/confirm", params={"token": token}),
                await client.post("/auth/email/confirm", data={"token": token}),
            ):
                assert (refused.status_code, "Ссылка не действует" in refused.text) == (404, True)
        assert (await client.get("/auth/email/confirm", params={"token": "x" * 201})).status_code == 400
        now.pass_by(days=7)
        assert (await client.get(link)).status_code == 404
        assert (await press(client, link)).status_code == 404
        assert (await user_of(stocked))["email_verified_at"] is None

    async def test_where_it_is_asked_for_teachers_confirm_their_email_before_they_teach(
        self, client: httpx.AsyncClient, stocked: Container, box: Mailbox
    ) -> None:
        group = {"name": "x"}
        teacher = bearer((await newcomer(client, role="teacher"))["token"])
        assert (await client.post("/groups", json={"name": "y"}, headers=teacher)).status_code == 201
        strict = structs.replace(stocked.settings(), require_verified_email=True)
        stocked.settings.override(providers.Object(strict))
        for method, path, body in (
            ("POST", "/groups", group),
            ("POST", "/files/presign-upload", {"fileName": "x.pdf", "fileSize": 1, "mimeType": "application/pdf"}),
        ):
            refused = await client.request(method, path, json=body, headers=teacher)
            assert (refused.status_code, refused.json()["code"]) == (403, "email_not_verified"), path
        assert (await client.get("/groups", headers=teacher)).status_code == 200
        student = bearer((await newcomer(client, "s@example.com"))["token"])
        assert (await client.post("/groups", json=group, headers=student)).json()["code"] == "forbidden"
        assert (await press(client, await box.link(EMAIL, "confirm-email"))).status_code == 200
        assert (await client.post("/groups", json=group, headers=teacher)).status_code == 201

    async def test_an_administrators_word_for_an_email_is_enough(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        await sign_in(client, stocked, role=Role.ADMIN)
        made = await client.post("/admin/users", json={"email": EMAIL, "password": GOOD, "role": "teacher"})
        assert made.json()["email_verified_at"] == made.json()["created_at"]
        path = f"/admin/users/{made.json()['id']}"
        for email, verified in (("v@example.com", True), (None, False), ("v@example.com", True)):
            changed = (await client.put(path, json={"email": email})).json()
            assert (changed["email_verified_at"] is not None) is verified
