"""Copies of texts for comparing and searching without regard to case (decision 0037).

A column `NAME_folded` holds `fold(NAME)`. Its type folds what is stored in it and what it is compared with.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from atg_core.text import fold

_SUFFIX = "_folded"


class Folded(sa.TypeDecorator[str]):
    """A text in the form that `atg_core.text.fold` gives."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        return None if value is None else fold(value)


def folded(name: str) -> sa.Column[Any]:
    """The copy of the column `name`. NULL where somebody else inserted a row: it is not found without its case."""
    return sa.Column(f"{name}{_SUFFIX}", Folded)


def with_folded(table: sa.Table, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of an insert or update, with those of the copies."""
    return {**values, **{f"{name}{_SUFFIX}": values[name] for name in folded_names(table) if name in values}}


@cache
def folded_names(table: sa.Table) -> tuple[str, ...]:
    """The columns that have copies."""
    return tuple(column.name.removesuffix(_SUFFIX) for column in table.c if isinstance(column.type, Folded))


def search(*names: sa.Column[Any], words: str | None = None) -> sa.ColumnElement[bool]:
    """Whether one of the columns holds `words`, by default the parameter of this name; they are to be `escaped`."""
    given: sa.BindParameter[str] = sa.bindparam("words", words, type_=Folded, required=words is None)
    copies = [name.table.c[f"{name.name}{_SUFFIX}"] for name in names]
    return sa.or_(*(copy.contains(given, escape="/") for copy in copies))


def escaped(words: str) -> str:
    """Words in which `%` and `_` are what they are."""
    return words.strip().replace("/", "//").replace("%", "/%").replace("_", "/_")
