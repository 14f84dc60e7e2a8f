"""Importing many rows at once on PostgreSQL: COPY into a staging table, and then one statement for all of them.

Only what is well-formed goes this way. Where a row refers to nothing, or a constraint refuses one, nothing of the batch
is stored and it is taken row by row, which finds those that are to blame (`sql/importing.py`).
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.schema import CreateTable

from atg_adapters.sql.merging import ROW_NUMBER, merge_of
from atg_adapters.sql.tables import metadata
from atg_core.importing.kinds import STORED_KINDS, named_columns
from atg_core.importing.model import Column, Kind
from atg_core.importing.ports import Merged


@dataclass(frozen=True, slots=True)
class Plan:
    """How files of a kind with certain headers are merged: the staging table, and the statement."""

    staging: sa.Table
    create: str
    copy: str
    merge: sa.Select[Any]


class _Unresolved(Exception):
    """A row refers to nothing."""


def _require_resolved(unresolved: int) -> None:
    if unresolved:
        raise _Unresolved


class BulkMerge:
    """Merges batches on one connection; staging tables last as long as its transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection
        self._made: set[str] = set()

    async def __call__(self, kind: Kind, headers: tuple[str, ...], rows: str, now: datetime) -> Merged | None:
        """`rows`: CSV, as in `ImportStore.merge`. None where a row can not be stored: then none is."""
        plan = plan_of(kind.name, headers)
        try:
            async with self.connection.begin_nested():
                await self._stage(plan, rows)
                counts = (await self.connection.execute(plan.merge, {"now": now})).one()
                _require_resolved(counts.unresolved)
        except (IntegrityError, DataError, _Unresolved):
            return None
        return Merged(created=counts.inserted, updated=counts.updated)

    async def _stage(self, plan: Plan, rows: str) -> None:
        if plan.staging.name not in self._made:
            # Rows are found by their keys: reading a whole table for each batch would cost more and more. What
            # follows from all of them is sorted and joined once, in memory, without compiling first.
            for setting in ("random_page_cost = 1.1", "work_mem = '64MB'", "jit = off"):
                await self.connection.exec_driver_sql(f"SET LOCAL {setting}")
            await self.connection.exec_driver_sql(plan.create)
        else:
            await self.connection.exec_driver_sql(f"TRUNCATE {plan.staging.name}")
        raw = await self.connection.get_raw_connection()
        assert raw.driver_connection is not None  # noqa: S101 - it is open
        async with raw.driver_connection.cursor() as cursor, cursor.copy(plan.copy) as copy:
            await copy.write(rows)
        await self.connection.exec_driver_sql(f"ANALYZE {plan.staging.name}")
        self._made.add(plan.staging.name)


@cache
def plan_of(name: str, headers: tuple[str, ...]) -> Plan:
    kind = STORED_KINDS[name]
    columns = {column.header: column for column in kind.columns}
    names = named_columns(kind)
    staging = sa.Table(
        f"staged_{name.replace('-', '_')}_{abs(hash(headers))}",
        sa.MetaData(),
        *(_staged(header, *((kind, columns[header]) if header in columns else names[header])) for header in headers),
        sa.Column(ROW_NUMBER, sa.Integer),
        prefixes=["TEMPORARY"],
        postgresql_on_commit="DROP",
    )
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    quoted = ", ".join(dialect.identifier_preparer.quote(column.name) for column in staging.c)
    return Plan(
        staging=staging,
        create=str(CreateTable(staging).compile(dialect=dialect)),
        copy=f"COPY {staging.name} ({quoted}) FROM STDIN (FORMAT csv)",
        merge=merge_of(kind, staging),
    )


def _staged(header: str, kind: Kind, column: Column) -> sa.Column[Any]:
    table = kind.profile_table if column.in_profile else kind.table
    return sa.Column(header, metadata.tables[str(table)].c[column.field].type)
