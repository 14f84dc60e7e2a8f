"""Rows of a file before their columns are known."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

_NONE: Mapping[int, str] = MappingProxyType({})


class RawRow(NamedTuple):
    """A row with the line on which it begins; `faults`: why cells can not be read, by their place."""

    line: int
    cells: list[str]
    faults: Mapping[int, str] = _NONE


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of a file; iterating over the rows may raise UnusableFile. `name`: None in files of one table."""

    rows: Iterator[RawRow]
    name: str | None = None
