"""Verification of `Telegram.WebApp.initData`, by which Telegram signs who has opened a Mini App.

See core.telegram.org/bots/webapps#validating-data-received-via-the-mini-app.
"""

import hmac
import json
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from atg_core.errors import NotSignedIn

LIFETIME = timedelta(hours=24)
MAX_CHARACTERS = 4096
_FUTURE = timedelta(minutes=1)
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_NUMBER = re.compile(r"[0-9]{1,12}")
_MAX_ID = 2**52


class InvalidInitData(NotSignedIn):
    """Telegram has not signed this for our bot, or not today"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramUser:
    """The user of the Mini App."""

    id: int
    first_name: str
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = None


@dataclass(frozen=True, slots=True)
class InitDataVerifier:
    """Knows what Telegram has signed for the bot that has this token."""

    bot_token: str = field(repr=False)

    def verify(self, init_data: str, now: datetime) -> TelegramUser:
        """The user in `init_data`. Raises InvalidInitData, which does not tell the reason."""
        try:
            fields = _fields(init_data)
            given = fields.pop("hash")
            if not hmac.compare_digest(self._hash(fields).encode(), given.encode()):
                raise InvalidInitData
            if not _is_fresh(fields["auth_date"], now):
                raise InvalidInitData
            return _user(json.loads(fields["user"]))
        except (KeyError, ValueError):
            raise InvalidInitData from None

    def _hash(self, fields: dict[str, str]) -> str:
        """Of all other fields, including `signature`, which is for third parties without the token."""
        lines = "\n".join(f"{name}={value}" for name, value in sorted(fields.items()))
        key = hmac.digest(b"WebAppData", self.bot_token.encode(), "sha256")
        return hmac.digest(key, lines.encode(), "sha256").hex()


def _fields(init_data: str) -> dict[str, str]:
    """Fields by name. Rejects duplicates, line breaks and other names, so that the signed lines are unambiguous."""
    if len(init_data) > MAX_CHARACTERS:
        raise ValueError
    pairs = parse_qsl(init_data, keep_blank_values=True, strict_parsing=True, errors="strict")
    fields = dict(pairs)
    if len(fields) != len(pairs) or not all(map(_NAME.fullmatch, fields)) or any("\n" in value for _, value in pairs):
        raise ValueError
    return fields


def _is_fresh(auth_date: str, now: datetime) -> bool:
    if not _NUMBER.fullmatch(auth_date):
        return False
    age = now.timestamp() - int(auth_date)
    return -_FUTURE.total_seconds() <= age <= LIFETIME.total_seconds()


def _user(told: Any) -> TelegramUser:
    if not isinstance(told, dict) or type(told.get("id")) is not int or not 0 < told["id"] < _MAX_ID:
        raise ValueError
    return TelegramUser(
        id=told["id"],
        first_name=_text(told["first_name"]),
        last_name=_text(told.get("last_name") or "") or None,
        username=_text(told.get("username") or "") or None,
        language_code=_text(told.get("language_code") or "") or None,
    )


def _text(told: Any) -> str:
    """Raises ValueError also for text that a database can not store."""
    if not isinstance(told, str) or "\0" in told:
        raise ValueError
    told.encode()
    return told
