"""Rows of JSON Lines: an object on each line; the members of the first are the columns."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import msgspec

from atg_core.importing.exporting import shown
from atg_core.importing.ports import UnusableFile

_MOST_LINE_CHARACTERS = 10_000_000
_DECODER = msgspec.json.Decoder(dict[str, str | int | float | bool | None | list[str | int | float | bool | None]])


def jsonl_rows(file: TextIO, path: Path) -> Iterator[tuple[int, list[str]]]:
    """The names first, and then the values of each object as cells. Raises UnusableFile.

    A member that is absent is an empty cell; one that the first object has not ends the reading.
    """
    names: list[str] = []
    for number, line in enumerate(_lines(file, path), start=1):
        if not line.strip():
            continue
        try:
            members = _DECODER.decode(line)
        except (msgspec.DecodeError, RecursionError) as error:
            raise UnusableFile(f"{path}:{number}: {error}") from None
        if not names:
            names = list(members)
            yield number, names
        if further := members.keys() - set(names):
            raise UnusableFile(f"{path}:{number}: has {min(further)!r}, which the first line has not")
        yield number, [_cell(members.get(name)) for name in names]


def _lines(file: TextIO, path: Path) -> Iterator[str]:
    number = 0
    try:
        while line := file.readline(_MOST_LINE_CHARACTERS):
            number += 1
            if len(line) == _MOST_LINE_CHARACTERS:
                raise UnusableFile(f"{path}:{number}: the line is longer than {_MOST_LINE_CHARACTERS} characters")
            yield line
    except UnicodeError as error:
        raise UnusableFile(f"{path}: not UTF-8 text") from error


def _cell(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return shown(value)
