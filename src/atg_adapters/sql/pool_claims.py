"""Claiming places of conference accounts on SQL: for many leases at once, in as many statements as for one.

Places are taken with SKIP LOCKED, and never waited for. Then the accounts are held in the order of their ids, so that
two claims do not wait for each other in a circle; what is read after that is what counts. What does not fit by then
undoes the claim: while accounts are held, no other ones are asked for.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from atg_adapters.sql.database import Row
from atg_adapters.sql.tables.conferencing import conference_accounts, conference_leases, conference_places
from atg_core.conferencing.model import Account, Lease, ProviderName
from atg_core.conferencing.ports import PoolOvertaken

today: sa.BindParameter[Any] = sa.bindparam("today", type_=sa.Date)
_accounts, _leases, _places = conference_accounts.c, conference_leases.c, conference_places.c

ACCOUNT_COLUMNS = [conference_accounts.c[name] for name in Account.__dataclass_fields__]
usable = sa.and_(_accounts.is_enabled, sa.or_(_accounts.provider == ProviderName.LOCAL, _accounts.sealed.is_not(None)))
made_today = sa.case((_accounts.made_on == today, _accounts.made), else_=0)

# Places as though they were given out one by one: the account that has been asked least comes first each time, and
# has no more to give than it may host at once and make today. An account that may host fewer than before can have
# leases beyond its last place. Within an account those that are taken come first.
_of_account: Any = {"partition_by": _places.account_id, "order_by": (_places.lease_id.is_(None), _places.number)}
_hosts = sa.func.row_number().over(**_of_account)
_ranked = (
    sa.select(
        _places.account_id,
        _places.number,
        _hosts.label("hosts"),
        (made_today + _hosts - sa.func.count(_places.lease_id).over(**_of_account)).label("makes"),
        _accounts.capacity,
        _accounts.daily_limit,
    )
    .join(conference_accounts, _accounts.id == _places.account_id)
    .where(usable, sa.or_(_places.lease_id.is_not(None), _places.number <= _accounts.capacity))
    .subquery("ranked")
)
_free = (
    sa.select(_places.account_id, _places.number)
    .join(_ranked, sa.and_(_ranked.c.account_id == _places.account_id, _ranked.c.number == _places.number))
    .where(_places.lease_id.is_(None), _ranked.c.hosts <= _ranked.c.capacity, _ranked.c.makes <= _ranked.c.daily_limit)
    .order_by(_ranked.c.makes, _places.number, _places.account_id)
    .limit(sa.bindparam("most"))
    .with_for_update(of=conference_places, skip_locked=True)
    # As a CTE and not as a subquery: that could be run once for each row, and would lock other places each time.
    .cte("free")
)
_chosen = sa.select(_free, sa.cast(sa.func.row_number().over(), sa.Integer).label("nth")).cte("chosen")
# The nth of the ids, which are written one after the other: an array would be PostgreSQL's alone.
_NTH_LEASE = sa.cast(sa.func.substr(sa.bindparam("leases", type_=sa.Text), 32 * _chosen.c.nth - 31, 32), sa.Uuid)
_TAKE_PLACES = (
    sa.update(conference_places)
    .where(_places.account_id == _chosen.c.account_id, _places.number == _chosen.c.number)
    .values(lease_id=_NTH_LEASE)
    .returning(_places.lease_id, _places.account_id)
)
_held = (
    sa.select(_accounts.id)
    .where(_accounts.id.in_(sa.bindparam("accounts", expanding=True)))
    .order_by(_accounts.id)
    .with_for_update(key_share=True)
    .cte("held")
)
_is_own = _places.lease_id.in_(sa.bindparam("mine", expanding=True))
_GIVE_BACK = sa.update(conference_places).where(_is_own).values(lease_id=None)
_taken_now = (
    sa.select(sa.func.count())
    .where(_places.account_id == _accounts.id, _is_own)
    .correlate(conference_accounts)
    .scalar_subquery()
)
_COUNT_MEETINGS = (
    sa.update(conference_accounts)
    .where(_accounts.id == _held.c.id)
    .values(made_on=today, made=made_today + _taken_now)
    .returning(*ACCOUNT_COLUMNS, _accounts.made)
)
# The name is spelled out: within what an INSERT returns, SQLAlchemy takes a column for that of a table of its own.
_of_lease: sa.ColumnElement[int] = sa.literal_column(f"{conference_leases.name}.account_id")
_hosted = sa.select(sa.func.count(_places.lease_id)).where(_places.account_id == _of_lease).scalar_subquery()
_ADD_LEASES = sa.insert(conference_leases).returning(_leases.account_id, _hosted.label("hosted"))
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


async def claim(connection: AsyncConnection, leases: Sequence[Lease]) -> dict[int, tuple[Lease, Account]]:
    """As `Pool.claim_accounts`."""
    taken = await _take_places(connection, leases)
    if len(taken) < len(leases):
        await _add_places(connection)
        # Also if there were none to add: another start may have done so since the first look. All anew, since an
        # account's meetings of today are counted when its places are taken.
        if taken:
            await connection.execute(_GIVE_BACK, {"mine": list(taken)})
        taken = await _take_places(connection, leases)
    claimed = [replace(lease, account_id=taken[lease.id]) for lease in leases if lease.id in taken]
    if not claimed:
        return {}
    accounts = await _count_meetings(connection, claimed)
    for row in await connection.execute(_ADD_LEASES, [asdict(lease) for lease in claimed]):
        if row.hosted > accounts[row.account_id].capacity:
            raise PoolOvertaken
    return {lease.lesson_id: (lease, accounts[lease.account_id or 0]) for lease in claimed}


async def _take_places(connection: AsyncConnection, leases: Sequence[Lease]) -> dict[UUID, int]:
    """The account by lease."""
    ids = "".join(lease.id.hex for lease in leases)
    asked = {"leases": ids, "most": len(leases), "today": leases[0].leased_at.date()}
    return {row.lease_id: row.account_id for row in await connection.execute(_TAKE_PLACES, asked)}


async def _add_places(connection: AsyncConnection) -> None:
    """Of accounts that are new, or may host more than before; in the same order everywhere."""
    accounts = (await connection.execute(_WITHOUT_PLACES)).all()
    rows = [{"account_id": row.id, "number": number} for row in accounts for number in range(1, row.capacity + 1)]
    if rows:
        await connection.execute(_ADD_PLACE, rows)


async def _count_meetings(connection: AsyncConnection, claimed: Collection[Lease]) -> Mapping[int, Account]:
    """Counts one for each, and holds their accounts."""
    asked = {
        "accounts": list({lease.account_id for lease in claimed}),
        "mine": [lease.id for lease in claimed],
        "today": next(iter(claimed)).leased_at.date(),
    }
    rows: Sequence[Row] = (await connection.execute(_COUNT_MEETINGS, asked)).all()
    if any(row.made > row.daily_limit for row in rows):
        raise PoolOvertaken
    return {row.id: convert(row, Account, from_attributes=True) for row in rows}
