"""Protection from CSV injection (OWASP): cells that a spreadsheet would evaluate as formulas.

A cell that starts like a formula, with or without leading apostrophes, is prefixed with an apostrophe. Unescaping
removes it, so that every text survives a round trip.
"""

import re

_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")
_GUARDED = re.compile(r"'+[=+\-@\t\r\n]")


def escape_formula(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text


def unescape_formula(text: str) -> str:
    return text[1:] if _GUARDED.match(text) else text
