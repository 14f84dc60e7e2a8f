"""Rows that a statement has returned."""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.exc import MultipleResultsFound, NoResultFound

type Row = sa.Row[*tuple[Any, ...]]


class Result:
    """All rows of a statement, with those methods of SQLAlchemy's `Result` that are used here.

    `rowcount`: how many rows it has returned or, without RETURNING, changed.
    """

    __slots__ = ("_rows", "rowcount")

    def __init__(self, rows: Sequence[Row], rowcount: int) -> None:
        self._rows, self.rowcount = rows, rowcount

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)

    def all(self) -> Sequence[Row]:
        return self._rows

    def first(self) -> Row | None:
        return self._rows[0] if self._rows else None

    def one(self) -> Row:
        """Raises NoResultFound, MultipleResultsFound."""
        if not self._rows:
            raise NoResultFound("a row was required")
        if len(self._rows) > 1:
            raise MultipleResultsFound("one row was required")
        return self._rows[0]

    def scalar(self) -> Any:
        return self._rows[0][0] if self._rows else None

    def scalar_one(self) -> Any:
        """Raises NoResultFound, MultipleResultsFound."""
        return self.one()[0]

    def scalars(self) -> list[Any]:
        return [row[0] for row in self._rows]

    def mappings(self) -> list[dict[str, Any]]:
        return [row._asdict() for row in self._rows]

    def entities[Entity](self, kind: type[Entity]) -> list[Entity]:
        """The rows as entities whose fields are named as the columns are."""
        return convert(self.mappings(), list[kind])  # type: ignore[valid-type]
