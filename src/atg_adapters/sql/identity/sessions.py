"""Sessions on SQL."""

from dataclasses import asdict, fields
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from atg_adapters.sql.identity.email_tokens import SqlEmailTokens
from atg_adapters.sql.identity.exchange_codes import REMOVE_EXCHANGE_CODES
from atg_adapters.sql.identity.second_factors import REMOVE_TICKETS
from atg_adapters.sql.tables.identity import audit_events, second_factors, user_sessions, users
from atg_adapters.sql.types import UtcDateTime
from atg_core.identity.audit import Action, AuditEvent
from atg_core.identity.model import Device, Session, User
from atg_core.identity.ports import SessionsOfUser
from atg_core.identity.refresh_tokens import Rotation

_id: sa.BindParameter[UUID] = sa.bindparam("id_")
_user: sa.BindParameter[UUID] = sa.bindparam("user")
_now: sa.BindParameter[datetime] = sa.bindparam("now", type_=UtcDateTime)

# The columns that a refresh changes.
_REFRESHED = ("last_activity", "expires_at", *(field.name for field in fields(Rotation)))

_SESSION_COLUMNS = [column.name for column in user_sessions.c]
_ADD = sa.insert(user_sessions)
_SESSION = sa.select(user_sessions).where(user_sessions.c.id == _id)
_is_as_read = sa.and_(
    *(user_sessions.c[name] == sa.bindparam(f"old_{name}") for name in ("generation", "branch", "offers"))
)
_REFRESH = (
    sa.update(user_sessions)
    .where(user_sessions.c.id == _id, user_sessions.c.revoked_at.is_(None), _is_as_read)
    .where(sa.exists().where(users.c.id == user_sessions.c.user_id, users.c.is_active))
    .values({name: sa.bindparam(name) for name in _REFRESHED})
    .returning(user_sessions.c.id)
)
_REVOKE = (
    sa.update(user_sessions)
    .where(user_sessions.c.revoked_at.is_(None))
    .values(revoked_at=_now, revoke_reason=sa.bindparam("reason"))
    .returning(user_sessions.c.user_id)
)
_is_live = (user_sessions.c.user_id == _user, user_sessions.c.revoked_at.is_(None), user_sessions.c.expires_at > _now)
LIVE_SESSIONS = (
    sa.select(user_sessions).where(*_is_live).order_by(user_sessions.c.created_at.desc(), user_sessions.c.id)
)
_EVICT = _REVOKE.where(
    user_sessions.c.user_id == _user,
    user_sessions.c.id != _id,
    user_sessions.c.id.not_in(
        LIVE_SESSIONS.with_only_columns(user_sessions.c.id).where(user_sessions.c.id != _id).limit(sa.bindparam("most"))
    ),
)
_is_from = (user_sessions.c.network == sa.bindparam("from_network")) | (
    user_sessions.c.device_hash == sa.bindparam("device")
)
_is_denied = user_sessions.c.revoke_reason == Action.SESSION_DENIED
_was_let_in = sa.func.coalesce(~_is_denied, sa.true())
_SIGNED_IN_FROM = (
    sa.select(user_sessions.c.id)
    .where(user_sessions.c.user_id == _user, user_sessions.c.created_at > _now, _is_from, _was_let_in)
    .limit(1)
)


