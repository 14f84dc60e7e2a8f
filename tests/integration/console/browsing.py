"""What people do at the console."""

import re
from html import unescape

import httpx

from atg_entrypoints.container import Container
from tests.people import PASSWORD, add_person


async def enter(browser: httpx.AsyncClient, stocked: Container, username: str = "anna", **changes: object) -> None:
    """A new person signs in by the form."""
    await add_person(stocked, username, **changes)
    reply = await browser.post("/app/sign-in", data={"login": username, "password": PASSWORD})
    assert (reply.status_code, reply.headers["location"]) == (303, "/app/")


def heading(reply: httpx.Response) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", reply.text, re.DOTALL)
    return unescape(found[1]).strip() if found else ""


def another(browser: httpx.AsyncClient, *, address: str = "192.0.2.7") -> httpx.AsyncClient:
    """Another browser at the same console, where nobody is signed in."""
    app = browser._transport.app  # type: ignore[attr-defined]
    transport = httpx.ASGITransport(app, client=(address, 1234))
    return httpx.AsyncClient(transport=transport, base_url=browser.base_url, headers=browser.headers)
