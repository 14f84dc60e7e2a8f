"""What of the installation works, what does not, and what to do about it: as `atg doctor` tells it."""

import asyncio
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from litestar import Response, get, post
from litestar.handlers import BaseRouteHandler

from atg_core.words import phrase
from atg_entrypoints.console.administration.asked import HEALTH, Asked, sections_of
from atg_entrypoints.console.pages import page
from atg_entrypoints.http.policy import ADMIN

_PAGE = "administration/health"
_SECONDS = 25.0
"""Within which parts are asked; whatever hangs takes ten of them."""
_PARTS: Mapping[str, str] = {
    "settings": phrase("Settings"),
    "database": phrase("Database"),
    "schema": phrase("Schema of the database"),
    "clock": phrase("Clock"),
    "jobs": phrase("Jobs"),
    "conferencing": phrase("Conference accounts"),
    "cache": phrase("Cache (Redis)"),
    "store": phrase("File store"),
    "mail": phrase("Mail"),
    "disk": phrase("Disk"),
    "temporary files": phrase("Temporary files"),
}
_STATUSES: Mapping[str, str] = {
    "ok": phrase("Works"),
    "off": phrase("Off"),
    "warning": phrase("Look at it"),
    "failed": phrase("Does not work"),
}
_LOCK = asyncio.Lock()
"""One after the other: each examination writes a file and calls the providers."""


@get("/admin/health", policy=ADMIN)
async def show_health(request: Asked) -> Response[str]:
    """Asks nothing of any part yet."""
    return page(request, _PAGE, _values(request, None, is_cut=False))


@post("/admin/health", policy=ADMIN, status_code=HTTPStatus.OK)
async def examine_health(request: Asked) -> Response[str]:
    container = request.app.state["container"]
    found, is_cut = [], False
    try:
        async with _LOCK, asyncio.timeout(_SECONDS):
            async for finding in container.examine()(container):
                found.append(finding)  # noqa: PERF401 - what was found before the time is over is shown
    except TimeoutError:
        is_cut = True
    return page(request, _PAGE, _values(request, found, is_cut=is_cut))


def _values(request: Asked, found: Sequence[Any] | None, *, is_cut: bool) -> dict[str, Any]:
    return {
        "found": found,
        "is_cut": is_cut,
        "parts_of": _PARTS,
        "statuses": _STATUSES,
        "sections": sections_of(request),
        "back": HEALTH,
    }


HANDLERS: Sequence[BaseRouteHandler] = (show_health, examine_health)
