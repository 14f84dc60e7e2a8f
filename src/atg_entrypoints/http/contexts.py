"""The routes of a process: those of the contexts that it serves."""

from collections.abc import Callable, Mapping

from atg_entrypoints.http import (
    campaigns,
    catalog,
    conferencing,
    files,
    gradebook,
    homework,
    identity,
    importing,
    learning,
    notices,
    schedule,
    shop,
)
from atg_entrypoints.http.handlers import Handlers
from atg_entrypoints.settings import Context, Settings

_HANDLERS: Mapping[Context, Callable[[Settings], Handlers]] = {
    "identity": lambda settings: [*identity.handlers(settings), *importing.handlers(settings)],
    "catalog": catalog.handlers,
    "learning": learning.handlers,
    "files": files.handlers,
    "campaigns": campaigns.handlers,
    "shop": shop.handlers,
    "schedule": schedule.handlers,
    "conferencing": conferencing.handlers,
    "homework": homework.handlers,
    "gradebook": gradebook.handlers,
    "notices": notices.handlers,
}


def handlers_of(settings: Settings) -> Handlers:
    return [handler for context in dict.fromkeys(settings.contexts) for handler in _HANDLERS[context](settings)]
