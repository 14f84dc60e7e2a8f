"""Zoom webhooks: signature verification and parsing (developers.zoom.us/docs/api/webhooks)."""

import hmac
import json
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from atg_core.errors import NotSignedIn

WINDOW = timedelta(minutes=5)
"""Tolerance of the signature's timestamp, to either side (replay protection)."""

_SECONDS = re.compile(r"[0-9]{1,12}")
_NUMBER = re.compile(r"[0-9]{1,20}")
_TEXT = re.compile(r"[!-~]{1,256}")


class NotZoom(NotSignedIn):
    """Zoom has not signed this, or not just now"""


class EventKind(StrEnum):
    URL_VALIDATION = "url_validation"
    MEETING_ENDED = "meeting_ended"
    RECORDING_COMPLETED = "recording_completed"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoomEvent:
    """A webhook event. URL_VALIDATION has a `plain_token`; meeting events have `meeting_id`, `meeting_uuid` or both."""

    kind: EventKind
    plain_token: str | None = None
    meeting_id: str | None = None
    meeting_uuid: str | None = None


_OTHER = ZoomEvent(kind=EventKind.OTHER)
_OF_A_MEETING = {
    "meeting.ended": EventKind.MEETING_ENDED,
    "recording.completed": EventKind.RECORDING_COMPLETED,
}


def verify(secret: str, timestamp: str | None, signature: str | None, body: bytes, now: datetime) -> None:
    """Verifies the HMAC signature of a request body. Raises NotZoom, without a reason, if it is wrong or stale.

    `secret`: the app's secret token; an empty one verifies nothing. `timestamp`: the header `x-zm-request-timestamp`,
    Unix seconds. `signature`: the header `x-zm-signature`.
    """
    if not secret or not timestamp or not signature or not _SECONDS.fullmatch(timestamp):
        raise NotZoom
    expected = "v0=" + _hmac(secret, b"v0:" + timestamp.encode() + b":" + body)
    if not hmac.compare_digest(expected.encode(), signature.encode(errors="replace")):
        raise NotZoom
    if abs(now.timestamp() - int(timestamp)) > WINDOW.total_seconds():
        raise NotZoom


def signer(secrets: Iterable[str], timestamp: str | None, signature: str | None, body: bytes, now: datetime) -> str:
    """The secret that verifies the signature: each Zoom app has its own. Raises NotZoom if none does."""
    for secret in secrets:
        with suppress(NotZoom):
            verify(secret, timestamp, signature, body, now)
            return secret
    raise NotZoom


def challenge(secret: str, plain_token: str) -> str:
    """The `encryptedToken` of the reply to `endpoint.url_validation`."""
    return _hmac(secret, plain_token.encode())


def parse(body: bytes) -> ZoomEvent:
    """Raises nothing: a malformed or incomplete event is OTHER."""
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        return _OTHER
    payload = _member(event, "payload")
    name = _member(event, "event")
    if name == "endpoint.url_validation":
        token = _text(_member(payload, "plainToken"))
        return ZoomEvent(kind=EventKind.URL_VALIDATION, plain_token=token) if token else _OTHER
    kind = _OF_A_MEETING.get(name) if isinstance(name, str) else None
    meeting = _member(payload, "object")
    number, uuid = _number(_member(meeting, "id")), _text(_member(meeting, "uuid"))
    if kind is None or not (number or uuid):
        return _OTHER
    return ZoomEvent(kind=kind, meeting_id=number, meeting_uuid=uuid)


def _hmac(secret: str, message: bytes) -> str:
    return hmac.digest(secret.encode(), message, "sha256").hex()


def _member(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _number(value: Any) -> str | None:
    """Zoom sends a meeting's id as a number or as a string, depending on the event."""
    if type(value) is int and 0 <= value < 10**20:
        value = str(value)
    return value if isinstance(value, str) and _NUMBER.fullmatch(value) else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and _TEXT.fullmatch(value) else None
