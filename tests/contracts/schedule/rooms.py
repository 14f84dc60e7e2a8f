"""A room of a school at a fixed time, for contracts of the schedule over HTTP."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from dependency_injector import providers

from atg_entrypoints.container import Container
from tests.teaching import Room, room_of

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
WEEK = "start=2026-11-23T00:00:00Z&end=2026-11-30T00:00:00Z"


def ids(events: list[dict[str, Any]]) -> list[str]:
    return [event["id"] for event in events]


class InARoom:
    @pytest.fixture
    async def room(self, client: httpx.AsyncClient, stocked: Container) -> Room:
        stocked.clock.override(providers.Object(lambda: NOON))
        return await room_of(client, stocked)
