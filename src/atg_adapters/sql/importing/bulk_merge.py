"""Bulk import on PostgreSQL: COPY into a staging table, then one statement that merges all rows.

Only batches of valid rows are merged. If a reference is unresolved or a constraint rejects a row, nothing of the batch
is stored, and it is imported row by row (`import_store.py`), which finds the bad rows.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.schema import CreateTable

from atg_adapters.sql.connection import Connection
from atg_adapters.sql.importing.merge_statement import ROW_NUMBER, merge_statement
from atg_adapters.sql.tables.every import metadata
from atg_core.identity.audit import Action
from atg_core.importing.kinds import STORED_KINDS, named_columns
from atg_core.importing.model import Column, Kind
from atg_core.importing.ports import AccountChange, Merged


@dataclass(frozen=True, slots=True)
class Plan:
    """The staging table and the merge statement for files of a kind with certain headers."""

    staging: sa.Table
    create: str
    copy: str
    merge: sa.Select[Any]


class _Refused(Exception):
    """A reference has no record, or an account may not be changed or named."""


def _require_accepted(refused: int) -> None:
    if refused:
        raise _Refused


class BulkMerge:
    """Merges batches on one connection; staging tables are dropped on commit."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._made: set[str] = set()

    async def __call__(self, kind: Kind, headers: tuple[str, ...], rows: str, now: datetime) -> Merged | None:
        """`ImportStore.merge`."""
        plan = plan_of(kind.name, headers)
        try:
            async with self.connection.begin_nested():
                await self._stage(plan, rows)
                counts = (await self.connection.execute(plan.merge, {"now": now})).one()
                _require_accepted(counts.refused)
        except (IntegrityError, DataError, _Refused):
            return None
        changed = (counts.changed_accounts or []) if kind.has_accounts else []
        changes = [AccountChange(user_id=UUID(user), actions=tuple(map(Action, actions))) for user, actions in changed]
        return Merged(created=counts.inserted, updated=counts.updated, changes=changes)

    async def _stage(self, plan: Plan, rows: str) -> None:
        if plan.staging.name not in self._made:
            # Favour index lookups by key over sequential scans, whose cost grows with the table; sort and join in
            # memory, without JIT compilation.
            for setting in ("random_page_cost = 1.1", "work_mem = '64MB'", "jit = off"):
                await self.connection.execute_text(f"SET LOCAL {setting}")
            await self.connection.execute_text(plan.create)
        else:
            await self.connection.execute_text(f"TRUNCATE {plan.staging.name}")
        connection = await self.connection.of_driver()
        async with connection.cursor() as cursor, cursor.copy(plan.copy) as copy:
            await copy.write(rows)
        await self.connection.execute_text(f"ANALYZE {plan.staging.name}")
        self._made.add(plan.staging.name)


@cache
def plan_of(name: str, headers: tuple[str, ...]) -> Plan:
    kind = STORED_KINDS[name]
    columns = {column.header: column for column in kind.columns}
    names = named_columns(kind)
    copies = kind.folded_of(headers)
    staging = sa.Table(
        f"staged_{name.replace('-', '_')}_{abs(hash(headers))}",
        sa.MetaData(),
        *(_staged(header, *((kind, columns[header]) if header in columns else names[header])) for header in headers),
        *(_staged(copy.header, kind, copy) for copy in copies.values()),
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
        merge=merge_statement(kind, staging),
    )


def _staged(header: str, kind: Kind, column: Column) -> sa.Column[Any]:
    table = kind.profile_table if column.in_profile else kind.table
    return sa.Column(header, metadata.tables[str(table)].c[column.field].type)
