"""Users, profiles and callers on SQL."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from atg_adapters.sql.database import Database
from atg_adapters.sql.folding import escaped, search, with_folded
from atg_adapters.sql.identity.exchange_codes import SqlExchangeCodes
from atg_adapters.sql.identity.oauth_identities import SqlOAuthIdentities
from atg_adapters.sql.identity.second_factors import SqlSecondFactors
from atg_adapters.sql.identity.sessions import LIVE_SESSIONS, SqlSessions
from atg_adapters.sql.rows import split
from atg_adapters.sql.tables.catalog import stations
from atg_adapters.sql.tables.identity import audit_events, second_factors, user_profiles, user_sessions, users
from atg_adapters.sql.types import UtcDateTime
from atg_core.identity.accounts import rehash_digest
from atg_core.identity.audit import AuditEvent
from atg_core.identity.model import Account, Caller, Profile, Role, Session, User, UserQuery
from atg_core.identity.ports import EmailTaken, EmployeeIdTaken, UnknownStation, UsernameTaken, UserNotFound
from atg_core.text import is_same

_login: sa.BindParameter[str] = sa.bindparam("login")
_any_case: sa.BindParameter[str] = sa.bindparam("any_case")
_id: sa.BindParameter[UUID] = sa.bindparam("id_")
_user: sa.BindParameter[UUID] = sa.bindparam("user")
_now: sa.BindParameter[datetime] = sa.bindparam("now", type_=UtcDateTime)

# One query, so that a name that is unknown costs as much as one that is known.
_has_second_factor = sa.exists().where(
    second_factors.c.user_id == users.c.id, second_factors.c.confirmed_at.is_not(None)
)
_ACCOUNT = sa.select(users, user_profiles, _has_second_factor).join_from(users, user_profiles)
_is_named, _has_email = users.c.username == _login, users.c.email_folded == _any_case
# Two rows without the email and the exact name are two accounts whose usernames differ in case alone.
_FIND_ACCOUNT = (
    _ACCOUNT.where(_is_named | _has_email | (users.c.username_folded == _any_case))
    .order_by(_is_named.desc(), sa.func.coalesce(_has_email, sa.false()).desc())
    .limit(2)
)
_LISTED = (
    sa.select(users, user_profiles, stations.c.name)
    .join_from(users, user_profiles)
    .outerjoin(stations, stations.c.id == user_profiles.c.station_id)
)
_LISTED_ONE = _LISTED.where(users.c.id == _id)


def _people_by(column: sa.Column[Any]) -> sa.Select[Any]:
    active = sa.func.sum(sa.case((users.c.is_active, 1), else_=0))
    return (
        sa.select(column, active)
        .join_from(user_profiles, users)
        .where(column.is_not(None), column != "")
        .group_by(column)
        .order_by(column)
    )


_DEPARTMENTS, _POSITIONS = _people_by(user_profiles.c.department), _people_by(user_profiles.c.position)
_FIND_BY_EMAIL = _ACCOUNT.where(_has_email)
_USER = sa.select(users).where(users.c.id == _id)
_LOCKED_USER = _USER.with_for_update(key_share=True)
_LOCKED_ADMINS = (
    sa.select(users.c.id)
    .where(users.c.role == Role.ADMIN, users.c.is_active)
    .order_by(users.c.id)
    .with_for_update(key_share=True)
)
_USERNAMES = sa.select(users.c.id, users.c.username).where(users.c.id.in_(sa.bindparam("ids", expanding=True)))
_PROFILE = sa.select(user_profiles).where(user_profiles.c.id == _id)
_SESSION_AND_USER = sa.select(user_sessions, users).join_from(user_sessions, users).where(user_sessions.c.id == _id)
_USERNAME_EXISTS = sa.select(users.c.id).where(
    (users.c.username == sa.bindparam("username")) | (users.c.username_folded == sa.bindparam("any_case"))
)
_EMAIL_OF_OTHER = sa.select(users.c.id).where(_has_email, users.c.id != _id)
_EMPLOYEE = sa.select(user_profiles.c.id).where(
    user_profiles.c.employee_id == sa.bindparam("employee_id"), user_profiles.c.id != _id
)
_twin = sa.case((users.c.username_folded == sa.bindparam("new_name"), users.c.username_twin), else_=0)
_ADD_USER = insert(users).on_conflict_do_nothing().returning(users.c.id)
_RECORD = sa.insert(audit_events)
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
        user_profiles.c.language,
        user_profiles.c.time_zone,
    )
    .join_from(user_sessions, users)
    .outerjoin(user_profiles, user_profiles.c.id == users.c.id)
    .where(
        user_sessions.c.id == _id,
        user_sessions.c.revoked_at.is_(None),
        user_sessions.c.expires_at > _now,
        users.c.is_active,
    )
)


class SqlIdentity(SqlSessions, SqlExchangeCodes, SqlOAuthIdentities, SqlSecondFactors):
    """`IdentityStore` within the transaction of `connection`."""

    async def find_account(self, login: str) -> Account | None:
        found = await self.connection.execute(_FIND_ACCOUNT, {"login": login, "any_case": login})
        return _the_account(found.all(), login)

    async def find_by_email(self, email: str) -> Account | None:
        return _account(await self._first(_FIND_BY_EMAIL, any_case=email))

    async def find_session(self, session_id: UUID) -> tuple[Session, User] | None:
        row = await self._first(_SESSION_AND_USER, id_=session_id)
        if row is None:
            return None
        session, user = split(row, user_sessions, users)
        return convert(session, Session), convert(user, User)

    async def add_account(self, account: Account) -> None:
        added = await self.connection.execute(_ADD_USER, with_folded(users, asdict(account.user)))
        if added.first() is None:
            name = account.user.username
            taken = await self._first(_USERNAME_EXISTS, username=name, any_case=name)
            raise UsernameTaken if taken else EmailTaken
        insert_profile = sa.insert(user_profiles)
        values = with_folded(user_profiles, asdict(account.profile))
        if account.profile.station_id is None and account.profile.employee_id is None:
            await self.connection.execute(insert_profile, values)
        else:
            await self._write_profile(insert_profile, values)

    async def lock_user(self, user_id: UUID) -> User:
        row = await self._first(_LOCKED_USER, id_=user_id)
        if row is None:
            raise UserNotFound
        return convert(row, User, from_attributes=True)

    async def lock_active_admins(self) -> set[UUID]:
        return set((await self.connection.execute(_LOCKED_ADMINS)).scalars())

    async def save_user(self, user: User) -> None:
        values = {**with_folded(users, asdict(user)), "username_twin": _twin}
        changed = sa.update(users).where(users.c.id == user.id).values(values)
        try:
            async with self.connection.begin_nested():
                await self.connection.execute(changed, {"new_name": user.username})
        except IntegrityError as error:
            other = await self._first(_EMAIL_OF_OTHER, any_case=user.email, id_=user.id)
            raise EmailTaken if other else UsernameTaken from error

    async def replace_password_hash(self, user_id: UUID, old: str, new: str, *, is_rehash: bool = False) -> bool:
        replace = sa.update(users).where(users.c.id == user_id, users.c.password_hash == old)
        values = {"password_hash": new, "rehash_digest": rehash_digest(old, new) if is_rehash else None}
        return (await self.connection.execute(replace.values(values))).rowcount == 1

    async def record(self, event: AuditEvent) -> None:
        await self.connection.execute(_RECORD, asdict(event))

    async def profile(self, user_id: UUID) -> Profile:
        return _profile(await self._first(_PROFILE, id_=user_id))

    async def save_profile(self, profile: Profile) -> None:
        values = with_folded(user_profiles, asdict(profile))
        await self._write_profile(sa.update(user_profiles).where(user_profiles.c.id == profile.id), values)

    async def _write_profile(self, statement: sa.Insert | sa.Update, values: Mapping[str, Any]) -> None:
        """Raises UnknownStation, EmployeeIdTaken."""
        try:
            async with self.connection.begin_nested():
                await self.connection.execute(statement.values(values))
        except IntegrityError as error:  # the only reference of a profile is that to its station
            taken = await self._first(_EMPLOYEE, employee_id=values["employee_id"], id_=values["id"])
            raise EmployeeIdTaken if taken else UnknownStation from error

    async def rename(self, user_id: UUID, full_name: str | None, now: datetime) -> None:
        values = with_folded(users, {"full_name": full_name, "updated_at": now})
        changed = sa.update(users).where(users.c.id == user_id).values(values)
        await self.connection.execute(changed)


class SqlCallers:
    """`Callers`: plain reads."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def find_caller(self, session_id: UUID, now: datetime) -> Caller | None:
        row = await self.database.row(_CALLER, {"id_": session_id, "now": now})
        return convert(row, Caller, from_attributes=True) if row else None

    async def users(self, query: UserQuery, *, limit: int, offset: int) -> tuple[list[Account], int]:
        matching: list[sa.ColumnElement[bool]] = []
        words = escaped(query.q or "")
        if words:
            of_profile = (user_profiles.c.employee_id, user_profiles.c.department)
            matching.append(search(users.c.username, users.c.full_name, users.c.email, *of_profile, words=words))
        if query.role is not None:
            matching.append(users.c.role == query.role)
        if query.is_active is not None:
            matching.append(users.c.is_active == query.is_active)
        at_work = {name: getattr(query, name) for name in ("department", "position", "station_id")}
        matching += [user_profiles.c[name] == value for name, value in at_work.items() if value is not None]
        listed = users.join(user_profiles)
        page = _LISTED.where(*matching).order_by(users.c.username).limit(limit).offset(offset)
        async with self.database.reader() as connection:
            count = sa.select(sa.func.count()).select_from(listed).where(*matching)
            total = (await connection.execute(count)).scalar_one()
            return [_listed(row) for row in await connection.execute(page)], total

    async def departments(self) -> Mapping[str, int]:
        return {row[0]: row[1] for row in await self.database.rows(_DEPARTMENTS)}

    async def positions(self) -> Mapping[str, int]:
        return {row[0]: row[1] for row in await self.database.rows(_POSITIONS)}

    async def usernames(self, user_ids: Collection[UUID]) -> Mapping[UUID, str]:
        found = await self.database.rows(_USERNAMES, {"ids": list(user_ids)}) if user_ids else ()
        return {row.id: row.username for row in found}

    async def live_sessions(
        self, user_id: UUID, now: datetime, *, limit: int, offset: int
    ) -> tuple[list[Session], int]:
        values = {"user": user_id, "now": now}
        async with self.database.reader() as connection:
            total = (await connection.execute(_LIVE_COUNT, values)).scalar_one()
            rows = await connection.execute(LIVE_SESSIONS.limit(limit).offset(offset), values)
            return [convert(row, Session, from_attributes=True) for row in rows], total

    async def find_account(self, login: str) -> Account | None:
        return _the_account(await self.database.rows(_FIND_ACCOUNT, {"login": login, "any_case": login}), login)

    async def find_by_email(self, email: str) -> Account | None:
        return _account(await self.database.row(_FIND_BY_EMAIL, {"any_case": email}))

    async def account(self, user_id: UUID) -> Account:
        row = await self.database.row(_LISTED_ONE, {"id_": user_id})
        if row is None:
            raise UserNotFound
        return _listed(row)


def _the_account(rows: Sequence[sa.Row[Any]], login: str) -> Account | None:
    """None where usernames that differ in case alone are all there is."""
    found = _account(rows[0] if rows else None)
    if found is None or len(rows) == 1:
        return found
    return found if found.user.username == login or is_same(found.user.email, login) else None


def _account(row: sa.Row[Any] | None) -> Account | None:
    if row is None:
        return None
    user, profile = split(row, users, user_profiles)
    return Account(user=convert(user, User), profile=convert(profile, Profile), has_second_factor=bool(row[-1]))


def _listed(row: sa.Row[Any]) -> Account:
    user, profile = split(row, users, user_profiles)
    return Account(user=convert(user, User), profile=convert(profile, Profile), station=row[-1])


def _profile(row: sa.Row[Any] | None) -> Profile:
    if row is None:
        raise UserNotFound
    return convert(row, Profile, from_attributes=True)
