"""Exporting kinds: the columns that an import reads, so that exporting and importing again changes nothing."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any, Protocol

from atg_core.importing.cells import joined, json_text, local_time_text
from atg_core.importing.model import Choice, Column, Kind

type Exported = Mapping[str, Any]
"""A record by header; a list of items is a list of texts, a list of chosen ones a list of numbers from 1."""


class ExportReader(Protocol):
    """Reads the records of a kind with what they refer to, in batches, however many there are."""

    def records(self, kind: Kind) -> AsyncIterator[Sequence[Exported]]:
        """In the order in which they were made; where ids are random, in that of their keys (by the texts' codes)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportKind:
    """The header line of a kind and then its rows, in batches of cells."""

    reader: ExportReader

    async def __call__(self, kind: Kind | Choice, *, with_hashes: bool = False) -> AsyncIterator[list[list[str]]]:
        """`with_hashes`: with the hashes of passwords, where the kind has them."""
        headers = exported_headers(kind, with_hashes=with_hashes)
        yield [headers]
        for stored in kind.by.values() if isinstance(kind, Choice) else (kind,):
            reserved = {column.header: column for column in stored.columns if column.reserved is not None}
            async for records in self.reader.records(stored):
                yield [[_cell(record, header, reserved) for header in headers] for record in records]


def exported_headers(kind: Kind | Choice, *, with_hashes: bool) -> list[str]:
    """All headers of the kind but for passwords."""
    left_out = {"password"} if with_hashes else {"password", "password_hash"}
    return [header for header in kind.headers if header not in left_out]


def _cell(record: Exported, header: str, reserved: Mapping[str, Column]) -> str:
    value = record.get(header)
    if header in reserved and value == reserved[header].reserved:
        value = reserved[header].default
    return shown(value)


def shown(value: Any) -> str:
    """A value as the text of a cell, which an import reads as the same value."""
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
