"""Zoom's webhook (developers.zoom.us/docs/api/webhooks)."""

from collections.abc import Sequence
from typing import Any

import structlog
from litestar import Request, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import SkipValidation
from msgspec import Struct

from atg_core.clock import Clock
from atg_core.conferencing.meeting_events import HandleMeetingEvents
from atg_core.conferencing.webhooks import EventKind, challenge, parse, signer
from atg_entrypoints.http.policy import PUBLIC
from atg_entrypoints.settings import Settings

_TAGS = ["lessons, Zoom"]
_log = structlog.get_logger("atg.conferencing")


class WebhookReply(Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """Both tokens in the reply to `endpoint.url_validation`; else empty."""

    plain_token: str | None = None
    encrypted_token: str | None = None


@post(
    "/zoom",
    status_code=200,
    policy=PUBLIC,
    tags=_TAGS,
    summary="Zoom's events",
    also={401},
)
async def take_event(
    request: Request[Any, Any, Any],
    settings: NamedDependency[SkipValidation[Settings]],
    handle_meeting_events: NamedDependency[SkipValidation[HandleMeetingEvents]],
    clock: NamedDependency[SkipValidation[Clock]],
) -> WebhookReply:
    """Signed by Zoom, and handled before the reply; an event that repeats or is late changes nothing."""
    headers, body = request.headers, await request.body()
    signed = headers.get("x-zm-request-timestamp"), headers.get("x-zm-signature")
    secret = signer(settings.zoom_webhook_secrets, *signed, body, clock())
    event = parse(body)
    if event.kind is EventKind.URL_VALIDATION and event.plain_token is not None:
        return WebhookReply(plain_token=event.plain_token, encrypted_token=challenge(secret, event.plain_token))
    handled = True
    if event.kind is EventKind.MEETING_ENDED:
        handled = await handle_meeting_events.meeting_ended(event.meeting_id, event.meeting_uuid)
    if event.kind is EventKind.RECORDING_COMPLETED:
        handled = await handle_meeting_events.recording_completed(event.meeting_id, event.meeting_uuid)
    if not handled:
        _log.info("an event of Zoom changes nothing", kind=event.kind, meeting=event.meeting_id)
    return WebhookReply()


WEBHOOKS: Sequence[BaseRouteHandler] = (take_event,)
