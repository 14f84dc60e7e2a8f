"""Emails of visitors over HTTP: submission, mails with promo codes, confirmation (spec: campaigns)."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest

from atg_core.campaigns.model import MAX_MAILS_PER_DAY, EventType
from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.contracts.campaigns.visitors import (
    CampaignContract,
    Now,
    do_jobs,
    events,
    leave,
    start,
    view,
)


class HttpEmailsContract(CampaignContract):
    """Run over every database."""

    async def test_an_email_binds_sessions_to_one_participant_who_gets_the_code(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        """G9."""
        one, two = await start(client), await start(client)
        await view(client, one, "a")
        left = await leave(client, one, "Anna@Example.com", accept_language="en-GB, ru;q=0.5")
        assert left == {
            "session_id": one,
            "user_id": left["user_id"],
            "email": "anna@example.com",
            "user_total_score": 10,
        }
        assert await leave(client, one, "anna@example.com") == left
        assert await do_jobs(stocked) == []
        code = (await view(client, one, "b"))["promo_code"]
        await view(client, two, "b")
        joined = await leave(client, two, "ANNA@example.com")
        assert (joined["user_id"], joined["user_total_score"]) == (left["user_id"], 15)
        [mail] = await do_jobs(stocked)
        assert mail.to == "anna@example.com"
        assert code in mail.text
        assert code in mail.html
        assert await do_jobs(stocked) == [mail]
        shown = (await client.get("/promo/", params={"email": "anna@example.com"})).json()
        assert shown["promo_code"] == code
        assert shown["sent_at"]
        assert shown == (await client.get("/promo/", params={"user_id": left["user_id"]})).json()
        assert await events(stocked, EventType.PROMO_SENT) == [{"code": code, "email": "anna@example.com"}]
        assert await events(stocked, EventType.EMAIL_SUBMITTED) == [{"email": "anna@example.com"}] * 2

    async def test_an_email_left_after_the_last_view_gets_the_code_that_is_there(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        session = await start(client)
        code = (await view(client, session, "a", "b"))["promo_code"]
        reply = await leave(client, session, "boris@example.com")
        assert code not in str(reply)
        [mail] = await do_jobs(stocked)
        assert code in mail.text
        assert "Промокод" in mail.text or "промокод" in mail.text
        assert (await events(stocked, EventType.PROMO_ISSUED))[-1] == {"code": code, "existing": True}
        await leave(client, session, "boris@example.com")
        assert await do_jobs(stocked) == [mail]

    async def test_the_link_of_the_mail_confirms_the_address(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        now = Now(stocked)
        session = await start(client)
        await view(client, session, "a", "b")
        await leave(client, session, "anna@example.com")
        [mail] = await do_jobs(stocked)
        link = urlsplit(next(word for word in mail.text.split() if "/user/email/confirm" in word))
        token = link.query.removeprefix("token=")
        for wrong in ("", "x", token[:-1], f"{uuid4().hex}.{token.split('.', 1)[1]}", token + "0", "..", "a.b.c"):
            reply = await client.get("/user/email/confirm", params={"token": wrong})
            assert (reply.status_code, reply.json()["code"]) == (400, "invalid_token")
        [row] = await rows_of(stocked, "campaign_sessions")
        assert row["pending_email"] == "anna@example.com"
        for path in (link.path, f"/api{link.path}/"):
            reply = await client.get(path, params={"token": token})
            assert reply.status_code == 200
            assert (reply.json()["email"], reply.json()["is_verified"]) == ("anna@example.com", True)
        [row] = await rows_of(stocked, "campaign_sessions")
        assert row["pending_email"] is None
        now.pass_by(days=31)
        assert (await client.get(link.path, params={"token": token})).status_code == 400

    async def test_one_session_names_three_addresses_a_day(self, client: httpx.AsyncClient, stocked: Container) -> None:
        """G10."""
        now = Now(stocked)
        session = await start(client)
        await view(client, session, "a", "b")
        statuses = []
        for number in range(20):
            body = {"session_id": session, "email": f"n{number}@example.com"}
            reply = await client.post("/user/email/", json=body)
            statuses.append(reply.status_code)
        assert statuses == [200] * 3 + [429] * 17
        assert reply.json()["code"] == "too_many_addresses"
        assert int(reply.headers["retry-after"]) == 24 * 3600 + 1
        await leave(client, session, "n1@example.com")
        assert {mail.to for mail in await do_jobs(stocked)} == {f"n{number}@example.com" for number in range(3)}
        now.pass_by(days=1, seconds=1)
        await leave(client, session, "n9@example.com")

    async def test_one_address_gets_three_mails_a_day_and_the_others_later(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        """G10."""
        for _ in range(MAX_MAILS_PER_DAY + 2):
            session = await start(client)
            await view(client, session, "a", "b")
            await leave(client, session, "anna@example.com")
        assert len(await do_jobs(stocked)) == MAX_MAILS_PER_DAY
        waiting = [row for row in await rows_of(stocked, "promo_mails") if row["sent_at"] is None]
        assert len(waiting) == 2
        assert all(row["due_at"] > datetime.now(UTC) + timedelta(hours=23) for row in waiting)

    async def test_a_mail_is_sent_although_the_clock_of_who_asked_for_it_was_ahead(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        """Its job runs once, at once or when its time has come: the queues of databases have a clock of their own."""
        now = Now(stocked)
        now.pass_by(minutes=1)
        session = await start(client)
        await view(client, session, "a", "b")
        await leave(client, session, "anna@example.com")
        now.pass_by(minutes=-1)
        await do_jobs(stocked)
        now.pass_by(minutes=1)
        assert [mail.to for mail in await do_jobs(stocked)] == ["anna@example.com"]

    @pytest.mark.refuses
    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"session_id": str(uuid4())}, "email"),
            ({"email": "a@example.com"}, "session_id"),
            ({"session_id": str(uuid4()), "email": ""}, "email"),
            ({"session_id": str(uuid4()), "email": "no-address"}, "email"),
            ({"session_id": str(uuid4()), "email": "a@b.ru\nBcc: c@d.ru"}, "email"),
            ({"session_id": "x", "email": "a@example.com"}, "session_id"),
        ],
    )
    async def test_what_leaving_an_email_needs_is_said(
        self, client: httpx.AsyncClient, body: dict[str, str], field: str
    ) -> None:
        reply = await client.post("/user/email/", json=body)
        assert reply.status_code == 400
        assert [error["field"] for error in reply.json()["errors"]] == [field]
        if not all(body.get(name) for name in ("session_id", "email")):
            assert reply.json()["detail"] == "session_id and email are required"
