"""Export of kinds with the columns of the import: an exported file imports without changes."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any, Protocol

from atg_core.importing.cells import joined, json_text, local_time_text
from atg_core.importing.model import Column, Kind, KindChoice

type ExportedRecord = Mapping[str, Any]
"""A record by header; a list is a list of texts, its chosen items a list of numbers from 1."""


class ExportReader(Protocol):
    """Streams the records of a kind with the keys of the records that they refer to, in batches."""

    def records(self, kind: Kind) -> AsyncIterator[Sequence[ExportedRecord]]:
        """In the order of creation; kinds with random ids in the order of their keys, by code points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportKind:
    """Exports a kind: the header row, then batches of rows of cells."""

    reader: ExportReader

    async def __call__(self, kind: Kind | KindChoice, *, with_hashes: bool = False) -> AsyncIterator[list[list[str]]]:
        """`with_hashes`: also password hashes, if the kind has them."""
        headers = exported_headers(kind, with_hashes=with_hashes)
        yield [headers]
        for stored in kind.by.values() if isinstance(kind, KindChoice) else (kind,):
            reserved = {column.header: column for column in stored.columns if column.reserved is not None}
            async for records in self.reader.records(stored):
                yield [[_cell(record, header, reserved) for header in headers] for record in records]


def exported_headers(kind: Kind | KindChoice, *, with_hashes: bool) -> list[str]:
    """All headers of the kind except passwords."""
    left_out = {"password"} if with_hashes else {"password", "password_hash"}
    return [header for header in kind.headers if header not in left_out]


def _cell(record: ExportedRecord, header: str, reserved: Mapping[str, Column]) -> str:
    value = record.get(header)
    if header in reserved and value == reserved[header].reserved:
        value = reserved[header].default
    return cell_text(value)


def cell_text(value: Any) -> str:
    """The cell of a value; parsing it gives the same value."""
    match value:
        case None:
            cell = ""
        case bool():
            cell = "true" if value else "false"
        case datetime():
            cell = value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case time():
            cell = local_time_text(value)
        case dict():
            cell = json_text(value)
        case list():
            cell = joined(map(str, value))
        case _:
            cell = str(value).strip()
    return cell
