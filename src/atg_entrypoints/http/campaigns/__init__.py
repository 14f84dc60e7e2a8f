"""Viewing campaigns over HTTP; what visitors ask, and the assets, below `/api` as well as at the root."""

from litestar import Router

from atg_entrypoints.http.campaigns import administration, assets, reports, visitor_sessions
from atg_entrypoints.http.handlers import Handlers
from atg_entrypoints.settings import Settings


def handlers(_: Settings) -> Handlers:
    at_both = (*visitor_sessions.HANDLERS, *assets.HANDLERS)
    also = Router("/api", route_handlers=at_both, include_in_schema=False)
    return [*at_both, also, *reports.HANDLERS, *administration.HANDLERS]
