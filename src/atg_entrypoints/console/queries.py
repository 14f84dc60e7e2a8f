"""Queries of pages with filters: what is no value of a filter is as none, since forms send empty fields, too."""

from collections.abc import Mapping
from datetime import date
from urllib.parse import urlencode

_LONGEST_SERIAL = 9


def serial_of(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_SERIAL else None


def day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def choice_of(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text)


def address(path: str, given: Mapping[str, object]) -> str:
    """With what was asked for; more can be added behind it."""
    return f"{path}?{query_of(given)}"


def query_of(given: Mapping[str, object]) -> str:
    """Ends with an ampersand unless it is empty; truth is written as JSON does."""
    told = {name: _written(value) for name, value in given.items() if value not in {None, ""}}
    return f"{urlencode(told)}&" if told else ""


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
