"""Identity on SQL."""

from dataclasses import asdict, fields
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from atg_adapters.sql.database import Database
from atg_adapters.sql.tables.identity import audit_events, user_profiles, user_sessions, users
from atg_adapters.sql.types import UtcDateTime
from atg_core.identity.audit import AuditEvent
from atg_core.identity.model import Account, Caller, Device, Profile, Role, Session, User, UserQuery
from atg_core.identity.ports import EmailTaken, UnknownStation, UsernameTaken, UserNotFound
from atg_core.identity.rotation import Rotation

_login: sa.BindParameter[str] = sa.bindparam("login")
_id: sa.BindParameter[UUID] = sa.bindparam("id_")
_user: sa.BindParameter[UUID] = sa.bindparam("user")
_now: sa.BindParameter[datetime] = sa.bindparam("now", type_=UtcDateTime)

# What a refresh changes of a session.
_REFRESHED = ("last_activity", "expires_at", *(field.name for field in fields(Rotation)))

_FIND_USER = (
    sa.select(users)
    .where((users.c.username == _login) | (sa.func.lower(users.c.email) == sa.func.lower(_login)))
    .order_by((users.c.username == _login).desc())
    .limit(1)
)
_USER = sa.select(users).where(users.c.id == _id)
_LOCKED_USER = _USER.with_for_update(key_share=True)
_LOCKED_ADMINS = (
    sa.select(users.c.id)
    .where(users.c.role == Role.ADMIN, users.c.is_active)
    .order_by(users.c.id)
    .with_for_update(key_share=True)
)
_PROFILE = sa.select(user_profiles).where(user_profiles.c.id == _id)
_SESSION = sa.select(user_sessions).where(user_sessions.c.id == _id)
_USERNAME_EXISTS = sa.select(users.c.id).where(users.c.username == sa.bindparam("username"))
_ADD_USER = insert(users).on_conflict_do_nothing().returning(users.c.id)
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
_LIVE_SESSIONS = (
    sa.select(user_sessions)
    .where(user_sessions.c.user_id == _user, user_sessions.c.revoked_at.is_(None), user_sessions.c.expires_at > _now)
    .order_by(user_sessions.c.created_at.desc(), user_sessions.c.id)
)
_SIGNED_IN_FROM = (
    sa.select(user_sessions.c.id)
    .where(user_sessions.c.user_id == _user, user_sessions.c.created_at > _now)
    .where(
        (user_sessions.c.ip_address == sa.bindparam("address"))
        | (user_sessions.c.device_hash == sa.bindparam("device"))
    )
    .limit(1)
)
_LIVE_COUNT = sa.select(sa.func.count()).select_from(_LIVE_SESSIONS.order_by(None).subquery())
_CALLER = (
    sa.select(
        users.c.id,
        users.c.username,
        users.c.role,
        users.c.full_name,
        users.c.email,
        users.c.is_active,
        user_sessions.c.id.label("session_id"),
    )
    .join_from(user_sessions, users)
    .where(
        user_sessions.c.id == _id,
        user_sessions.c.revoked_at.is_(None),
        user_sessions.c.expires_at > _now,
        users.c.is_active,
    )
)


