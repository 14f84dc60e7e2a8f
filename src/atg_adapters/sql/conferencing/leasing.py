"""Claims of places for a batch of leases on SQL, in a constant number of statements.

Places are locked with SKIP LOCKED, without waiting. Then the accounts are locked in the order of their ids, which
avoids deadlocks, and their limits are checked again. A claim that exceeds them by then is rolled back.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.dialects.postgresql import insert

from atg_adapters.sql.connection import Connection
from atg_adapters.sql.lists import is_among
from atg_adapters.sql.rows import numbered, numbered_binds
from atg_adapters.sql.tables.conferencing import conference_accounts, conference_leases, conference_places
from atg_core.conferencing.model import Account, Lease, ProviderName
from atg_core.conferencing.ports import PoolOvertaken

today: sa.BindParameter[Any] = sa.bindparam("today", type_=sa.Date)
_accounts, _leases, _places = conference_accounts.c, conference_leases.c, conference_places.c

ACCOUNT_COLUMNS = [conference_accounts.c[name] for name in Account.__dataclass_fields__]
usable = sa.and_(_accounts.is_enabled, sa.or_(_accounts.provider == ProviderName.LOCAL, _accounts.sealed.is_not(None)))
made_today = sa.case((_accounts.made_on == today, _accounts.made), else_=0)
live = (
    sa.select(sa.func.count())
    .where(_leases.account_id == _accounts.id, _leases.ended_at.is_(None))
    .correlate(conference_accounts)
    .scalar_subquery()
)
"""The lessons that an account hosts now."""

_SPARE = 4
"""Accounts, and places of each, that are looked at beyond what is asked for: other starts may hold the first ones."""

_of_account: Any = {"partition_by": _places.account_id, "order_by": (_places.lease_id.is_(None), _places.number)}
_hosts = sa.func.row_number().over(**_of_account)
_is_free = sa.exists().where(
    _places.account_id == _accounts.id, _places.lease_id.is_(None), _places.number <= _accounts.capacity
)
_most: sa.BindParameter[int] = sa.bindparam("most", type_=sa.Integer)
_likely = (
    sa.select(_accounts.id)
    .where(usable, made_today < _accounts.daily_limit, _is_free)
    .order_by(made_today, _accounts.id)
    .limit(_most + _SPARE)
)


def _claim_of(*, of_all: bool) -> sa.Executable:
    """Ranks places as if they were claimed one by one: the account with the fewest meetings today comes first each
    time, up to its capacity and daily limit. An account whose capacity was reduced may have leases beyond its last
    place. Within an account taken places come first.

    `of_all`: all places of all accounts are ranked; else the first free ones of those accounts that come first.
    """
    among = () if of_all else (_places.account_id.in_(_likely),)
    ranked = (
        sa.select(
            _places.account_id,
            _places.number,
            _hosts.label("hosts"),
            (_hosts - sa.func.count(_places.lease_id).over(**_of_account)).label("nth"),
            made_today.label("made"),
            _accounts.capacity,
            _accounts.daily_limit,
        )
        .join(conference_accounts, _accounts.id == _places.account_id)
        .where(usable, sa.or_(_places.lease_id.is_not(None), _places.number <= _accounts.capacity), *among)
        .subquery("ranked")
    )
    makes = ranked.c.made + ranked.c.nth
    first = () if of_all else (ranked.c.nth <= _most + _SPARE,)
    free = (
        sa.select(_places.account_id, _places.number)
        .join(ranked, sa.and_(ranked.c.account_id == _places.account_id, ranked.c.number == _places.number))
        .where(_places.lease_id.is_(None), ranked.c.hosts <= ranked.c.capacity, makes <= ranked.c.daily_limit, *first)
        .order_by(makes, _places.number, _places.account_id)
        .limit(_most)
        .with_for_update(of=conference_places, skip_locked=True)
        # A CTE, not a subquery: that could be evaluated for each row, and would lock other places each time.
        .cte("free")
    )
    chosen = sa.select(free, sa.cast(sa.func.row_number().over(), sa.Integer).label("nth")).cte("chosen")
    # The nth of the concatenated ids: SQLite has no arrays.
    lease_id = sa.cast(sa.func.substr(sa.bindparam("leases", type_=sa.Text), 32 * chosen.c.nth - 31, 32), sa.Uuid)
    return (
        sa.update(conference_places)
        .where(_places.account_id == chosen.c.account_id, _places.number == chosen.c.number)
        .values(lease_id=lease_id)
        .returning(_places.lease_id, _places.account_id)
    )


_CLAIM_LIKELY_PLACES, _CLAIM_PLACES = _claim_of(of_all=False), _claim_of(of_all=True)
_is_own = is_among(_places.lease_id, "mine")
_GIVE_BACK = sa.update(conference_places).where(_is_own).values(lease_id=None)
# Literal columns: within the clauses of an INSERT, SQLAlchemy would add the table to the subquery's FROM.
_of_account_that_is_there: sa.ColumnElement[int] = sa.literal_column(f"{conference_accounts.name}.id")
_taken_now = (
    sa.select(sa.func.count()).where(_places.account_id == _of_account_that_is_there, _is_own).scalar_subquery()
)
_claimed_from = sa.select(conference_accounts).where(is_among(_accounts.id, "accounts")).order_by(_accounts.id)
# Nothing is inserted. An UPDATE would lock accounts in whatever order it finds them, and two batches wait in a circle.
_COUNT_MEETINGS = (
    insert(conference_accounts)
    .from_select([column.name for column in conference_accounts.c], _claimed_from)
    .on_conflict_do_update(index_elements=["id"], set_={"made_on": today, "made": made_today + _taken_now})
    .returning(*ACCOUNT_COLUMNS, _accounts.made)
)
_of_lease: sa.ColumnElement[int] = sa.literal_column(f"{conference_leases.name}.account_id")
_hosted = sa.select(sa.func.count(_places.lease_id)).where(_places.account_id == _of_lease).scalar_subquery()
_LEASE_FIELDS = tuple(Lease.__dataclass_fields__)
_places_there = (
    sa.select(sa.func.count())
    .where(_places.account_id == _accounts.id)
    .correlate(conference_accounts)
    .scalar_subquery()
)
_WITHOUT_PLACES = (
    sa.select(_accounts.id, _accounts.capacity)
    .where(_places_there < _accounts.capacity)
    .order_by(_accounts.id)
    .with_for_update(read=True, key_share=True)
)
_ADD_PLACE = insert(conference_places).on_conflict_do_nothing()


async def claim(connection: Connection, leases: Sequence[Lease]) -> dict[int, tuple[Lease, Account]]:
    """As `Pool.claim_accounts`."""
    taken = await _claim_places(connection, _CLAIM_LIKELY_PLACES, leases)
    if len(taken) < len(leases):
        await _add_places(connection)
        # Even if none were added: another start may have added some meanwhile. All are claimed anew, since an account's
        # meetings of today are counted when its places are claimed.
        if taken:
            await connection.execute(_GIVE_BACK, {"mine": list(taken)})
        taken = await _claim_places(connection, _CLAIM_PLACES, leases)
    claimed = [replace(lease, account_id=taken[lease.id]) for lease in leases if lease.id in taken]
    if not claimed:
        return {}
    accounts = await _count_meetings(connection, claimed)
    fields = [{name: getattr(lease, name) for name in _LEASE_FIELDS} for lease in claimed]
    for row in await connection.execute(_add_leases(len(claimed)), numbered(_LEASE_FIELDS, fields)):
        if row.hosted > accounts[row.account_id].capacity:
            raise PoolOvertaken
    return {lease.lesson_id: (lease, accounts[lease.account_id or 0]) for lease in claimed}


@cache
def _add_leases(count: int) -> sa.Executable:
    rows = numbered_binds(conference_leases, _LEASE_FIELDS, count)
    return sa.insert(conference_leases).values(rows).returning(_leases.account_id, _hosted.label("hosted"))


async def _claim_places(connection: Connection, claiming: sa.Executable, leases: Sequence[Lease]) -> dict[UUID, int]:
    """Returns the account id by lease id."""
    ids = "".join(lease.id.hex for lease in leases)
    asked = {"leases": ids, "most": len(leases), "today": leases[0].leased_at.date()}
    return {row.lease_id: row.account_id for row in await connection.execute(claiming, asked)}


async def _add_places(connection: Connection) -> None:
    """Adds the missing places of accounts that are new or whose capacity was raised; always in the same order."""
    accounts = (await connection.execute(_WITHOUT_PLACES)).all()
    rows = [{"account_id": row.id, "number": number} for row in accounts for number in range(1, row.capacity + 1)]
    if rows:
        await connection.execute(_ADD_PLACE, rows)


async def _count_meetings(connection: Connection, claimed: Collection[Lease]) -> Mapping[int, Account]:
    """Locks the accounts and counts a new meeting for each lease. Raises PoolOvertaken above a daily limit."""
    asked = {
        "accounts": list({lease.account_id for lease in claimed}),
        "mine": [lease.id for lease in claimed],
        "today": next(iter(claimed)).leased_at.date(),
    }
    rows = (await connection.execute(_COUNT_MEETINGS, asked)).all()
    if any(row.made > row.daily_limit for row in rows):
        raise PoolOvertaken
    return {row.id: convert(row, Account, from_attributes=True) for row in rows}
