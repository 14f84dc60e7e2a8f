"""Users, profiles and callers in memory."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.database import DuplicateKey, MemoryDatabase, Row
from atg_adapters.memory.identity.email_tokens import MemoryEmailTokens
from atg_adapters.memory.identity.exchange_codes import MemoryExchangeCodes
from atg_adapters.memory.identity.oauth_identities import MemoryOAuthIdentities
from atg_adapters.memory.identity.second_factors import MemorySecondFactors
from atg_core.identity.accounts import rehash_digest
from atg_core.identity.audit import Action, AuditEvent
from atg_core.identity.model import Account, Caller, Device, Profile, Role, Session, User, UserQuery
from atg_core.identity.ports import (
    EmailTaken,
    EmployeeIdTaken,
    SessionsOfUser,
    UnknownStation,
    UsernameTaken,
    UserNotFound,
)
from atg_core.text import holds, is_same


class MemoryIdentity(MemoryEmailTokens, MemoryExchangeCodes, MemoryOAuthIdentities, MemorySecondFactors):
    """`IdentityStore` within a transaction."""

    def __init__(self, database: MemoryDatabase) -> None:
        super().__init__(database)

    async def find_account(self, login: str) -> Account | None:
        return _find_account(self.database, login)

    async def find_by_email(self, email: str) -> Account | None:
        return _find_by_email(self.database, email)

    async def find_session(self, session_id: UUID) -> tuple[Session, User] | None:
        row = self.database.tables["user_sessions"].get(session_id)
        if row is None:
            return None
        return convert(row, Session), convert(self.database.tables["users"][row["user_id"]], User)

    async def add_account(self, account: Account) -> None:
        user = {**asdict(account.user), "rehash_digest": None}
        self._require_station(account.profile)
        try:
            self.database.insert("users", user)
        except DuplicateKey as error:
            raise UsernameTaken if error.fields == ("username",) else EmailTaken from error
        try:
            self.database.insert("user_profiles", asdict(account.profile))
        except DuplicateKey as error:
            raise EmployeeIdTaken from error

    async def lock_user(self, user_id: UUID) -> User:
        return _account(self.database, user_id).user

    async def lock_active_admins(self) -> set[UUID]:
        return {row["id"] for row in self.database.rows("users", role=Role.ADMIN, is_active=True)}

    async def save_user(self, user: User) -> None:
        try:
            self.database.update("users", user.id, **asdict(user))
        except DuplicateKey as error:
            raise UsernameTaken if error.fields == ("username",) else EmailTaken from error

    async def replace_password_hash(self, user_id: UUID, old: str, new: str, *, is_rehash: bool = False) -> bool:
        if self.database.tables["users"][user_id]["password_hash"] != old:
            return False
        digest = rehash_digest(old, new) if is_rehash else None
        self.database.update("users", user_id, password_hash=new, rehash_digest=digest)
        return True

    async def add_session(self, session: Session) -> None:
        self.database.insert("user_sessions", asdict(session))

    async def begin_session(self, session: Session, event: AuditEvent, user: User) -> SessionsOfUser | None:
        stored = self.database.tables["users"].get(user.id)
        if stored is None or not stored["is_active"] or stored["password_hash"] != user.password_hash:
            return None
        others = list(self.database.rows("user_sessions", user_id=user.id))
        known = (_is_from(row, session.network, session.device_hash) and not _is_denied(row) for row in others)
        await self.add_session(session)
        await self.record(event)
        return SessionsOfUser(
            has_second_factor=_has_second_factor(self.database, user.id),
            is_new_device=bool(others) and not any(known),
            live_sessions=len(_live_sessions(self.database, user.id, session.created_at)),
        )

    async def was_signed_in_from(self, user_id: UUID, device: Device, since: datetime) -> bool:
        return any(
            _is_from(row, device.network, device.hash) and not _is_denied(row)
            for row in self.database.rows("user_sessions", user_id=user_id)
            if row["created_at"] > since
        )

    async def refresh_session(self, before: Session, after: Session) -> bool:
        row = self.database.tables["user_sessions"].get(before.id)
        if row is None or row["revoked_at"] or not self.database.tables["users"][row["user_id"]]["is_active"]:
            return False
        stored = convert(row, Session).rotation
        if (stored.confirmed, stored.offers) != (before.rotation.confirmed, before.offers):
            return False
        times = {"last_activity": after.last_activity, "expires_at": after.expires_at}
        self.database.update("user_sessions", before.id, **times, **asdict(after.rotation))
        return True

    async def revoke_session(
        self, session_id: UUID, reason: str, now: datetime, *, user_id: UUID | None = None
    ) -> UUID | None:
        row = self.database.tables["user_sessions"].get(session_id)
        if row is None or row["revoked_at"] or user_id not in (None, row["user_id"]):
            return None
        self.database.update("user_sessions", session_id, revoked_at=now, revoke_reason=reason)
        owner: UUID = row["user_id"]
        return owner

    async def revoke_sessions(self, user_id: UUID, reason: str, now: datetime, *, but: UUID | None = None) -> None:
        for row in list(self.database.rows("user_sessions", user_id=user_id, revoked_at=None)):
            if row["id"] != but:
                await self.revoke_session(row["id"], reason, now)
        for table in ("sign_in_tickets", "oauth_exchange_codes"):
            self.database.delete(table, user_id=user_id)

    async def deny_sessions(self, session_id: UUID, reason: str, now: datetime) -> None:
        denied: Row | None = self.database.tables["user_sessions"].get(session_id)
        if denied is None:
            return
        for row in list(self.database.rows("user_sessions", user_id=denied["user_id"])):
            same = row["id"] == session_id or _is_from(row, denied["network"], denied["device_hash"])
            if same and row["created_at"] >= denied["created_at"]:
                ended = {"revoked_at": row["revoked_at"] or now, "revoke_reason": reason}
                self.database.update("user_sessions", row["id"], **ended)

    async def evict_sessions(self, user_id: UUID, limit: int, now: datetime, *, but: UUID) -> None:
        live = [session.id for session in _live_sessions(self.database, user_id, now) if session.id != but]
        kept = {but, *live[:limit]}
        for row in list(self.database.rows("user_sessions", user_id=user_id, revoked_at=None)):
            if row["id"] not in kept:
                await self.revoke_session(row["id"], "evicted", now)

    async def record(self, event: AuditEvent) -> None:
        self.database.insert("audit_events", asdict(event))

    async def profile(self, user_id: UUID) -> Profile:
        return _account(self.database, user_id).profile

    async def save_profile(self, profile: Profile) -> None:
        self._require_station(profile)
        try:
            self.database.update("user_profiles", profile.id, **asdict(profile))
        except DuplicateKey as error:
            raise EmployeeIdTaken from error

    def _require_station(self, profile: Profile) -> None:
        if profile.station_id is not None and profile.station_id not in self.database.tables["stations"]:
            raise UnknownStation

    async def rename(self, user_id: UUID, full_name: str | None, now: datetime) -> None:
        self.database.update("users", user_id, full_name=full_name, updated_at=now)


class MemoryCallers:
    """`Callers`: plain reads."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def find_caller(self, session_id: UUID, now: datetime) -> Caller | None:
        session: dict[str, Any] | None = self.database.tables["user_sessions"].get(session_id)
        if session is None or session["revoked_at"] or session["expires_at"] <= now:
            return None
        user = self.database.tables["users"][session["user_id"]]
        own = {"session_id": session_id, "email_verified": user.get("email_verified_at") is not None}
        profile: dict[str, Any] = self.database.tables["user_profiles"].get(user["id"], {})
        known = {**user, **own, "language": profile.get("language"), "time_zone": profile.get("time_zone")}
        return convert(known, Caller) if user["is_active"] else None

    async def find_account(self, login: str) -> Account | None:
        return _find_account(self.database, login)

    async def find_by_email(self, email: str) -> Account | None:
        return _find_by_email(self.database, email)

    async def account(self, user_id: UUID) -> Account:
        account = _account(self.database, user_id)
        station = self.database.tables["stations"].get(account.profile.station_id, {})
        return replace(account, station=station.get("name"))

    async def users(self, query: UserQuery, *, limit: int, offset: int) -> tuple[list[Account], int]:
        wanted = {"role": query.role, "is_active": query.is_active}
        given = {name: value for name, value in wanted.items() if value is not None}
        at_work = {name: getattr(query, name) for name in ("department", "position", "station_id")}
        of_profile = {name: value for name, value in at_work.items() if value is not None}
        profiles = {row["id"]: row for row in self.database.rows("user_profiles", **of_profile)}
        found = [
            row
            for row in self.database.rows("users", **given)
            if row["id"] in profiles and holds(query.q, *_searched(row, profiles[row["id"]]))
        ]
        ordered = sorted(found, key=lambda row: row["username"])
        return [self._listed(row, profiles[row["id"]]) for row in ordered[offset : offset + limit]], len(found)

    def _listed(self, user: Row, profile: Row) -> Account:
        station = self.database.tables["stations"].get(profile.get("station_id"), {})
        return Account(user=convert(user, User), profile=convert(profile, Profile), station=station.get("name"))

    async def departments(self) -> Mapping[str, int]:
        return self._people_by("department")

    async def positions(self) -> Mapping[str, int]:
        return self._people_by("position")

    def _people_by(self, name: str) -> Mapping[str, int]:
        counts: Counter[str] = Counter()
        for profile in self.database.rows("user_profiles"):
            if value := profile.get(name):
                counts[value] += self.database.tables["users"][profile["id"]]["is_active"]
        return dict(sorted(counts.items()))

    async def usernames(self, user_ids: Collection[UUID]) -> Mapping[UUID, str]:
        users = self.database.tables["users"]
        return {each: users[each]["username"] for each in user_ids if each in users}

    async def live_sessions(
        self, user_id: UUID, now: datetime, *, limit: int, offset: int
    ) -> tuple[list[Session], int]:
        sessions = _live_sessions(self.database, user_id, now)
        return sessions[offset : offset + limit], len(sessions)