def _new(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    bind: sa.BindParameter[Any] = sa.bindparam(f"new_{column.name}", type_=column.type)
    # What is not typed would be text where it is selected.
    return sa.cast(bind, column.type) if isinstance(column.type, sa.LargeBinary) else bind


# One statement locks the user, sees whether it was changed since it was read, and adds the session.
_BEGIN_SESSION = (
    sa.insert(user_sessions)
    .from_select(
        _SESSION_COLUMNS,
        sa.select(*map(_new, user_sessions.c))
        .where(users.c.id == _user, users.c.is_active)
        .where(users.c.password_hash.is_not_distinct_from(sa.bindparam("password_hash", type_=sa.String)))
        .with_for_update(key_share=True),
    )
    .returning(user_sessions.c.id)
)
_others = user_sessions.c.id != _id
# A user without other sessions is new, which is no new device.
_is_new_device = sa.select(
    (sa.func.count() > 0) & (sa.func.count().filter(_is_from & _was_let_in) == 0),
).where(user_sessions.c.user_id == _user, _others)
_live_count = sa.select(sa.func.count()).where(*_is_live)
# With the event, after the user was locked: its own statement, so that it sees what was committed meanwhile.
_RECORD_BEGIN = sa.insert(audit_events).returning(
    sa.exists().where(second_factors.c.user_id == _user, second_factors.c.confirmed_at.is_not(None)),
    _is_new_device.scalar_subquery(),
    _live_count.scalar_subquery(),
)
_DENY = (
    sa.update(user_sessions)
    .where(user_sessions.c.user_id == _user, user_sessions.c.created_at >= sa.bindparam("since", type_=UtcDateTime))
    .where(_is_from | (user_sessions.c.id == _id))
    .values(revoked_at=sa.func.coalesce(user_sessions.c.revoked_at, _now), revoke_reason=sa.bindparam("reason"))
)


class SqlSessions(SqlEmailTokens):
    """The sessions of an `IdentityStore`, within the transaction of `connection`."""

    async def add_session(self, session: Session) -> None:
        await self.connection.execute(_ADD, asdict(session))

    async def begin_session(self, session: Session, event: AuditEvent, user: User) -> SessionsOfUser | None:
        values = {f"new_{name}": getattr(session, name) for name in _SESSION_COLUMNS}
        if await self._first(_BEGIN_SESSION, **values, user=user.id, password_hash=user.password_hash) is None:
            return None
        of_session = {"id_": session.id, "from_network": session.network, "device": session.device_hash}
        values = {**asdict(event), **of_session, "user": user.id, "now": session.created_at}
        row = (await self.connection.execute(_RECORD_BEGIN, values)).one()
        return SessionsOfUser(has_second_factor=bool(row[0]), is_new_device=bool(row[1]), live_sessions=row[2])

    async def was_signed_in_from(self, user_id: UUID, device: Device, since: datetime) -> bool:
        values = {"from_network": device.network, "device": device.hash, "now": since}
        return await self._first(_SIGNED_IN_FROM, user=user_id, **values) is not None

    async def refresh_session(self, before: Session, after: Session) -> bool:
        values = {name: getattr(after, name) for name in _REFRESHED}
        old = {"old_generation": before.generation, "old_branch": before.branch, "old_offers": before.offers}
        return await self._first(_REFRESH, id_=before.id, **values, **old) is not None

    async def revoke_session(
        self, session_id: UUID, reason: str, now: datetime, *, user_id: UUID | None = None
    ) -> UUID | None:
        revoke = _REVOKE.where(user_sessions.c.id == session_id)
        if user_id is not None:
            revoke = revoke.where(user_sessions.c.user_id == user_id)
        row = await self._first(revoke, reason=reason, now=now)
        return row.user_id if row else None

    async def revoke_sessions(self, user_id: UUID, reason: str, now: datetime, *, but: UUID | None = None) -> None:
        revoke = _REVOKE.where(user_sessions.c.user_id == user_id)
        if but is not None:
            revoke = revoke.where(user_sessions.c.id != but)
        await self.connection.execute(revoke, {"reason": reason, "now": now})
        for statement in (REMOVE_TICKETS, REMOVE_EXCHANGE_CODES):
            await self.connection.execute(statement, {"user": user_id})

    async def deny_sessions(self, session_id: UUID, reason: str, now: datetime) -> None:
        row = await self._first(_SESSION, id_=session_id)
        if row is not None:
            device = {"from_network": row.network, "device": row.device_hash, "since": row.created_at}
            values = {"id_": session_id, "user": row.user_id, "reason": reason, "now": now}
            await self.connection.execute(_DENY, device | values)

    async def evict_sessions(self, user_id: UUID, limit: int, now: datetime, *, but: UUID) -> None:
        values = {"reason": "evicted", "now": now, "user": user_id, "most": limit, "id_": but}
        await self.connection.execute(_EVICT, values)
