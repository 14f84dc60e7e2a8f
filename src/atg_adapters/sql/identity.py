"""Identity on SQL."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from atg_adapters.sql.database import Database
from atg_adapters.sql.oauth_identities import SqlOAuthIdentities
from atg_adapters.sql.sessions import LIVE_SESSIONS, SqlSessions
from atg_adapters.sql.tables.identity import audit_events, user_profiles, user_sessions, users
from atg_adapters.sql.types import UtcDateTime
from atg_core.identity.audit import AuditEvent
from atg_core.identity.model import Account, Caller, Profile, Role, Session, User, UserQuery
from atg_core.identity.ports import EmailTaken, UnknownStation, UsernameTaken, UserNotFound

_login: sa.BindParameter[str] = sa.bindparam("login")
_id: sa.BindParameter[UUID] = sa.bindparam("id_")
_user: sa.BindParameter[UUID] = sa.bindparam("user")
_now: sa.BindParameter[datetime] = sa.bindparam("now", type_=UtcDateTime)

# One query, so that a name that is unknown costs as much as one that is known.
_ACCOUNT = sa.select(users, user_profiles).join_from(users, user_profiles)
_FIND_ACCOUNT = (
    _ACCOUNT.where((users.c.username == _login) | (sa.func.lower(users.c.email) == sa.func.lower(_login)))
    .order_by((users.c.username == _login).desc())
    .limit(1)
)
_FIND_BY_EMAIL = _ACCOUNT.where(sa.func.lower(users.c.email) == sa.func.lower(_login))
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
_LIVE_COUNT = sa.select(sa.func.count()).select_from(LIVE_SESSIONS.order_by(None).subquery())
_CALLER = (
    sa.select(
        users.c.id,
        users.c.username,
        users.c.role,
        users.c.full_name,
        users.c.email,
        users.c.is_active,
        user_sessions.c.id.label("session_id"),
        users.c.email_verified_at.is_not(None).label("email_verified"),
    )
    .join_from(user_sessions, users)
    .where(
        user_sessions.c.id == _id,
        user_sessions.c.revoked_at.is_(None),
        user_sessions.c.expires_at > _now,
        users.c.is_active,
    )
)


class SqlIdentity(SqlSessions, SqlOAuthIdentities):
    """`IdentityStore` within the transaction of `connection`."""

    async def find_account(self, login: str) -> Account | None:
        return _account(await self._first(_FIND_ACCOUNT, login=login))

    async def find_by_email(self, email: str) -> Account | None:
        return _account(await self._first(_FIND_BY_EMAIL, login=email))

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
            of_profile = (user_profiles.c.employee_id, user_profiles.c.department)
            searched = (users.c.username, users.c.full_name, users.c.email, *of_profile)
            matching.append(sa.or_(*(column.icontains(query.q, autoescape=True) for column in searched)))
        if query.role is not None:
            matching.append(users.c.role == query.role)
        if query.is_active is not None:
            matching.append(users.c.is_active == query.is_active)
        listed = users.join(user_profiles) if query.q else users
        page = sa.select(users).select_from(listed).where(*matching).order_by(users.c.username)
        page = page.limit(limit).offset(offset)
        async with self.database.reader() as connection:
            count = sa.select(sa.func.count()).select_from(listed).where(*matching)
            total = (await connection.execute(count)).scalar_one()
            return [convert(row, User, from_attributes=True) for row in await connection.execute(page)], total

    async def live_sessions(
        self, user_id: UUID, now: datetime, *, limit: int, offset: int
    ) -> tuple[list[Session], int]:
        values = {"user": user_id, "now": now}
        async with self.database.reader() as connection:
            total = (await connection.execute(_LIVE_COUNT, values)).scalar_one()
            rows = await connection.execute(LIVE_SESSIONS.limit(limit).offset(offset), values)
            return [convert(row, Session, from_attributes=True) for row in rows], total

    async def account(self, user_id: UUID) -> Account:
        async with self.database.reader() as connection:
            user = (await connection.execute(_USER, {"id_": user_id})).first()
            if user is None:
                raise UserNotFound
            profile = _profile((await connection.execute(_PROFILE, {"id_": user_id})).first())
        return Account(user=convert(user, User, from_attributes=True), profile=profile)


def _account(row: sa.Row[Any] | None) -> Account | None:
    if row is None:
        return None
    values = iter(row)
    user, profile = ({str(column.name): next(values) for column in table.c} for table in (users, user_profiles))
    return Account(user=convert(user, User), profile=convert(profile, Profile))


def _profile(row: sa.Row[Any] | None) -> Profile:
    if row is None:
        raise UserNotFound
    return convert(row, Profile, from_attributes=True)
