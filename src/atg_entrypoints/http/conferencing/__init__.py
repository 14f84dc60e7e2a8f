"""Conferencing over HTTP: accounts, live lessons, recordings, local rooms and Zoom's webhook."""

from litestar import Router

from atg_entrypoints.http.conferencing import accounts, live_lessons, local_rooms, pool, recordings, webhooks
from atg_entrypoints.http.handlers import Handlers
from atg_entrypoints.settings import Settings


def handlers(_: Settings) -> Handlers:
    router = Router("/webhooks", route_handlers=webhooks.WEBHOOKS)
    alias = Router("/schedule/webhook", route_handlers=webhooks.WEBHOOKS, include_in_schema=False)
    own = (*live_lessons.HANDLERS, *pool.HANDLERS, *recordings.HANDLERS, *local_rooms.HANDLERS, *accounts.HANDLERS)
    return [*own, router, alias]
