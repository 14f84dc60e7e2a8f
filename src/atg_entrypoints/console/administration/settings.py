"""The settings of this process, without secrets."""

from collections.abc import Sequence

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import SkipValidation

from atg_entrypoints.console.administration.asked import SETTINGS, Asked, sections_of
from atg_entrypoints.console.pages import page
from atg_entrypoints.http.policy import ADMIN
from atg_entrypoints.settings import Settings
from atg_entrypoints.shown_settings import shown_settings


@get("/admin/settings", policy=ADMIN)
async def show_settings(request: Asked, settings: NamedDependency[SkipValidation[Settings]]) -> Response[str]:
    values = {"settings": shown_settings(settings), "sections": sections_of(request), "back": SETTINGS}
    return page(request, "administration/settings", values)


HANDLERS: Sequence[BaseRouteHandler] = (show_settings,)
