"""An API process whose clock is a minute off."""

import asyncio
from pathlib import Path

import httpx
import pytest

from tests.conftest import optional
from tests.faults.scenario import Stage
from tests.people import PASSWORD

pytestmark = [pytest.mark.alone, pytest.mark.faults]

_LIBRARIES = ("/usr/lib/*/faketime/libfaketime.so.1", "/usr/lib*/faketime/libfaketime.so.1")


def library() -> str:
    """That of libfaketime (https://github.com/wolfcw/libfaketime); skips where it is not installed."""
    found = [path for pattern in _LIBRARIES for path in Path("/").glob(pattern.lstrip("/"))]
    if not found:
        optional("faketime", "libfaketime is not installed")
    return str(found[0])


@pytest.mark.parametrize("skew", ["+60s", "-60s"])
async def test_a_clock_that_is_a_minute_off_harms_nobody(stage: Stage, skew: str) -> None:
    """What one process has issued the other takes, and the other way round."""
    installation, preload = stage.installation, library()
    installation.apis[1].process.terminate()
    await asyncio.to_thread(installation.apis[1].process.wait, 40)
    # With a clock that goes as fast, and deadlines that do not know of it.
    skewed = {"LD_PRELOAD": preload, "FAKETIME": skew, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    await asyncio.to_thread(installation.start_api, 1, **skewed)
    try:
        async with stage.fault(f"clock {skew}", allowed=()):
            for first, second in ((0, 1), (1, 0)):
                await _sign_in_and_refresh(installation.apis[first].url, installation.apis[second].url)
            await asyncio.sleep(3)
    finally:
        installation.apis[1].process.terminate()
        await asyncio.to_thread(installation.apis[1].process.wait, 40)
        await asyncio.to_thread(installation.start_api, 1)


async def _sign_in_and_refresh(first: str, second: str) -> None:
    async with httpx.AsyncClient(timeout=20) as client:
        login = await client.post(f"{first}/auth/login", json={"username": "learner1", "password": PASSWORD})
        assert login.status_code == 200, login.text
        for url in (second, first):
            me = await client.get(f"{url}/auth/me", headers={"Authorization": f"Bearer {login.json()['token']}"})
            assert me.status_code == 200, me.text
        renewed = await client.post(f"{second}/auth/refresh", json={"refreshToken": login.json()["refreshToken"]})
        assert renewed.status_code == 200, renewed.text
        out = await client.post(f"{first}/auth/logout", headers={"Authorization": f"Bearer {renewed.json()['token']}"})
        assert out.is_success, out.text
