"""Validation of TELEGRAM_BOT_NAME, TELEGRAM_BOT_TOKEN, TELEGRAM_WEBHOOK_SECRET and ATG_TELEGRAM_API_URL.

The checks raise ValueError, whose message does not contain the secret value.
"""

import re
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{4,31}")
_TOKEN = re.compile(r"[0-9]{1,16}:[A-Za-z0-9_-]{30,64}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")


def check_bot_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise ValueError("needs the name of the bot without @: 5 to 32 letters, digits and _")


def check_bot_token(token: str) -> None:
    if not _TOKEN.fullmatch(token):
        raise ValueError("needs the form that BotFather gives: digits, a colon, and about 35 letters and digits")


def check_webhook_secret(secret: str) -> None:
    if not _SECRET.fullmatch(secret):
        raise ValueError("needs 16 to 256 characters of A-Z, a-z, 0-9, _ and -, such as from `openssl rand -hex 24`")


def check_api_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        known = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        known = None
    if not known or parts.username is not None or parts.query or parts.fragment:
        raise ValueError("needs the form https://host, without a user and a query")


CHECKS: Mapping[str, Callable[[str], None]] = {
    "telegram_bot_name": check_bot_name,
    "telegram_bot_token": check_bot_token,
    "telegram_webhook_secret": check_webhook_secret,
    "telegram_api_url": check_api_url,
}
"""By setting."""
