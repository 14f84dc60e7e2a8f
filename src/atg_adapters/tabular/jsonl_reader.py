"""Reader of JSON Lines: an object on each line; the members of the first are the columns."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import msgspec

from atg_adapters.tabular.rows import RawRow
from atg_core.importing.export import cell_text
from atg_core.importing.ports import UnusableFile

_MAX_LINE_CHARACTERS = 10_000_000
_DECODER = msgspec.json.Decoder(dict[str, str | int | float | bool | None | list[str | int | float | bool | None]])


def jsonl_rows(file: TextIO, path: Path) -> Iterator[RawRow]:
    """The header row, then the values of each object as cells. Raises UnusableFile.

    An absent member is an empty cell; a member that the first object does not have is an error.
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
            yield RawRow(number, names)
        if further := members.keys() - set(names):
            raise UnusableFile(f"{path}:{number}: has {min(further)!r}, which the first line has not")
        yield RawRow(number, [_cell(members.get(name)) for name in names])


def _lines(file: TextIO, path: Path) -> Iterator[str]:
    number = 0
    try:
        while line := file.readline(_MAX_LINE_CHARACTERS):
            number += 1
            if len(line) == _MAX_LINE_CHARACTERS:
                raise UnusableFile(f"{path}:{number}: the line is longer than {_MAX_LINE_CHARACTERS} characters")
            yield line
    except UnicodeError as error:
        raise UnusableFile(f"{path}: not UTF-8 text") from error


def _cell(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return cell_text(value)
