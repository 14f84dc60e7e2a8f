"""Visitors of campaigns, their jobs and events, and a small campaign for them."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from dependency_injector import providers

from atg_adapters.memory.mailer import MemoryMailer
from atg_core.campaigns.model import EventType
from atg_entrypoints.container import Container
from tests import mailed
from tests.arranging import arrange, rows_of

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CODE = re.compile(r"PROMO-[A-Z0-9]{6,8}-\d{6}")
DEFAULT_SET = ("gas-turbine", "centrifugal-compressor", "dust-separator", "air-cooler", "ball-valve", "control-room")
SMALL = (
    {"slug": "a", "name": "А", "campaign": "small"},
    {"slug": "b", "name": "Б", "campaign": "small", "points": "5"},
)


class Now:
    """A clock that tests move."""

    def __init__(self, container: Container) -> None:
        self.moment = NOON
        container.clock.override(providers.Object(lambda: self.moment))

    def pass_by(self, **time: int) -> None:
        self.moment += timedelta(**time)


async def start(client: httpx.AsyncClient, campaign: str = "small") -> str:
    reply = await client.post("/session/start/", json={"campaign": campaign})
    assert reply.status_code == 201, reply.text
    session_id: str = reply.json()["session_id"]
    return session_id


async def view(client: httpx.AsyncClient, session: str, *slugs: str) -> dict[str, Any]:
    """The reply to the last view."""
    reply = None
    for slug in slugs:
        reply = await client.post("/view/", json={"session_id": session, "asset_slug": slug})
        assert reply.status_code == 200, reply.text
    assert reply is not None
    body: dict[str, Any] = reply.json()
    return body


async def leave(client: httpx.AsyncClient, session: str, email: str, **headers: str) -> dict[str, Any]:
    body = {"session_id": session, "email": email}
    reply = await client.post(
        "/user/email/", json=body, headers={key.replace("_", "-"): headers[key] for key in headers}
    )
    assert reply.status_code == 200, reply.text
    left: dict[str, Any] = reply.json()
    return left


async def do_jobs(container: Container) -> list[Any]:
    """Does what changes have enqueued; all mails that were sent so far."""
    await mailed.do_jobs(container)
    sent: list[Any] = container.mailer().sent
    return sent


async def events(container: Container, event_type: EventType) -> list[dict[str, Any]]:
    rows = [row for row in await rows_of(container, "view_events") if row["event_type"] == event_type]
    return [row["raw_payload"] for row in sorted(rows, key=lambda row: row["id"])]


class CampaignContract:
    """The fixtures `client` and `stocked` say over which database."""

    @pytest.fixture(autouse=True)
    async def small_campaign(self, stocked: Container) -> None:
        stocked.mailer.override(providers.Object(MemoryMailer()))
        await arrange(stocked, assets=SMALL)
