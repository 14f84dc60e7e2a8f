"""More connections at one process than it can serve at once."""

import asyncio
import time

import httpx
import pytest

from tests.faults.crowd import crowd
from tests.faults.scenario import SLOWEST, Stage
from tests.faults.watching import TOLD_WITHIN

pytestmark = [pytest.mark.alone, pytest.mark.faults]

CONNECTIONS, _SECONDS = 700, 10
_PATHS = ["/users/me/stats", "/auth/me", "/courses/me/enrollments", "/groups"]


async def test_what_is_refused_of_a_crowd_is_refused_soon_and_nothing_is_called_down(stage: Stage) -> None:
    api, looks = stage.installation.apis[0].url, list[tuple[int, list[str], float]]()

    async def look() -> None:
        async with httpx.AsyncClient(base_url=api, timeout=30) as client:
            while True:
                begun = time.monotonic()
                ready = await client.get("/ready")
                looks.append((ready.status_code, ready.json()["degraded"], time.monotonic() - begun))
                await asyncio.sleep(0.2)

    looking = asyncio.create_task(look())
    authorization = stage.world.teachers[0].headers["Authorization"]
    answers = await crowd(api, _PATHS, authorization, connections=CONNECTIONS, seconds=_SECONDS)
    looking.cancel()
    slowest, ready = max(answer.seconds for answer in answers), max(seconds for *_, seconds in looks)
    refused = [answer for answer in answers if answer.status != 200]
    stage.notes.append(
        f"{CONNECTIONS} connections: {len(answers)} replies, {len(refused)} refused, the slowest after {slowest:.1f} s,"
        f" /ready within {ready:.1f} s"
    )
    assert {answer.status for answer in refused} <= {429, 503}
    assert all(answer.has_retry_after for answer in refused)
    assert slowest < SLOWEST
    assert {(status, tuple(degraded)) for status, degraded, _ in looks} == {(200, ())}
    assert ready < TOLD_WITHIN
