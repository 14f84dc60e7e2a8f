# ruff: noqa: S608 - of names in the code alone
"""The statements that compare rows with what an import has left, and take its changes back.

Tables and columns are those of the code; values are parameters, or are read from `import_changes`.
"""

from collections.abc import Iterator, Sequence
from functools import cache

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from atg_adapters.sql.importing.recorded_tables import key_of, row_of

_OF_IMPORT = "c.import_id = :import_id AND c.table_name = :table_name"
_MADE = "c.import_id = :import_id AND c.table_name = :parent AND c.before IS NULL"
_SOME = f"{_OF_IMPORT} AND c.number BETWEEN :first AND :last"
_POSTGRESQL = postgresql.dialect()  # type: ignore[no-untyped-call]
BYTES = "atg_bytes"
"""The function of SQLite connections that reads hexadecimal bytes."""


@cache
def comparison(table: sa.Table, *, is_sqlite: bool) -> sa.TextClause:
    """For each changed row of the table: key, before the import, after it, and now, as JSON."""
    as_text = "" if is_sqlite else "::text"
    now = f"CASE WHEN t.{_first_key(table)} IS NULL THEN NULL ELSE {_row(table, is_sqlite=is_sqlite)} END"
    return _text(
        'WITH k AS (SELECT c."key", min(c.number) AS first_number, max(c.number) AS last_number,'
        " max(CASE WHEN c.before IS NULL OR c.after IS NULL THEN 1 ELSE 0 END) AS is_replaced"
        f' FROM import_changes c WHERE {_OF_IMPORT} GROUP BY c."key")'
        # What was deleted and inserted again is written as a whole, as if it were new.
        f' SELECT k."key", CASE WHEN k.is_replaced = 1 AND c.after IS NOT NULL THEN NULL ELSE f.before END{as_text},'
        f" c.after{as_text}, ({now}){as_text} FROM k"
        " JOIN import_changes f ON f.number = k.first_number JOIN import_changes c ON c.number = k.last_number"
        f" LEFT JOIN {_name(table)} t ON {_is_of_change(table, is_sqlite=is_sqlite)} ORDER BY k.first_number"
    )


@cache
def locking(table: sa.Table) -> sa.TextClause:
    """Locks the rows that the import has changed, on PostgreSQL."""
    return _text(
        f"SELECT count(*) FROM (SELECT 1 FROM {_name(table)} t WHERE"
        f" {_is_changed(table, _OF_IMPORT, is_sqlite=False)} FOR UPDATE OF t) AS locked"
    )


@cache
def dependents(constraint: sa.ForeignKeyConstraint, *, is_sqlite: bool) -> sa.TextClause:
    """The rows that refer to rows that the import has inserted, and were changed by others: as JSON, at most 20."""
    child, parent = constraint.table, constraint.referred_table
    own = ", ".join(f't."{column.name}"' for column in constraint.columns)
    theirs = ", ".join(f'p."{element.column.name}"' for element in constraint.elements)
    made = f"SELECT {theirs} FROM {_name(parent)} p WHERE {_is_changed(parent, _MADE, 'p', is_sqlite=is_sqlite)}"
    as_text = "" if is_sqlite else "::text"
    return _text(
        f"SELECT {_row(child, is_sqlite=is_sqlite)}{as_text} FROM {_name(child)} t WHERE ({own}) IN ({made})"
        " AND NOT EXISTS (SELECT 1 FROM import_changes c WHERE c.import_id = :import_id AND c.table_name = :child"
        f' AND c."key" = {_key(child, is_sqlite=is_sqlite)}) LIMIT 20'
    )


@cache
def deletion(table: sa.Table, *, is_sqlite: bool) -> sa.TextClause:
    """Deletes what was inserted by the changes between two numbers."""
    return _text(f"DELETE FROM {_name(table)} AS t WHERE {_is_changed(table, _SOME, is_sqlite=is_sqlite)}")


