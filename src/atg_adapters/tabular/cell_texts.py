"""Values of cells of workbooks as the texts that a CSV file of them would have."""

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any

from atg_core.importing.export import cell_text

_PRECISE = 10**15
"""Workbooks keep fifteen digits of a number."""
TOO_LONG = "is a number of more than 15 digits, of which a workbook keeps 15: write it as text"
_LITERALS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[[^\]]*\]')


def number_text(value: float, shown_as: str) -> tuple[str, str | None]:
    """The number, and why it can not be believed. With the zeros, and as the percentage, that its format shows."""
    rounded = float(f"{value:.15g}") if isinstance(value, float) else value
    whole = int(rounded) if isinstance(rounded, int) or rounded.is_integer() else None
    text = str(rounded) if whole is None else str(whole)
    if abs(value) >= _PRECISE:
        return text, TOO_LONG
    if shown_as == "General":
        return text, None
    mask = _zeros(shown_as)
    if mask and whole is not None and whole >= 0:
        text = _filled(mask, str(whole))
    elif "%" in _LITERALS.sub("", shown_as):
        percent = float(f"{value * 100:.15g}")
        text = f"{int(percent) if percent.is_integer() else percent}%"
    return text, None


def value_text(value: Any) -> str:
    """Whole numbers without a decimal point, midnights as dates, spans of time as hours and minutes."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number_text(value, "General")[0]
    if isinstance(value, datetime):
        midnight = value.time() == time() and value.tzinfo is None
        return value.date().isoformat() if midnight else cell_text(value.replace(tzinfo=value.tzinfo or UTC))
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        text = f"{minutes // 60:02}:{minutes % 60:02}"
        return f"{text}:{seconds:02}" if seconds else text
    if isinstance(value, date | time):
        return value.isoformat()
    return cell_text(value)


@cache
def _zeros(shown_as: str) -> str | None:
    """A format that shows a number with zeros in front, such as `00000`, as those zeros and what is between them."""
    section = shown_as.partition(";")[0]
    bare = _LITERALS.sub("", section)
    if bare.count("0") < 2 or re.search(r"[.,#?%/@]|[^\W\d]", bare):
        return None
    return _LITERAL.sub(lambda match: (match[1] or match[2] or "").replace("0", ""), section)


def _filled(mask: str, digits: str) -> str:
    zeros = mask.count("0")
    rest = list(digits.zfill(zeros))
    first, rest = "".join(rest[: len(rest) - zeros]), rest[len(rest) - zeros :]
    filled = "".join(rest.pop(0) if sign == "0" else sign for sign in mask)
    start = mask.index("0")
    return filled[:start] + first + filled[start:]
