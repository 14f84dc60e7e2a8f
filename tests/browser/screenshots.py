"""`python -m tests.browser.screenshots FOLDER`: pictures of the console's key pages, over a demo of its own.

Each is a PNG of a palette, under 60 KB; desks in the light theme, phones in the dark one.
"""

import asyncio
import io
import json
import shutil
import sys
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import httpx
from PIL import Image
from playwright.async_api import Browser, Page, ViewportSize, async_playwright

from tests.browser.people import Demo
from tests.browser.visits import DESK, PHONE, Visits, sign_in
from tests.integration.running import serving

_MOST_BYTES = 60_000
_DESK_SIZE = ViewportSize(width=1200, height=750)
_SETTINGS = {"ATG_TIMEZONE": "Europe/Moscow"}
_RUNNING = "Подготовка газа: очистка"


class Picture(NamedTuple):
    """A page by its address; or that to which links with these texts lead, one after the other."""

    name: str
    width: int
    path: str
    links: tuple[str, ...] = ()
    waits_for: str = "h1"
    who: str = "employee"


_PICTURES = (
    Picture("home", DESK, "/app/"),
    Picture("catalog", DESK, "/app/catalog"),
    Picture("course-document", DESK, "/app/", (_RUNNING,), "pdf-view[data-shown]"),
    Picture("station", DESK, "/app/stations/7"),
    Picture("results", DESK, "/app/results"),
    Picture("certificate", DESK, "/app/results", ("Страница для проверки",)),
    Picture("account", DESK, "/app/account"),
    Picture("calendar", DESK, "/app/calendar", (), "lesson-calendar.ready .lesson-event", "teacher"),
    Picture("day", DESK, "/app/", (), ".day", "teacher"),
    Picture("gradebook", DESK, "/app/groups/1/gradebook", (), "grade-grid table", "teacher"),
    Picture("marking", DESK, "/app/marking", (), "table", "teacher"),
    Picture("progress", DESK, "/app/groups/1/progress", (), "progress-chart[data-drawn]", "teacher"),
    Picture("home-phone", PHONE, "/app/"),
    Picture("course-phone", PHONE, "/app/", (_RUNNING,), "#player"),
    Picture("stations-phone", PHONE, "/app/stations"),
    Picture("calendar-phone", PHONE, "/app/calendar", (), ".lesson-row", "teacher"),
)


async def _take(page: Page, folder: Path, name: str) -> None:
    await page.evaluate("document.fonts.ready")
    await page.wait_for_timeout(500)
    drawn = Image.open(io.BytesIO(await page.screenshot())).convert("RGB")
    for colours in (256, 128, 64):
        target = io.BytesIO()
        drawn.quantize(colours, kmeans=2, dither=Image.Dither.NONE).save(target, "PNG", optimize=True)
        if len(target.getvalue()) < _MOST_BYTES:
            break
    else:
        raise AssertionError(f"{name} has {len(target.getvalue())} bytes")
    (folder / f"{name}.png").write_bytes(target.getvalue())
    print(f"{name}.png {len(target.getvalue()) / 1000:.0f} KB, {colours} colours")  # noqa: T201


async def _follow(page: Page, picture: Picture) -> None:
    await page.goto(picture.path)
    for text in picture.links:
        await page.get_by_role("link", name=text).first.click()
        await page.wait_for_load_state()
    await page.locator(picture.waits_for).first.wait_for()


async def _test(page: Page, demo: Demo, folder: Path) -> None:
    """The questions of a test, some answered, of somebody new."""
    await sign_in(page, demo.person())
    await page.goto(f"/app/catalog/{demo.course}")
    await page.locator(f"form[action='/app/courses/{demo.course}/enroll'] button").click()
    await page.wait_for_url("**/app/courses/*")
    await page.goto(await page.locator(".outline a[href*='/tests/lesson/']").first.get_attribute("href") or "")
    await page.locator("main form button.main").click()
    await page.locator("fieldset input").nth(1).check()
    await page.wait_for_timeout(7000)  # until it is no more told that the answer is kept
    await _take(page, folder, "test")


async def _all(browser: Browser, demo: Demo, folder: Path) -> None:
    visits = Visits(browser, demo.url)
    async with visits.page() as page:
        await page.set_viewport_size(_DESK_SIZE)
        await page.goto("/app/sign-in")
        await _take(page, folder, "sign-in")
    for (width, theme), who in product(((DESK, "light"), (PHONE, "dark")), ("employee", "teacher")):
        async with visits.page(width=width, theme=theme) as page:
            if width == DESK:
                await page.set_viewport_size(_DESK_SIZE)
            await sign_in(page, demo.named(who))
            for picture in _PICTURES:
                if (picture.width, picture.who) == (width, who):
                    await _follow(page, picture)
                    await _take(page, folder, picture.name)
    async with visits.page() as page:
        await page.set_viewport_size(_DESK_SIZE)
        await _test(page, demo, folder)


async def main(folder: Path) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("There is no Chromium here.")
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as home, serving(Path(home), "demo", expect_seconds=180, **_SETTINGS) as server:
        passwords = json.loads((Path(home) / "demo-passwords.json").read_text())
        with httpx.Client(base_url=server.url, timeout=60) as admin:
            reply = admin.post("/auth/login", json={"username": "admin", "password": passwords["admin"]})
            admin.headers["authorization"] = f"Bearer {reply.json()['access_token']}"
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path=chromium)
                await _all(browser, Demo(server.url, admin, passwords), folder)
                await browser.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