def _find_account(database: MemoryDatabase, login: str) -> Account | None:
    named = next(database.rows("users", username=login), None)
    if named:
        return _account(database, named["id"])
    alike = [row for row in database.rows("users") if is_same(row["username"], login)]
    only = _account(database, alike[0]["id"]) if len(alike) == 1 else None
    return _find_by_email(database, login) or only


def _find_by_email(database: MemoryDatabase, email: str) -> Account | None:
    row = next((row for row in database.rows("users") if row["email"] and is_same(row["email"], email)), None)
    return _account(database, row["id"]) if row else None


def _searched(user: Row, profile: Row) -> list[str | None]:
    of_profile = [profile.get(name) for name in ("employee_id", "department")]
    return [user["username"], user["full_name"], user["email"], *of_profile]


def _live_sessions(database: MemoryDatabase, user_id: UUID, now: datetime) -> list[Session]:
    rows = database.rows("user_sessions", user_id=user_id, revoked_at=None)
    live = convert([row for row in rows if row["expires_at"] > now], list[Session])
    return sorted(sorted(live, key=lambda session: session.id), key=lambda session: session.created_at, reverse=True)


def _is_from(session: Row, network: str | None, device_hash: bytes | None) -> bool:
    from_network = session["network"] and session["network"] == network
    return bool(from_network or (session["device_hash"] and session["device_hash"] == device_hash))


def _is_denied(session: Row) -> bool:
    return bool(session["revoke_reason"] == Action.SESSION_DENIED)


def _account(database: MemoryDatabase, user_id: UUID) -> Account:
    if user_id not in database.tables["users"]:
        raise UserNotFound
    user, profile = database.tables["users"][user_id], database.tables["user_profiles"][user_id]
    has_second_factor = _has_second_factor(database, user_id)
    return Account(user=convert(user, User), profile=convert(profile, Profile), has_second_factor=has_second_factor)


def _has_second_factor(database: MemoryDatabase, user_id: UUID) -> bool:
    return any(row["confirmed_at"] for row in database.rows("second_factors", user_id=user_id))
