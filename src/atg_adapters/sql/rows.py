"""Parts of statements that write and read whole rows, made once, so that each is compiled once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def numbered_binds(table: sa.Table, names: Sequence[str], count: int) -> list[dict[str, sa.BindParameter[Any]]]:
    """For the VALUES of one statement that inserts `count` rows."""
    return [
        {name: sa.bindparam(f"{name}_{number}", type_=table.c[name].type) for name in names} for number in range(count)
    ]


def numbered(names: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The parameters of `numbered_binds`."""
    return {f"{name}_{number}": row[name] for number, row in enumerate(rows) for name in names}


def saving(table: sa.Table) -> sa.Update:
    """Updates all columns of the row whose id is `key`; `saved` gives its parameters."""
    names = [column.name for column in table.c if column.name != "id"]
    return (
        sa.update(table).where(table.c.id == sa.bindparam("key")).values({name: sa.bindparam(name) for name in names})
    )


def saved(record: "DataclassInstance") -> dict[str, Any]:
    values = values_of(record)
    return {"key": values.pop("id"), **values}


def values_of(record: "DataclassInstance") -> dict[str, Any]:
    """The fields as they are: `asdict` copies each of them, which takes a tenth of a view."""
    return {field.name: getattr(record, field.name) for field in fields(record)}


def split(row: Iterable[Any], *tables: sa.Table) -> Iterator[dict[str, Any]]:
    """A row of a join as one of each table, by column."""
    values = iter(row)
    for table in tables:
        yield {str(column.name): next(values) for column in table.c}
