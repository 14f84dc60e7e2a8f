"""Lists as one parameter and as one text, in statements whose text is always the same.

One whose text depends on its values, as `IN` with a list, is made and planned anew for each call.
"""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from msgspec.json import encode
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class _ListOf(sa.TypeDecorator[Any]):
    """An array on PostgreSQL, JSON on SQLite, which has no arrays."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, item: sa.types.TypeEngine[Any]) -> None:
        super().__init__()
        self.item = item

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[Any]:
        return dialect.type_descriptor(sa.Text() if dialect.name == "sqlite" else sa.ARRAY(self.item))

    def process_bind_param(self, value: Iterable[Any] | None, dialect: Dialect) -> Any:
        items = list(value or ())
        if dialect.name != "sqlite":
            return items
        process = self.item.dialect_impl(dialect).bind_processor(dialect)
        return encode([process(each) for each in items] if process else items).decode()


class _IsAmong(FunctionElement[bool]):
    type = sa.Boolean()
    inherit_cache = True


def is_among(column: sa.ColumnElement[Any], name: str) -> sa.ColumnElement[bool]:
    """Whether the column is among the values of the parameter `name`, a collection."""
    return _IsAmong(column, sa.bindparam(name, type_=_ListOf(column.type)))


@compiles(_IsAmong, "postgresql")
def _as_array(element: _IsAmong, compiler: SQLCompiler, **options: Any) -> str:
    column, values = [compiler.process(each, **options) for each in element.clauses]
    return f"{column} = ANY ({values})"


@compiles(_IsAmong)
def _as_json(element: _IsAmong, compiler: SQLCompiler, **options: Any) -> str:
    column, values = [compiler.process(each, **options) for each in element.clauses]
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - both are compiled


class _Joined(FunctionElement[str]):
    type = sa.Text()
    inherit_cache = True


def joined(column: sa.ColumnElement[str]) -> sa.ColumnElement[str]:
    """The values of a group with commas between. The text of SQLAlchemy's `aggregate_strings` is made for each call."""
    return _Joined(column)


@compiles(_Joined, "postgresql")
def _as_string_agg(element: _Joined, compiler: SQLCompiler, **options: Any) -> str:
    return f"string_agg({compiler.process(element.clauses, **options)}, ',')"


@compiles(_Joined)
def _as_group_concat(element: _Joined, compiler: SQLCompiler, **options: Any) -> str:
    return f"group_concat({compiler.process(element.clauses, **options)}, ',')"
