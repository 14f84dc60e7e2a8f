"""The sessions of users on SQL."""

from dataclasses import asdict, fields
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from atg_adapters.sql.mail_tokens import SqlMailTokens
from atg_adapters.sql.tables.identity import user_sessions, users
from atg_adapters.sql.types import UtcDateTime
from atg_core.identity.audit import Action
from atg_core.identity.model import Device, Session
from atg_core.identity.rotation import Rotation

_id: sa.BindParameter[UUID] = sa.bindparam("id_")
_user: sa.BindParameter[UUID] = sa.bindparam("user")
_now: sa.BindParameter[datetime] = sa.bindparam("now", type_=UtcDateTime)

# What a refresh changes of a session.
_REFRESHED = ("last_activity", "expires_at", *(field.name for field in fields(Rotation)))

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
LIVE_SESSIONS = (
    sa.select(user_sessions)
    .where(user_sessions.c.user_id == _user, user_sessions.c.revoked_at.is_(None), user_sessions.c.expires_at > _now)
    .order_by(user_sessions.c.created_at.desc(), user_sessions.c.id)
)
_is_from = (user_sessions.c.ip_address == sa.bindparam("address")) | (
    user_sessions.c.device_hash == sa.bindparam("device")
)
_is_denied = user_sessions.c.revoke_reason == Action.SESSION_DENIED
_was_let_in = sa.func.coalesce(~_is_denied, sa.true())
_SIGNED_IN_FROM = (
    sa.select(user_sessions.c.id)
    .where(user_sessions.c.user_id == _user, user_sessions.c.created_at > _now, _is_from, _was_let_in)
    .limit(1)
)
# One look at the sessions of a user: none is no new device, but a new user.
_IS_NEW_DEVICE = sa.select((sa.func.count() > 0) & (sa.func.count().filter(_is_from & _was_let_in) == 0)).where(
    user_sessions.c.user_id == _user
)
_DENY = (
    sa.update(user_sessions)
    .where(user_sessions.c.user_id == _user, user_sessions.c.created_at >= sa.bindparam("since", type_=UtcDateTime))
    .where(_is_from | (user_sessions.c.id == _id))
    .values(revoked_at=sa.func.coalesce(user_sessions.c.revoked_at, _now), revoke_reason=sa.bindparam("reason"))
)


class SqlSessions(SqlMailTokens):
    """The sessions of an `IdentityStore`, within the transaction of `connection`."""

    async def add_session(self, session: Session) -> None:
        await self.connection.execute(sa.insert(user_sessions), asdict(session))

    async def was_signed_in_from(self, user_id: UUID, device: Device, since: datetime) -> bool:
        values = {"address": device.ip_address, "device": device.hash, "now": since}
        return await self._first(_SIGNED_IN_FROM, user=user_id, **values) is not None

    async def is_new_device(self, user_id: UUID, device: Device) -> bool:
        row = await self._first(_IS_NEW_DEVICE, user=user_id, address=device.ip_address, device=device.hash)
        return bool(row and row[0])

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

    async def deny_sessions(self, session_id: UUID, reason: str, now: datetime) -> None:
        row = await self._first(_SESSION, id_=session_id)
        if row is not None:
            device = {"address": row.ip_address, "device": row.device_hash, "since": row.created_at}
            values = {"id_": session_id, "user": row.user_id, "reason": reason, "now": now}
            await self.connection.execute(_DENY, device | values)

    async def evict_sessions(self, user_id: UUID, most: int, now: datetime) -> None:
        kept = LIVE_SESSIONS.with_only_columns(user_sessions.c.id).limit(most)
        revoke = _REVOKE.where(user_sessions.c.user_id == _user, user_sessions.c.id.not_in(kept))
        await self.connection.execute(revoke, {"reason": "evicted", "now": now, "user": user_id})
