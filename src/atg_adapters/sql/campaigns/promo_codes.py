"""Promo codes of campaigns and their mails on SQL."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.dialects.postgresql import insert

from atg_adapters.sql.connection import Connection
from atg_adapters.sql.rows import saved, saving
from atg_adapters.sql.tables.campaigns import campaign_sessions, promo_codes, promo_mails
from atg_adapters.sql.types import UtcDateTime
from atg_core.campaigns.model import PromoCode, PromoMail
from atg_core.campaigns.ports import AlreadyUsed, PromoCodeNotFound

_codes, _mails = promo_codes.c, promo_mails.c
_id: sa.BindParameter[Any] = sa.bindparam("key")
_email: sa.BindParameter[str] = sa.bindparam("address")
_since = sa.bindparam("since", type_=UtcDateTime)
_now = sa.bindparam("now", type_=UtcDateTime)

_CODE_OF_SESSION = sa.select(promo_codes).where(_codes.session_id == _id)
_ADD_CODE = insert(promo_codes).on_conflict_do_nothing().returning(_codes.id)
_SAVE_CODE = saving(promo_codes)
_CODE_SENT = sa.update(promo_codes).where(_codes.id == _id).values(sent_at=_now)
_REDEEM = (
    sa.update(promo_codes)
    .where(_codes.code == _id, _codes.used_at.is_(None))
    .values(used_at=_now)
    .returning(promo_codes)
)
_IS_CODE = sa.select(_codes.id).where(_codes.code == _id)
_MAIL_TIMES = (
    sa.select(_mails.due_at).where(_mails.email == _email, _mails.due_at > _since).order_by(_mails.due_at.desc())
)
_ADD_MAIL = insert(promo_mails).on_conflict_do_nothing(index_elements=["promo_code_id", "email"]).returning(_mails.id)
_UNSENT_MAILS = (
    sa.select(promo_mails, _codes.code)
    .join(promo_codes)
    .where(_mails.promo_code_id == _id, _mails.sent_at.is_(None), _mails.refused_at.is_(None), _mails.due_at <= _now)
    .order_by(_mails.id)
)
_MAIL_SENT = sa.update(promo_mails).where(_mails.id == _id).values(sent_at=_now)
_MAIL_REFUSED = sa.update(promo_mails).where(_mails.id == _id).values(refused_at=_now)
_CHECKED = (
    sa.update(promo_codes)
    .where(_codes.id == _id, _codes.checked_at.is_(None))
    .values(checked_at=_now)
    .returning(_codes.id)
)
_HELD_CODE = (
    sa.select(promo_codes, campaign_sessions.c.campaign)
    .outerjoin(campaign_sessions)
    .where(_codes.id == _id)
    .with_for_update(of=promo_codes)
)


class SqlPromoCodes:
    """`PromoCodes` within the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def _first(self, statement: sa.Executable, **values: Any) -> Any:
        return (await self.connection.execute(statement, values)).first()

    async def code_of_session(self, session_id: UUID) -> PromoCode | None:
        return _found_code(await self._first(_CODE_OF_SESSION, key=session_id))

    async def add_code(self, code: PromoCode) -> bool:
        return await self._first(_ADD_CODE, **asdict(code)) is not None

    async def save_code(self, code: PromoCode) -> None:
        await self.connection.execute(_SAVE_CODE, saved(code))

    async def redeem(self, code: str, now: datetime) -> PromoCode:
        row = await self._first(_REDEEM, key=code, now=now)
        if row is None:
            raise AlreadyUsed if await self._first(_IS_CODE, key=code) else PromoCodeNotFound
        return convert(row, PromoCode, from_attributes=True)

    async def mail_times(self, email: str, since: datetime) -> list[datetime]:
        rows = await self.connection.execute(_MAIL_TIMES, {"address": email, "since": since})
        return list(rows.scalars())

    async def add_mail(self, code: PromoCode, *, language: str, due_at: datetime) -> bool:
        mail = {
            "promo_code_id": code.id,
            "participant_id": code.participant_id,
            "email": code.email,
            "language": language,
            "due_at": due_at,
        }
        return await self._first(_ADD_MAIL, **mail) is not None

    async def unsent_mails(self, promo_code_id: UUID, now: datetime) -> list[PromoMail]:
        rows = await self.connection.execute(_UNSENT_MAILS, {"key": promo_code_id, "now": now})
        return [convert(row, PromoMail, from_attributes=True) for row in rows]

    async def mark_checked(self, code: PromoCode, now: datetime) -> bool:
        return await self._first(_CHECKED, key=code.id, now=now) is not None

    async def mark_mail_sent(self, mail: PromoMail, now: datetime) -> tuple[PromoCode, str]:
        await self.connection.execute(_MAIL_SENT, {"key": mail.id, "now": now})
        row = await self._first(_HELD_CODE, key=mail.promo_code_id)
        code = convert(row, PromoCode, from_attributes=True)
        if code.sent_at is None:
            await self.connection.execute(_CODE_SENT, {"key": code.id, "now": now})
        return code, row.campaign or ""

    async def mark_mail_refused(self, mail: PromoMail, now: datetime) -> None:
        await self.connection.execute(_MAIL_REFUSED, {"key": mail.id, "now": now})


def _found_code(row: Any) -> PromoCode | None:
    return convert(row, PromoCode, from_attributes=True) if row else None
