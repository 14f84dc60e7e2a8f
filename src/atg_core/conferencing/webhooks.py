"""What Zoom tells by itself, signed (developers.zoom.us/docs/api/webhooks): at least once, in any order."""

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
"""How far from now a signature may have been made, before or after."""

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
    """`plain_token`: of a URL_VALIDATION, always there. Of the other two, `meeting_id`, `meeting_uuid` or both are."""

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
    """Raises NotZoom, which does not tell what is wrong, unless Zoom has signed these very bytes just now.

    `secret`: the app's secret token; where there is none, nobody has signed. `timestamp`: of the header
    `x-zm-request-timestamp`, seconds. `signature`: of `x-zm-signature`.
    """
    if not secret or not timestamp or not signature or not _SECONDS.fullmatch(timestamp):
        raise NotZoom
    expected = "v0=" + _hmac(secret, b"v0:" + timestamp.encode() + b":" + body)
    if not hmac.compare_digest(expected.encode(), signature.encode(errors="replace")):
        raise NotZoom
    if abs(now.timestamp() - int(timestamp)) > WINDOW.total_seconds():
        raise NotZoom


def signer(secrets: Iterable[str], timestamp: str | None, signature: str | None, body: bytes, now: datetime) -> str:
    """Which of the secrets has signed: each app of a pool over several Zoom accounts has its own. Raises NotZoom."""
    for secret in secrets:
        with suppress(NotZoom):
            verify(secret, timestamp, signature, body, now)
            return secret
    raise NotZoom


def challenge(secret: str, plain_token: str) -> str:
    """The `encryptedToken` that Zoom wants beside the plain one, when it asks whether an address is ours."""
    return _hmac(secret, plain_token.encode())


def parse(body: bytes) -> ZoomEvent:
    """Raises nothing: what can not be read, or lacks what matters, is OTHER."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return _OTHER
    payload = _member(told, "payload")
    name = _member(told, "event")
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


def _member(told: Any, name: str) -> Any:
    return told.get(name) if isinstance(told, dict) else None


def _number(told: Any) -> str | None:
    """Zoom writes a meeting's id as a number or as a text, depending on the event."""
    if type(told) is int and 0 <= told < 10**20:
        told = str(told)
    return told if isinstance(told, str) and _NUMBER.fullmatch(told) else None


def _text(told: Any) -> str | None:
    return told if isinstance(told, str) and _TEXT.fullmatch(told) else None
