"""The accounts that an import is about, in memory."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from atg_adapters.memory.database import MemoryDatabase, Row
from atg_core.identity.audit import AuditEvent
from atg_core.identity.email_tokens import REVOCABLE
from atg_core.identity.model import Origin
from atg_core.importing.ports import EmailHolder
from atg_core.text import fold, is_same


class MemoryImportedAccounts:
    """`ImportedAccounts` within a transaction."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def email_holders(self, emails: Collection[str]) -> dict[str, EmailHolder]:
        wanted, holders = set(emails), {}
        for row in self.database.rows("users", origin=Origin.SELF):
            if (email := fold(row["email"] or "")) in wanted:
                holders[email] = EmailHolder(id=row["id"], is_verified=row["email_verified_at"] is not None)
        return holders

    async def unproven(self, user_ids: Collection[UUID]) -> set[UUID]:
        return {user_id for user_id in user_ids if _is_unverified(self.database.tables["users"][user_id])}

    async def release_emails(self, user_ids: Collection[UUID], now: datetime) -> None:
        for user_id in await self.unproven(user_ids):
            user, profile = (self.database.tables[name][user_id] for name in ("users", "user_profiles"))
            email = user["email"]
            if is_same(profile["email"], email):
                self.database.update("user_profiles", user_id, email=None, updated_at=now)
            is_name = is_same(user["username"], email)
            username = f"account-{user_id.hex}" if is_name else user["username"]
            self.database.update("users", user_id, email=None, username=username, updated_at=now)

    async def signed_in(self, user_ids: Collection[UUID]) -> set[UUID]:
        live = {row["user_id"] for row in self.database.rows("user_sessions", revoked_at=None)}
        return live & set(user_ids)

    async def end_sessions(self, user_ids: Collection[UUID], reason: str, now: datetime) -> None:
        for row in self._of("user_sessions", user_ids):
            if row["revoked_at"] is None:
                self.database.update("user_sessions", row["id"], revoked_at=now, revoke_reason=reason)
        for user_id in user_ids:
            for table in ("sign_in_tickets", "oauth_exchange_codes"):
                self.database.delete(table, user_id=user_id)

    async def revoke_email_tokens(self, user_ids: Collection[UUID], now: datetime) -> None:
        for row in self._of("mail_tokens", user_ids):
            if row["used_at"] is None and row["purpose"] in REVOCABLE:
                self.database.update("mail_tokens", row["id"], used_at=now)

    async def remove_credentials(self, user_ids: Collection[UUID]) -> None:
        for user_id in user_ids:
            for table in ("oauth_identities", "calendar_tokens", "second_factors", "recovery_codes"):
                self.database.delete(table, user_id=user_id)

    async def record(self, events: Sequence[AuditEvent]) -> None:
        for event in events:
            self.database.insert("audit_events", asdict(event))

    def _of(self, table: str, user_ids: Collection[UUID]) -> list[Row]:
        return [row for row in self.database.rows(table) if row["user_id"] in user_ids]


def _is_unverified(user: Row) -> bool:
    return bool(user["origin"] == Origin.SELF and user["email"] and user["email_verified_at"] is None)
