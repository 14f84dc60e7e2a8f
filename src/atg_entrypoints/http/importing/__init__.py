"""Imports and exports over HTTP: a workbook is checked, applied and undone by jobs."""

from litestar import Router

from atg_core.importing.imports import MAX_BYTES
from atg_entrypoints.http.handlers import MAX_BODY_BYTES, Handlers
from atg_entrypoints.http.importing import exports, imports
from atg_entrypoints.settings import Settings


def handlers(_: Settings) -> Handlers:
    large = Router("/", route_handlers=imports.LARGE, request_max_body_size=MAX_BYTES + MAX_BODY_BYTES)
    return [*imports.HANDLERS, *exports.HANDLERS, large]
