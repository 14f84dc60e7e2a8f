"""Decimals as people write them: with a comma, as in Russian, or a point."""

import re
from decimal import Decimal

_WRITTEN = re.compile(r"([+-]?[0-9]{1,15})(?:[.,]([0-9]{1,15}))?")


def read_decimal(text: str) -> Decimal | None:
    """The number, None for what is none. `1,000.5` and `1 000` are none: what they mean is not sure."""
    found = _WRITTEN.fullmatch(text.strip())
    return Decimal(f"{found[1]}.{found[2] or 0}") if found and found[2] else Decimal(found[1]) if found else None


def with_point(text: str) -> str:
    """What was written, with a point where it is a number with a comma; whatever else it is stays as it is."""
    found = _WRITTEN.fullmatch(text.strip())
    return text.strip().replace(",", ".") if found else text