@cache
def insertion(table: sa.Table, *, is_sqlite: bool) -> sa.TextClause:
    """Inserts what was deleted by the changes between two numbers."""
    columns = [column for column in table.c if column.computed is None]
    into = f"INSERT INTO {_name(table)} ({', '.join(f'"{column.name}"' for column in columns)})"
    if is_sqlite:
        values = ", ".join(_read(column) for column in columns)
        return _text(f"{into} SELECT {values} FROM import_changes c WHERE {_SOME} ORDER BY c.number DESC")
    values = ", ".join(f'r."{column.name}"' for column in columns)
    return _text(
        f"{into} OVERRIDING SYSTEM VALUE SELECT {values} FROM import_changes c,"
        f" jsonb_populate_record(NULL::{_name(table)}, c.before) r WHERE {_SOME} ORDER BY c.number DESC"
    )


@cache
def restoration(table: sa.Table, names: Sequence[str], *, is_sqlite: bool) -> sa.TextClause:
    """Gives these columns back what they had before the changes between two numbers."""
    columns = [table.c[name] for name in names]
    if is_sqlite:
        values = ", ".join(f'"{column.name}" = {_read(column)}' for column in columns)
        source = "import_changes c"
    else:
        values = ", ".join(f'"{column.name}" = r."{column.name}"' for column in columns)
        source = f"import_changes c, jsonb_populate_record(NULL::{_name(table)}, c.before) r"
    same = _is_of_change(table, is_sqlite=is_sqlite)
    return _text(f"UPDATE {_name(table)} AS t SET {values} FROM {source} WHERE {_SOME} AND {same}")


def referring_to(tables: Sequence[sa.Table], among: Sequence[sa.Table]) -> Iterator[sa.ForeignKeyConstraint]:
    """The foreign keys of all these tables that refer to one of those."""
    for table in tables:
        for constraint in table.foreign_key_constraints:
            if constraint.referred_table in among:
                yield constraint


def _text(statement: str) -> sa.TextClause:
    return sa.text(statement.replace("::", r"\:\:")).bindparams(sa.bindparam("import_id", type_=sa.Uuid))


def _name(table: sa.Table) -> str:
    return f'"{table.name}"'


def _key(table: sa.Table, name: str = "t", *, is_sqlite: bool) -> str:
    if is_sqlite:
        return f"CAST({key_of(table, name)} AS TEXT)"
    return " || ',' || ".join(f'{name}."{column.name}"::text' for column in table.primary_key)


def _row(table: sa.Table, *, is_sqlite: bool) -> str:
    return row_of(table, "t") if is_sqlite else "to_jsonb(t)"


def _first_key(table: sa.Table) -> str:
    return f'"{next(iter(table.primary_key)).name}"'


def _is_changed(table: sa.Table, which: str, name: str = "t", *, is_sqlite: bool) -> str:
    """Whether a row is that of one of the changes."""
    own = ", ".join(f'{name}."{column.name}"' for column in table.primary_key)
    changed = ", ".join(_typed(column, is_sqlite=is_sqlite) for column in table.primary_key)
    return f"({own}) IN (SELECT {changed} FROM import_changes c WHERE {which})"


def _is_of_change(table: sa.Table, *, is_sqlite: bool) -> str:
    """Whether the row `t` is that of the change `c`."""
    return " AND ".join(f't."{column.name}" = {_typed(column, is_sqlite=is_sqlite)}' for column in table.primary_key)


def _typed(column: sa.Column[object], *, is_sqlite: bool) -> str:
    """A column of the key of a change, of the type of the column, so that its index is of use."""
    row = "coalesce(c.after, c.before)"
    if is_sqlite:
        return _read(column, row)
    return f"({row} ->> '{column.name}')::{column.type.compile(dialect=_POSTGRESQL)}"


def _read(column: sa.Column[object], row: str = "c.before") -> str:
    """A column of the row before a change, on SQLite."""
    value = f"json_extract({row}, '$.\"{column.name}\"')"
    return f"{BYTES}({value})" if isinstance(column.type, sa.LargeBinary) else value
