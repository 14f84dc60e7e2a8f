"""Second factors, recovery codes and tickets of sign-ins in memory."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase, Row
from atg_core.identity.second_factor import SecondFactor, SignInTicket


class MemorySecondFactors:
    """`SecondFactors` within a transaction."""

    database: MemoryDatabase

    async def find_second_factor(self, user_id: UUID) -> SecondFactor | None:
        row = self._row("second_factors", user_id=user_id)
        return convert(row, SecondFactor) if row else None

    async def put_second_factor(self, factor: SecondFactor) -> None:
        self.database.delete("second_factors", user_id=factor.user_id)
        self.database.insert("second_factors", asdict(factor))

    async def use_time_step(self, user_id: UUID, step: int) -> bool:
        row = self._row("second_factors", user_id=user_id)
        if row is None or (row["last_step"] is not None and row["last_step"] >= step):
            return False
        self.database.update("second_factors", row["id"], last_step=step)
        return True

    async def second_factor_secrets(self) -> list[tuple[UUID, str]]:
        return [(row["user_id"], row["secret"]) for row in self.database.rows("second_factors")]

    async def replace_secret(self, user_id: UUID, old: str, new: str) -> None:
        row = self._row("second_factors", user_id=user_id, secret=old)
        if row:
            self.database.update("second_factors", row["id"], secret=new)

    async def remove_second_factor(self, user_id: UUID) -> bool:
        factor = await self.find_second_factor(user_id)
        for table in ("second_factors", "recovery_codes", "sign_in_tickets"):
            self.database.delete(table, user_id=user_id)
        return factor is not None and factor.confirmed_at is not None

    async def replace_recovery_codes(self, user_id: UUID, hashes: list[bytes]) -> None:
        self.database.delete("recovery_codes", user_id=user_id)
        for each in hashes:
            self.database.insert("recovery_codes", {"user_id": user_id, "code_hash": each, "used_at": None})

    async def use_recovery_code(self, user_id: UUID, code_hash: bytes, now: datetime) -> bool:
        row = self._row("recovery_codes", user_id=user_id, code_hash=code_hash, used_at=None)
        if row is None:
            return False
        self.database.update("recovery_codes", row["id"], used_at=now)
        return True

    async def count_recovery_codes(self, user_id: UUID) -> int:
        return sum(1 for _ in self.database.rows("recovery_codes", user_id=user_id, used_at=None))

    async def add_ticket(self, ticket: SignInTicket) -> None:
        self.database.insert("sign_in_tickets", asdict(ticket))

    async def try_ticket(self, ticket_hash: bytes, now: datetime) -> SignInTicket | None:
        row = self._row("sign_in_tickets", ticket_hash=ticket_hash)
        if row is None or not convert(row, SignInTicket).allows_try(now):
            return None
        self.database.update("sign_in_tickets", row["id"], tries=row["tries"] + 1)
        return convert(self.database.tables["sign_in_tickets"][row["id"]], SignInTicket)

    async def use_ticket(self, ticket_id: UUID, now: datetime) -> bool:
        row = self.database.tables["sign_in_tickets"].get(ticket_id)
        if row is None or row["used_at"] or row["expires_at"] <= now:
            return False
        self.database.update("sign_in_tickets", ticket_id, used_at=now)
        return True

    async def delete_tickets(self, before: datetime) -> int:
        old = [row["id"] for row in self.database.rows("sign_in_tickets") if row["expires_at"] < before]
        for row_id in old:
            self.database.delete("sign_in_tickets", id=row_id)
        return len(old)

    def _row(self, table: str, **values: object) -> Row | None:
        return next(self.database.rows(table, **values), None)
