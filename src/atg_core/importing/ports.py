"""Where imported rows come from and go to."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from atg_core.errors import Invalid
from atg_core.importing.model import Change, Choice, Key, Kind, Record, Row, Stored


class UnusableFile(Invalid):
    """The file can not be read"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file of rows of one kind; reading the rows may raise UnusableFile."""

    file: str
    kind: Kind | Choice
    headers: Sequence[str]
    rows: Iterable[Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A record that a rule of the database forbids, and the field that is to blame, where that can be told."""

    record: Record
    field: str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """How many of some rows were new, and how many changed what was there; the others were the same."""

    created: int
    updated: int


class ImportStore(Protocol):
    """The tables of all kinds, within one transaction.

    `in_bulk`: how many rows `merge` takes at once, 0 where the database has no way of its own for that.
    """

    in_bulk: int

    async def merge(self, kind: Kind, headers: tuple[str, ...], rows: str, now: datetime) -> Merged | None:
        """Stores well-formed rows: CSV without a header, the values of `headers` and the number of the row.

        What they refer to is named by texts; an empty cell without quotes is no value.

        None where one of the rows refers to nothing, or is refused: then none of them is stored.
        """

    async def ids(self, kind: Kind, keys: Collection[Key]) -> Mapping[Key, Any]:
        """The ids of the records with one of the keys; what is not there is left out."""

    async def stored(self, kind: Kind, keys: Collection[Key]) -> Mapping[Key, Stored]:
        """The records with one of the keys; of several with the same key the oldest."""

    async def add(self, kind: Kind, records: Sequence[Record], now: datetime) -> list[Refusal]:
        """Stores new records, all but the refused ones."""

    async def change(self, kind: Kind, changes: Sequence[Change], now: datetime) -> list[Refusal]:
        """Stores changed fields and puts changed lists in place of the old ones, all but the refused ones."""

    async def recount(self, now: datetime) -> None:
        """Makes every counter what it counts, and judges the test results that were stored at `now`."""
