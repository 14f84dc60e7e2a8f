"""Rows of files, valid records, and what an import makes of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from atg_core.importing.model import Kind

type Key = tuple[Any, ...]
"""The values of a kind's key fields, by which rows are matched with stored records."""

type ListValue = list[tuple[Any, bool]]
"""The items of a list as they are stored, texts or ids, each with whether it is chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of a file: cells by header, and its line number.

    `surplus`: it has more cells than headers. `faults`: why cells can not be read, by header.
    """

    line: int
    cells: Mapping[str, str]
    surplus: bool = False
    faults: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowError:
    """An error in a row; `column`: None if it concerns the whole row. `cells`: the row itself.

    `heading`: the name of the column in the file, if it is another one.
    """

    file: str
    line: int
    column: str | None
    reason: str
    cells: Mapping[str, str] = field(default_factory=dict)
    heading: str | None = None

    def __str__(self) -> str:
        heading = f" ({self.heading})" if self.heading else ""
        column = f" {self.column}{heading}:" if self.column else ""
        return f"{self.file}:{self.line}:{column} {self.reason}"


@dataclass(slots=True, kw_only=True)
class Record:
    """A valid row. `fields`: those that the file has columns for; `items`: lists by table; `cells`: as read."""

    line: int
    fields: dict[str, Any]
    items: dict[str, ListValue]
    cells: Mapping[str, str] = field(default_factory=dict)
    secret: str | None = None

    def key(self, kind: "Kind") -> Key:
        return tuple(self.fields[field] for field in kind.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The differences of a record from the stored one: fields, and lists by table.

    `vacated`: fields that are written before all changes, since another one gets their value.
    """

    stored_id: Any
    record: Record
    fields: Mapping[str, Any]
    items: Mapping[str, ListValue]
    vacated: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRecord:
    """A stored record: its id, fields, and lists by table."""

    id: Any
    fields: Mapping[str, Any]
    items: Mapping[str, ListValue]


@dataclass(slots=True, kw_only=True)
class Counts:
    """The number of rows of one file by result."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0

    def add(self, other: "Counts") -> None:
        """Counts the rows of a further part of the file."""
        self.created += other.created
        self.updated += other.updated
        self.unchanged += other.unchanged
        self.rejected += other.rejected
