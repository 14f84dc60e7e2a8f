"""Identity in memory."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.database import DuplicateKey, MemoryDatabase, Row
from atg_adapters.memory.mail_tokens import MemoryMailTokens
from atg_adapters.memory.oauth_identities import MemoryOAuthIdentities
from atg_core.identity.audit import Action, AuditEvent
from atg_core.identity.model import Account, Caller, Device, Profile, Role, Session, User, UserQuery
from atg_core.identity.ports import EmailTaken, UnknownStation, UsernameTaken, UserNotFound


class MemoryIdentity(MemoryMailTokens, MemoryOAuthIdentities):
    """`IdentityStore` within a transaction."""

    def __init__(self, database: MemoryDatabase) -> None:
        super().__init__(database)

    async def find_account(self, login: str) -> Account | None:
        by_name = next(self.database.rows("users", username=login), None)
        row = by_name or next(self.database.rows("users", email=login.lower()), None)
        return _account(self.database, row["id"]) if row else None

    async def find_by_email(self, email: str) -> Account | None:
        row = next(self.database.rows("users", email=email.lower()), None)
        return _account(self.database, row["id"]) if row else None

    async def find_session(self, session_id: UUID) -> tuple[Session, User] | None:
        row = self.database.tables["user_sessions"].get(session_id)
        if row is None:
            return None
        return convert(row, Session), convert(self.database.tables["users"][row["user_id"]], User)

    async def add_account(self, account: Account) -> None:
        user = asdict(account.user)
        user["email"] = user["email"].lower() if user["email"] else None
        try:
            self.database.insert("users", user)
        except DuplicateKey as error:
            raise UsernameTaken if error.fields == ("username",) else EmailTaken from error
        self.database.insert("user_profiles", asdict(account.profile))

    async def lock_user(self, user_id: UUID) -> User:
        return _account(self.database, user_id).user

    async def lock_active_admins(self) -> set[UUID]:
        return {row["id"] for row in self.database.rows("users", role=Role.ADMIN, is_active=True)}

    async def save_user(self, user: User) -> None:
        try:
            self.database.update("users", user.id, **asdict(user))
        except DuplicateKey as error:
            raise UsernameTaken if error.fields == ("username",) else EmailTaken from error

    async def replace_password_hash(self, user_id: UUID, old: str, new: str) -> bool:
        if self.database.tables["users"][user_id]["password_hash"] != old:
            return False
        self.database.update("users", user_id, password_hash=new)
        return True

    async def add_session(self, session: Session) -> None:
        self.database.insert("user_sessions", asdict(session))

    async def was_signed_in_from(self, user_id: UUID, device: Device, since: datetime) -> bool:
        return any(
            _is_from(row, device.ip_address, device.hash) and not _is_denied(row)
            for row in self.database.rows("user_sessions", user_id=user_id)
            if row["created_at"] > since
        )

    async def is_new_device(self, user_id: UUID, device: Device) -> bool:
        rows = list(self.database.rows("user_sessions", user_id=user_id))
        known = (_is_from(row, device.ip_address, device.hash) and not _is_denied(row) for row in rows)
        return bool(rows) and not any(known)

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

    async def deny_sessions(self, session_id: UUID, reason: str, now: datetime) -> None:
        denied: Row | None = self.database.tables["user_sessions"].get(session_id)
        if denied is None:
            return
        for row in list(self.database.rows("user_sessions", user_id=denied["user_id"])):
            same = row["id"] == session_id or _is_from(row, denied["ip_address"], denied["device_hash"])
            if same and row["created_at"] >= denied["created_at"]:
                ended = {"revoked_at": row["revoked_at"] or now, "revoke_reason": reason}
                self.database.update("user_sessions", row["id"], **ended)

    async def evict_sessions(self, user_id: UUID, most: int, now: datetime) -> None:
        kept = {session.id for session in _live_sessions(self.database, user_id, now)[:most]}
        for row in list(self.database.rows("user_sessions", user_id=user_id, revoked_at=None)):
            if row["id"] not in kept:
                await self.revoke_session(row["id"], "evicted", now)

    async def record(self, event: AuditEvent) -> None:
        self.database.insert("audit_events", asdict(event))

    async def profile(self, user_id: UUID) -> Profile:
        return _account(self.database, user_id).profile

    async def save_profile(self, profile: Profile) -> None:
        if profile.station_id is not None and profile.station_id not in self.database.tables["stations"]:
            raise UnknownStation
        self.database.update("user_profiles", profile.id, **asdict(profile))

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
        return convert({**user, **own}, Caller) if user["is_active"] else None

    async def account(self, user_id: UUID) -> Account:
        return _account(self.database, user_id)

    async def users(self, query: UserQuery, *, limit: int, offset: int) -> tuple[list[User], int]:
        wanted = {"role": query.role, "is_active": query.is_active}
        given = {name: value for name, value in wanted.items() if value is not None}
        words = (query.q or "").lower()
        profiles = self.database.tables["user_profiles"]
        found = [
            row
            for row in self.database.rows("users", **given)
            if any(words in (row[column] or "").lower() for column in ("username", "full_name", "email"))
            or any(words in (profiles[row["id"]].get(column) or "").lower() for column in ("employee_id", "department"))
        ]
        ordered = sorted(found, key=lambda row: row["username"])
        return convert(ordered[offset : offset + limit], list[User]), len(found)

    async def live_sessions(
        self, user_id: UUID, now: datetime, *, limit: int, offset: int
    ) -> tuple[list[Session], int]:
        sessions = _live_sessions(self.database, user_id, now)
        return sessions[offset : offset + limit], len(sessions)


def _live_sessions(database: MemoryDatabase, user_id: UUID, now: datetime) -> list[Session]:
    rows = database.rows("user_sessions", user_id=user_id, revoked_at=None)
    live = convert([row for row in rows if row["expires_at"] > now], list[Session])
    return sorted(sorted(live, key=lambda session: session.id), key=lambda session: session.created_at, reverse=True)


def _is_from(session: Row, ip_address: str | None, device_hash: bytes | None) -> bool:
    from_address = session["ip_address"] and session["ip_address"] == ip_address
    return bool(from_address or (session["device_hash"] and session["device_hash"] == device_hash))


def _is_denied(session: Row) -> bool:
    return bool(session["revoke_reason"] == Action.SESSION_DENIED)


def _account(database: MemoryDatabase, user_id: UUID) -> Account:
    if user_id not in database.tables["users"]:
        raise UserNotFound
    user, profile = database.tables["users"][user_id], database.tables["user_profiles"][user_id]
    return Account(user=convert(user, User), profile=convert(profile, Profile))
