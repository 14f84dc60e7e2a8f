"""Promo codes of campaigns and their mails in memory."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.database import DuplicateKey, MemoryDatabase, Row
from atg_core.campaigns.model import PromoCode, PromoMail
from atg_core.campaigns.ports import AlreadyUsed, PromoCodeNotFound


class MemoryPromoCodes:
    """`PromoCodes` within a transaction."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def code_of_session(self, session_id: UUID) -> PromoCode | None:
        return _first_code(self.database.rows("promo_codes", session_id=session_id))

    async def add_code(self, code: PromoCode) -> bool:
        try:
            self.database.insert("promo_codes", asdict(code))
        except DuplicateKey:
            return False
        return True

    async def save_code(self, code: PromoCode) -> None:
        self.database.update("promo_codes", code.id, **asdict(code))

    async def redeem(self, code: str, now: datetime) -> PromoCode:
        found = _first_code(self.database.rows("promo_codes", code=code))
        if found is None:
            raise PromoCodeNotFound
        if found.used_at is not None:
            raise AlreadyUsed
        self.database.update("promo_codes", found.id, used_at=now)
        return convert(self.database.tables["promo_codes"][found.id], PromoCode)

    async def mail_times(self, email: str, since: datetime) -> list[datetime]:
        due = (row["due_at"] for row in self.database.rows("promo_mails", email=email))
        return sorted((moment for moment in due if moment > since), reverse=True)

    async def add_mail(self, code: PromoCode, *, language: str, due_at: datetime) -> bool:
        mail = {
            "promo_code_id": code.id,
            "participant_id": code.participant_id,
            "email": code.email,
            "language": language,
            "due_at": due_at,
            "sent_at": None,
            "refused_at": None,
        }
        try:
            self.database.insert("promo_mails", mail)
        except DuplicateKey:
            return False
        return True

    async def unsent_mails(self, promo_code_id: UUID, now: datetime) -> list[PromoMail]:
        rows = self.database.rows("promo_mails", promo_code_id=promo_code_id, sent_at=None, refused_at=None)
        code = self.database.tables["promo_codes"].get(promo_code_id)
        return [convert({**row, "code": code["code"]}, PromoMail) for row in rows if code and row["due_at"] <= now]

    async def mark_checked(self, code: PromoCode, now: datetime) -> bool:
        first = self.database.tables["promo_codes"][code.id]["checked_at"] is None
        if first:
            self.database.update("promo_codes", code.id, checked_at=now)
        return first

    async def mark_mail_sent(self, mail: PromoMail, now: datetime) -> tuple[PromoCode, str]:
        self.database.update("promo_mails", mail.id, sent_at=now)
        code = convert(self.database.tables["promo_codes"][mail.promo_code_id], PromoCode)
        if code.sent_at is None:
            self.database.update("promo_codes", code.id, sent_at=now)
        session = self.database.tables["campaign_sessions"].get(code.session_id)
        return code, session["campaign"] if session else ""

    async def mark_mail_refused(self, mail: PromoMail, now: datetime) -> None:
        self.database.update("promo_mails", mail.id, refused_at=now)


def _first_code(rows: Iterable[Row]) -> PromoCode | None:
    row = next(iter(rows), None)
    return convert(row, PromoCode) if row else None
