"""Cells of CSV that a spreadsheet must not take for formulas (OWASP, CSV Injection).

What begins as a formula gets an apostrophe before it, which is taken away when the file is read again; so does what
begins with apostrophes and then as a formula, so that every text comes back as it was.
"""

import re

_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")
_GUARDED = re.compile(r"'+[=+\-@\t\r\n]")


def guarded(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    return text[1:] if _GUARDED.match(text) else text
