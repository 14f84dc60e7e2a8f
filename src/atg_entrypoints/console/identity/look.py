"""Language, theme and density, kept in cookies, so that the server renders them."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from litestar import Response, post
from litestar.handlers import BaseRouteHandler

from atg_core.words import Language
from atg_entrypoints.console.forms import Form, own_path, text_of
from atg_entrypoints.console.pages import THEMES, AnyRequest, kept_cookie, led_to
from atg_entrypoints.console.sessions import PREFIX
from atg_entrypoints.http.policy import PUBLIC


@post("/look", policy=PUBLIC, status_code=HTTPStatus.OK)
async def choose_look(request: AnyRequest, data: Form) -> Response[Any]:
    """Leads back to the page on which it was chosen.

    `theme` other than light and dark: as the system has it; `density`: dense, or anything else.
    """
    cookies = []
    if language := Language.of(text_of(data, "language")):
        cookies.append(kept_cookie(request, "language", language.value))
    if theme := text_of(data, "theme"):
        cookies.append(kept_cookie(request, "theme", theme if theme in THEMES else "system"))
    if density := text_of(data, "density"):
        cookies.append(kept_cookie(request, "density", "dense" if density == "dense" else "normal"))
    after = own_path(text_of(data, "next"), f"{PREFIX}/")
    return led_to(after, cookies)


HANDLERS: Sequence[BaseRouteHandler] = (choose_look,)
