"""Every page, on a desk and on a phone: what axe finds, and what jumps, sticks out or is small.

Each page is looked at in both themes: in one on a desk, in the other on a phone. `make test-pages` tries all four.
"""

import os
import re
from typing import Any, get_args
from urllib.parse import urlsplit

import pytest
from litestar.routes import HTTPRoute
from playwright.async_api import Page

from atg_entrypoints.console.app import create_routes
from atg_entrypoints.settings import Context
from tests.browser.pages import REFUSED, every_page
from tests.browser.people import Demo
from tests.browser.visits import DESK, PHONE, Visits

pytestmark = pytest.mark.asyncio(loop_scope="session")

EXCEPTIONS: dict[tuple[str, str], str] = {
    ("empty-table-header", 'div[role="rowheader"]'): "FullCalendar's, of all hours of a week; its name is a label",
}
"""Why a rule (its id) does not hold for an element (its selector)."""

NO_PAGES = {
    "/app/static/{version:str}/{name:path}": "files",
    "/app/events": "a stream",
    "/app/notices/unread": "a part of the frame of a page",
    "/app/oauth/{provider:str}/start": "leads to the provider",
    "/app/oauth/{provider:str}/callback": "leads back from the provider",
    "/app/second-factor": "leads to the page to sign in on",
    "/app/second-factor/set-up": "leads to the page to sign in on",
    "/app/second-factor/confirm": "leads to the page to sign in on",
    "/app/account/photo": "leads to the account",
    "/app/account/email": "leads to the password, which stands on the same page",
    "/app/account/second-factor/set-up": "leads to the second factor",
    "/app/account/second-factor/confirm": "leads to the second factor",
    "/app/account/second-factor/remove": "leads to the second factor",
    "/app/admin": "leads to the accounts",
    "/app/training": "leads to the people",
    "/app/training/certificates/print": "a PDF",
    "/app/groups/{group_id:str}/name": "leads to the group",
    "/app/groups/{group_id:str}/late-rule": "leads to the group",
    "/app/lessons/{lesson_id:str}/live": "a part of the page of a lesson",
    **{
        f"/app/authoring/{of}/questions.{form}": "a file"
        for of in ("lessons/{record_id:str}/test", "programs/{record_id:str}/final-test")
        for form in ("gift", "aiken")
    },
    "/app/campaigns/{campaign:str}/assets/{asset_id:str}/qr.svg": "a picture",
    "/app/rules/{rule_id:str}/days/{day:str}/live": "a part of the page of a lesson",
}
"""Addresses that are asked for by GET and show nothing, and why."""

_THEMES = ("dark", "light")
_MOST_SHIFT = 0.05
_TARGET = 44
_RUN = """async () => (await axe.run(document, {resultTypes: ["violations"], preload: false})).violations.flatMap(
  rule => rule.nodes.map(node => [rule.id, node.target.join(" "), node.failureSummary]))"""
_SHIFT = """() => new Promise(done => {
  let sum = 0;
  const observer = new PerformanceObserver(list => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
  });
  observer.observe({type: "layout-shift", buffered: true});
  requestAnimationFrame(() => setTimeout(() => done(sum), 100));
})"""

# But for what stands in a sentence or a path, and the headings of cards, all of which lead where these do.
_SMALL = """least => [...document.querySelectorAll("a, button, select, summary, label.choice, input")]
  .filter(each => each.checkVisibility() && each.matches(":not([type=radio], [type=checkbox], .skip)")
    && !each.closest("p:not(.row), .text, .alert, .crumbs, .cards :is(h2, h3)")
    && each.getBoundingClientRect().height < least - 0.5)
  .map(each => each.outerHTML.slice(0, 100))"""
_WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("width", [DESK, PHONE])
async def test_pages_are_accessible_and_nothing_jumps_sticks_out_or_is_small(
    visits: Visits, demo: Demo, axe: str, width: int
) -> None:
    found, visited = list[str](), set[str]()
    async with visits.page(width=width, refused=REFUSED) as page:
        number = 0
        async for name, shown in every_page(page, demo):
            number += 1
            shift = await shown.evaluate(_SHIFT)
            if shift > _MOST_SHIFT:
                found.append(f"{name}: contents jump by {shift:.3f}")
            if wider := await shown.evaluate(_WIDER):
                found.append(f"{name}: {wider} px stick out")
            if width == PHONE:
                found.extend(f"{name}: {each} is small" for each in await shown.evaluate(_SMALL, _TARGET))
            visited.add(urlsplit(shown.url).path)
            await shown.evaluate(axe)
            for theme in _themes(number + (width == PHONE)):
                # Else colours are still on their way.
                await shown.emulate_media(color_scheme=theme, reduced_motion="reduce")
                found.extend(f"{name}, {theme}: {each}" for each in await _violations(shown))
    assert not found, "\n".join(found)
    assert _pages_without(visited) == set(NO_PAGES)


def _themes(number: int) -> tuple[str, ...]:
    return _THEMES if os.environ.get("ATG_TEST_PAGES") == "all" else (_THEMES[number % 2],)


def _pages_without(visited: set[str]) -> set[str]:
    """Addresses of pages of which none was visited."""
    paths = {
        route.path
        for route in create_routes(get_args(Context)).routes
        if isinstance(route, HTTPRoute) and "GET" in route.methods
    }
    patterns = {path: re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path.rstrip("/")) + "/?") for path in paths}
    return {path for path, pattern in patterns.items() if not any(pattern.fullmatch(each) for each in visited)}


async def _violations(page: Page) -> list[Any]:
    return [each for each in await page.evaluate(_RUN) if (each[0], each[1]) not in EXCEPTIONS]
