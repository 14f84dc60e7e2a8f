"""Column types that behave alike on PostgreSQL and SQLite."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect

_UTC_BY_OTHER_NAMES = (None, ZoneInfo("UTC"), ZoneInfo("Etc/UTC"))
"""SQLite's, which has no zones, and the usual ones of a PostgreSQL server."""

JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class UtcDateTime(sa.TypeDecorator[datetime]):
    """An instant in UTC. SQLite drops offsets, so that everything is stored and returned in UTC."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its offset")
        return value if value.tzinfo is UTC else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is UTC:
            return value
        # A change of zones costs three times as much as naming the same one.
        return value.replace(tzinfo=UTC) if value.tzinfo in _UTC_BY_OTHER_NAMES else value.astimezone(UTC)


class Hundredths(sa.TypeDecorator[Decimal]):
    """A number with two decimals. SQLite lacks exact decimals: there it is stored as an integer of hundredths.

    Sums and comparisons are exact on both; products and quotients are not.
    """

    impl = sa.Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[Any]:
        return dialect.type_descriptor(sa.Integer() if dialect.name == "sqlite" else self.impl_instance)

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Decimal | int | None:
        if value is None or dialect.name != "sqlite":
            return value
        hundredths = value.scaleb(2)
        if hundredths != int(hundredths):
            raise ValueError("a number has two decimals")
        return int(hundredths)

    def process_result_value(self, value: Decimal | int | None, dialect: Dialect) -> Decimal | None:
        if value is None or dialect.name != "sqlite":
            return value  # type: ignore[return-value]
        return Decimal(value).scaleb(-2)


def one_of(column: str, values: type[Any]) -> sa.CheckConstraint:
    """A check constraint for the values of an enum."""
    words = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({words})", name=column)
