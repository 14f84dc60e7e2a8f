"""What an operator is shown, on SQL: one statement, which `/metrics` asks every few seconds."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from msgspec import convert

from atg_adapters.sql.database import Database
from atg_adapters.sql.result import Row
from atg_adapters.sql.tables.identity import audit_events, audit_seals
from atg_adapters.sql.types import UtcDateTime
from atg_core.clock import Clock
from atg_core.jobs.model import Backlog
from atg_core.operations import AuditState, OperationsState

_BEFORE_ALL = sa.literal(datetime(1, 1, 2, tzinfo=UTC), UtcDateTime)
_one = sa.select(sa.literal(1).label("one")).subquery("one")
_last = sa.select(audit_seals).order_by(audit_seals.c.number.desc()).limit(1).subquery("last")
# By the index of `at`: those that are not sealed are the last ones.
_unsealed_since = (
    sa.select(sa.func.min(audit_events.c.at))
    .where(audit_events.c.at > sa.func.coalesce(_last.c.latest_at, _BEFORE_ALL))
    .correlate(_last)
    .scalar_subquery()
)
_audit = (
    sa.select(
        _last.c.number.label("seals"),
        _last.c.sealed_at,
        sa.type_coerce(_unsealed_since, UtcDateTime).label("unsealed_since"),
    )
    .select_from(_one.outerjoin(_last, sa.true()))
    .subquery("audit")
)


def _with_audit(backlog: sa.Subquery) -> sa.Select[Any]:
    """There is a row where there are no jobs, too; its kind is NULL."""
    return sa.select(*_audit.c, *backlog.c).select_from(_audit.outerjoin(backlog, sa.true())).order_by(backlog.c.kind)


class SqlOperationsQueries:
    """`OperationsQueries`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._statement = _with_audit(_backlog(is_sqlite=database.is_sqlite))

    async def state(self) -> OperationsState:
        rows = await self._database.rows(self._statement)
        first = rows[0]
        return OperationsState(
            jobs=[self._backlog_of(row) for row in rows if row.kind is not None],
            audit=AuditState(seals=first.seals or 0, sealed_at=first.sealed_at, unsealed_since=first.unsealed_since),
        )

    def _backlog_of(self, row: Row) -> Backlog:
        if self._database.is_sqlite:
            from atg_adapters.sql.jobs import backlog_of  # noqa: PLC0415 - imported already, as below

            return backlog_of(row, self._clock())
        return convert(row, Backlog, from_attributes=True)


def _backlog(*, is_sqlite: bool) -> sa.Subquery:
    """That of the job queue which the database has; each is imported where it is used."""
    if is_sqlite:
        from atg_adapters.sql.jobs import BACKLOG  # noqa: PLC0415

        return BACKLOG.order_by(None).subquery("backlog")
    from atg_adapters.procrastinate.statements import BACKLOG as TEXT  # noqa: PLC0415

    columns = ("kind", "waiting", "running", "dead", "oldest_seconds")
    return TEXT.columns(*map(sa.column, columns)).subquery("backlog")
