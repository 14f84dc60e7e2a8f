"""Chromium, and one server with the demo's data for all tests of a worker; each test makes people of its own."""

import json
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.browser.people import Demo
from tests.browser.visits import Visits
from tests.conftest import SECRET, optional
from tests.integration.running import serving

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_NODE_MODULES = Path(__file__).parents[2] / "node_modules"


@pytest.fixture(scope="session")
def chromium() -> str:
    """The program; skips where there is none."""
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found is None:
        optional("browser", f"there is no {', '.join(_NAMES[:-1])} or {_NAMES[-1]}")
    assert found
    return found


@pytest.fixture(scope="session")
def demo(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """`atg demo` over SQLite."""
    home = tmp_path_factory.mktemp("demo")
    settings = {"ATG_SECRET_KEY": SECRET, "ATG_RATE_LIMIT": "0", "ATG_TIMEZONE": "UTC"}
    with serving(home, "demo", expect_seconds=180, **settings) as server:
        passwords = json.loads((home / "demo-passwords.json").read_text())
        with httpx.Client(base_url=server.url, timeout=60) as admin:
            reply = admin.post("/auth/login", json={"username": "admin", "password": passwords["admin"]})
            admin.headers["authorization"] = f"Bearer {reply.json()['access_token']}"
            yield Demo(server.url, admin, passwords)
        assert "Traceback" not in server.log


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium, args=["--autoplay-policy=no-user-gesture-required", "--mute-audio"]
        )
        yield browser
        await browser.close()


@pytest.fixture
def visits(browser: Browser, demo: Demo) -> Visits:
    return Visits(browser, demo.url)


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core; skips where the npm packages for tests were not installed."""
    path = _NODE_MODULES / "axe-core" / "axe.min.js"
    if not path.exists():
        optional("browser", "axe-core is not there: `npm ci` was not run with development packages")
    return path.read_text(encoding="utf-8")