class SqlIdentity:
    """`IdentityStore` within the transaction of `connection`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    async def find_account(self, login: str) -> Account | None:
        row = await self._first(_FIND_USER, login=login)
        if row is None:
            return None
        return Account(
            user=convert(row, User, from_attributes=True),
            profile=await self.profile(row.id),
        )

    async def find_session(self, session_id: UUID) -> tuple[Session, User] | None:
        row = await self._first(_SESSION, id_=session_id)
        if row is None:
            return None
        user = await self._first(_USER, id_=row.user_id)
        return convert(row, Session, from_attributes=True), convert(user, User, from_attributes=True)

    async def add_account(self, account: Account) -> None:
        added = await self.connection.execute(_ADD_USER, asdict(account.user))
        if added.first() is None:
            taken = await self._first(_USERNAME_EXISTS, username=account.user.username)
            raise UsernameTaken if taken else EmailTaken
        await self.connection.execute(sa.insert(user_profiles), asdict(account.profile))

    async def lock_user(self, user_id: UUID) -> User:
        row = await self._first(_LOCKED_USER, id_=user_id)
        if row is None:
            raise UserNotFound
        return convert(row, User, from_attributes=True)

    async def lock_active_admins(self) -> set[UUID]:
        return set((await self.connection.execute(_LOCKED_ADMINS)).scalars())

    async def save_user(self, user: User) -> None:
        changed = sa.update(users).where(users.c.id == user.id).values(asdict(user))
        try:
            async with self.connection.begin_nested():
                await self.connection.execute(changed)
        except IntegrityError as error:
            other = await self._first(_USERNAME_EXISTS.where(users.c.id != user.id), username=user.username)
            raise UsernameTaken if other else EmailTaken from error

    async def replace_password_hash(self, user_id: UUID, old: str, new: str) -> bool:
        replace = sa.update(users).where(users.c.id == user_id, users.c.password_hash == old)
        return (await self.connection.execute(replace.values(password_hash=new))).rowcount == 1

    async def add_session(self, session: Session) -> None:
        await self.connection.execute(sa.insert(user_sessions), asdict(session))

    async def was_signed_in_from(self, user_id: UUID, device: Device, since: datetime) -> bool:
        values = {"address": device.ip_address, "device": device.hash, "now": since}
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

    async def evict_sessions(self, user_id: UUID, most: int, now: datetime) -> None:
        kept = _LIVE_SESSIONS.with_only_columns(user_sessions.c.id).limit(most)
        revoke = _REVOKE.where(user_sessions.c.user_id == _user, user_sessions.c.id.not_in(kept))
        await self.connection.execute(revoke, {"reason": "evicted", "now": now, "user": user_id})

    async def record(self, event: AuditEvent) -> None:
        await self.connection.execute(sa.insert(audit_events), asdict(event))

    async def profile(self, user_id: UUID) -> Profile:
        return _profile(await self._first(_PROFILE, id_=user_id))

    async def save_profile(self, profile: Profile) -> None:
        changed = sa.update(user_profiles).where(user_profiles.c.id == profile.id).values(asdict(profile))
        try:
            await self.connection.execute(changed)
        except IntegrityError as error:  # the only reference of a profile is that to its station
            raise UnknownStation from error

    async def rename(self, user_id: UUID, full_name: str | None, now: datetime) -> None:
        changed = sa.update(users).where(users.c.id == user_id).values(full_name=full_name, updated_at=now)
        await self.connection.execute(changed)

    async def _first(self, statement: sa.Executable, **values: Any) -> sa.Row[Any] | None:
        return (await self.connection.execute(statement, values)).first()


class SqlCallers:
    """`Callers`: plain reads."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def find_caller(self, session_id: UUID, now: datetime) -> Caller | None:
        row = await self.database.row(_CALLER, {"id_": session_id, "now": now})
        return convert(row, Caller, from_attributes=True) if row else None

    async def users(self, query: UserQuery, *, limit: int, offset: int) -> tuple[list[User], int]:
        matching: list[sa.ColumnElement[bool]] = []
        if query.q:
            searched = (users.c.username, users.c.full_name, users.c.email)
            matching.append(sa.or_(*(column.icontains(query.q, autoescape=True) for column in searched)))
        if query.role is not None:
            matching.append(users.c.role == query.role)
        if query.is_active is not None:
            matching.append(users.c.is_active == query.is_active)
        page = sa.select(users).where(*matching).order_by(users.c.username).limit(limit).offset(offset)
        async with self.database.reader() as connection:
            count = sa.select(sa.func.count()).select_from(users).where(*matching)
            total = (await connection.execute(count)).scalar_one()
            return [convert(row, User, from_attributes=True) for row in await connection.execute(page)], total

    async def live_sessions(
        self, user_id: UUID, now: datetime, *, limit: int, offset: int
    ) -> tuple[list[Session], int]:
        values = {"user": user_id, "now": now}
        async with self.database.reader() as connection:
            total = (await connection.execute(_LIVE_COUNT, values)).scalar_one()
            rows = await connection.execute(_LIVE_SESSIONS.limit(limit).offset(offset), values)
            return [convert(row, Session, from_attributes=True) for row in rows], total

    async def account(self, user_id: UUID) -> Account:
        async with self.database.reader() as connection:
            user = (await connection.execute(_USER, {"id_": user_id})).first()
            if user is None:
                raise UserNotFound
            profile = _profile((await connection.execute(_PROFILE, {"id_": user_id})).first())
        return Account(user=convert(user, User, from_attributes=True), profile=profile)


def _profile(row: sa.Row[Any] | None) -> Profile:
    if row is None:
        raise UserNotFound
    return convert(row, Profile, from_attributes=True)
