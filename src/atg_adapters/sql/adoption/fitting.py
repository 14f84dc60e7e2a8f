"""Values of an existing database as our columns hold them."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import DecodeError, json

from atg_adapters.sql.tables.every import metadata
from atg_adapters.sql.types import UtcDateTime
from atg_core.adoption.model import Findings, Row
from atg_core.catalog.model import FileType, StationStatus
from atg_core.identity.model import Role
from atg_core.learning.model import EnrollmentStatus

_WORDS: Mapping[tuple[str, str], type[StrEnum]] = {
    ("users", "role"): Role,
    ("stations", "status"): StationStatus,
    ("topic_files", "file_type"): FileType,
    ("user_courses", "status"): EnrollmentStatus,
}
_WORD_INSTEAD = {("topic_files", "file_type"): FileType.DOCUMENT}
_WHOLE = ("_url", "email", "image", "object_name")
"""The endings of columns whose values mean nothing when they are cut."""
_GIVEN_LATER = frozenset(
    {
        ("topics", "code"),
        ("station_gas_supply_sources", "source_name"),
        ("lesson_materials", "material_name"),
        ("certificates", "title"),
    }
)
"""Where a rule gives what is empty, and tells it."""
_EMPTY = "had no {column}, which is now its default"
_CUT = "had a {column} that is too long, and was cut"
_DROPPED = "had a {column} that is too long, and was left out"
_STRANGE = "had a {column} that is not known here, and has its default"


class Fitting:
    """Makes rows of one table fit; what changes is told by its key."""

    def __init__(self, table: str, now: datetime, findings: Findings) -> None:
        self._table, self._now, self._findings = metadata.tables[table], now, findings
        self._key = next(iter(self._table.primary_key)).name

    def __call__(self, row: Mapping[str, Any]) -> Row:
        return {
            name: self._fitted(self._table.c[name], value, row) if name in self._table.c else value
            for name, value in row.items()
        }

    def _fitted(self, column: sa.Column[Any], value: Any, row: Mapping[str, Any]) -> Any:
        if value is None:
            return None if column.nullable else self._default(column, row, _EMPTY)
        try:
            value = _converter_of(column)(value)
        except (ValueError, TypeError, ArithmeticError):
            return self._default(column, row, _STRANGE)
        words = _WORDS.get((self._table.name, column.name))
        if words and value not in set(words):
            return self._default(column, row, _STRANGE)
        if column.name == "progress_percent" and not 0 <= value <= 100:
            return self._default(column, row, _STRANGE)
        longest = getattr(column.type, "length", None)
        return self._shortened(column, value, longest, row) if longest and len(value) > longest else value

    def _shortened(self, column: sa.Column[Any], value: str, longest: int, row: Mapping[str, Any]) -> str | None:
        if column.nullable and column.name.endswith(_WHOLE):
            self._tell(_DROPPED, column, row)
            return None
        self._tell(_CUT, column, row)
        return value[:longest]

    def _default(self, column: sa.Column[Any], row: Mapping[str, Any], what: str) -> Any:
        if column.nullable:
            self._tell(what, column, row)
            return None
        if isinstance(column.type, UtcDateTime):
            moment = row.get("updated_at") or row.get("created_at") or self._now
            # Without a default it is given by a rule.
            return None if column.server_default is None else _instant(moment)
        if (self._table.name, column.name) not in _GIVEN_LATER:
            self._tell(what, column, row)
        instead = _WORD_INSTEAD.get((self._table.name, column.name))
        return default_of(column) if instead is None else instead

    def _tell(self, what: str, column: sa.Column[Any], row: Mapping[str, Any]) -> None:
        self._findings.tell(str(self._table.name), what.format(column=column.name), row[self._key])


@cache
def default_of(column: sa.Column[Any]) -> Any:
    """The default that the schema gives, or else an empty text."""
    given: Any = getattr(column.server_default, "arg", "")
    if isinstance(column.type, sa.Boolean):
        return isinstance(given, sa.True_)
    text = str(given)
    if isinstance(column.type, sa.JSON):
        return json.decode(text)
    return text if isinstance(column.type, sa.String) else column.type.python_type(text)


@cache
def _converter_of(column: sa.Column[Any]) -> Callable[[Any], Any]:
    kind = column.type
    if isinstance(kind, UtcDateTime):
        return _instant
    if isinstance(kind, sa.String):
        return str
    if isinstance(kind, sa.Uuid):
        return lambda value: value if isinstance(value, UUID) else UUID(str(value))
    if isinstance(kind, sa.JSON):
        return _json
    if isinstance(kind, sa.Numeric):
        return lambda value: Decimal(value).quantize(Decimal("0.01"))
    return bool if isinstance(kind, sa.Boolean) else int


def _instant(value: Any) -> datetime:
    """A moment without a zone is one of UTC, as servers have it."""
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _json(value: Any) -> Any:
    """Of a column of text it may be written as JSON."""
    if isinstance(value, str):
        with suppress(DecodeError):
            return json.decode(value)
    return value
