"""What visitors send along with their requests: kept as it is, up to a size."""

import json
from collections.abc import Mapping
from typing import Any

MAX_BYTES = 4_096
TRUNCATED = "truncated"
"""A member that says that others were too large to be kept, or hold what no database stores."""


def bounded(sent: Mapping[str, Any]) -> dict[str, Any]:
    """The members that fit in `MAX_BYTES` of JSON, in their order."""
    if not sent:
        return {}
    kept: dict[str, Any] = {}
    room = MAX_BYTES
    for name, value in sent.items():
        room_after = room - _size(name, value)
        if room_after >= 0:
            kept[name], room = value, room_after
    return kept if len(kept) == len(sent) else {**kept, TRUNCATED: True}


def metadata_of(sent: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The members of their `metadata`, if it is an object, added to what was there before."""
    named = sent.get("metadata")
    return bounded({**(before or {}), **named}) if isinstance(named, dict) else dict(before or {})


def _size(name: str, value: Any) -> int:
    """Bytes of the member in JSON; more than there are of one that can not be stored: databases know no NUL in text."""
    try:
        text = json.dumps({name: value}, ensure_ascii=False)
        holds_nul = "\\u0000" in text.replace(r"\\", "")
        return MAX_BYTES + 1 if holds_nul else len(text.encode())
    except (ValueError, RecursionError):  # a lone surrogate; too deep
        return MAX_BYTES + 1
