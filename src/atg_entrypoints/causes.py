"""Why a database can not be used, in a sentence for whoever set its address."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from atg_core.errors import AtgError
from atg_core.words import fill, phrase

_SILENT = phrase("it does not answer")
_SENTENCES = (
    (r"failed to resolve host '(?P<host>[^']*)'", phrase("there is no host {host}")),
    (
        r'server at "(?P<host>[^"]*)".*port (?P<port>\d+) failed: Connection refused',
        phrase("nothing listens at {host}:{port}"),
    ),
    (r'server at "(?P<host>[^"]*)".*port (?P<port>\d+) failed: .*time', phrase("{host}:{port} does not answer")),
    (r"connection timeout expired", _SILENT),
    (
        r'server at "(?P<host>[^"]*)".*port (?P<port>\d+) failed: FATAL: +(?P<said>.*)',
        phrase("{host}:{port} says: {said}"),
    ),
    (
        r"server at .* failed: (?P<said>fe_sendauth: no password supplied)",
        phrase("it asks for a password, and none is given"),
    ),
    (r"database or disk is full|No space left on device", phrase("there is no space left")),
    (r"readonly database|read-only transaction", phrase("it can only be read")),
    (r"file is not a database", phrase("{file} is no database of SQLite")),
    (r"unable to open database file", phrase("{file} can not be opened: no such folder, or no right to write there")),
)
"""By what libpq, PostgreSQL and SQLite say; the server's own words are kept, which may be in its language."""


def told(error: AtgError) -> str:
    """The error's message, and for a database that is away what its driver said."""
    cause = cause_of(error)
    return f"The database can not be used: {cause}" if cause else str(error)


class Cause(NamedTuple):
    """A key of the catalogue of words, and what stands in its braces."""

    template: str
    parameters: Mapping[str, str] = {}

    def __str__(self) -> str:
        return fill(self.template, dict(self.parameters))


def cause_of(error: BaseException) -> Cause | None:
    """None where no driver of a database has said anything."""
    cause = error.__cause__
    if isinstance(cause, TimeoutError) and getattr(error, "code", None) == "database_away":
        return Cause(_SILENT)
    said = getattr(cause, "orig", cause)
    for pattern, sentence in _SENTENCES:
        if found := re.search(pattern, _line(str(said))):
            file = next(iter(getattr(said, "__notes__", ())), "the file")
            return Cause(sentence, {"file": file, **found.groupdict()})
    return None


def _line(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
