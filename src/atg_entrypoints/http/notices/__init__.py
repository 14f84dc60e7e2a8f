"""Notices over HTTP: reading them, how one wants to be told, and stopping mails by a link."""

from atg_entrypoints.http.handlers import Handlers
from atg_entrypoints.http.notices import notices, settings, telegram, unsubscribing
from atg_entrypoints.settings import Settings


def handlers(_: Settings) -> Handlers:
    return [handler for module in (notices, settings, telegram, unsubscribing) for handler in module.HANDLERS]
