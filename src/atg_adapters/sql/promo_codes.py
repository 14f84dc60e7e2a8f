"""Promo codes on SQL, and the mails that carry them."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from atg_adapters.sql.tables.campaigns import promo_codes, promo_mails
from atg_adapters.sql.types import UtcDateTime
from atg_core.campaigns.model import PromoCode, PromoMail
from atg_core.campaigns.ports import AlreadyUsed, PromoCodeNotFound

_codes, _mails = promo_codes.c, promo_mails.c
_id: sa.BindParameter[Any] = sa.bindparam("key")
_email: sa.BindParameter[str] = sa.bindparam("address")
_since = sa.bindparam("since", type_=UtcDateTime)
_now = sa.bindparam("now", type_=UtcDateTime)

_CODE_OF_SESSION = sa.select(promo_codes).where(_codes.session_id == _id)
_CODE_OF_PARTICIPANT = (
    sa.select(promo_codes).where(_codes.participant_id == _id).order_by(_codes.issued_at.desc(), _codes.id).limit(1)
)
_ADD_CODE = insert(promo_codes).on_conflict_do_nothing().returning(_codes.id)
_SAVE_CODE = sa.update(promo_codes).where(_codes.id == _id)
_REDEEM = (
    sa.update(promo_codes)
    .where(_codes.code == _id, _codes.used_at.is_(None))
    .values(used_at=_now)
    .returning(promo_codes)
)
_IS_CODE = sa.select(_codes.id).where(_codes.code == _id)
_MAILS_TO = (
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
_HELD_CODE = sa.select(promo_codes).where(_codes.id == _id).with_for_update()


class SqlPromoCodes:
    """`PromoCodes` within the transaction of `connection`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    async def _first(self, statement: sa.Executable, **values: Any) -> Any:
        return (await self.connection.execute(statement, values)).first()

    async def code_of_session(self, session_id: UUID) -> PromoCode | None:
        return _found_code(await self._first(_CODE_OF_SESSION, key=session_id))

    async def code_of_participant(self, participant_id: UUID) -> PromoCode | None:
        return _found_code(await self._first(_CODE_OF_PARTICIPANT, key=participant_id))

    async def add_code(self, code: PromoCode) -> bool:
        return await self._first(_ADD_CODE, **asdict(code)) is not None

    async def save_code(self, code: PromoCode) -> None:
        await self.connection.execute(
            _SAVE_CODE.values({name: value for name, value in asdict(code).items() if name != "id"}), {"key": code.id}
        )

    async def redeem(self, code: str, now: datetime) -> PromoCode:
        row = await self._first(_REDEEM, key=code, now=now)
        if row is None:
            raise AlreadyUsed if await self._first(_IS_CODE, key=code) else PromoCodeNotFound
        return convert(row, PromoCode, from_attributes=True)

    async def mails_to(self, email: str, since: datetime) -> list[datetime]:
        rows = await self.connection.execute(_MAILS_TO, {"address": email, "since": since})
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

    async def mail_sent(self, mail: PromoMail, now: datetime) -> tuple[PromoCode, bool]:
        await self.connection.execute(_MAIL_SENT, {"key": mail.id, "now": now})
        code = convert(await self._first(_HELD_CODE, key=mail.promo_code_id), PromoCode, from_attributes=True)
        if code.sent_at is None:
            await self.connection.execute(_SAVE_CODE.values(sent_at=now), {"key": code.id})
        return code, code.sent_at is None

    async def mail_refused(self, mail: PromoMail, now: datetime) -> None:
        await self.connection.execute(_MAIL_REFUSED, {"key": mail.id, "now": now})


def _found_code(row: Any) -> PromoCode | None:
    return convert(row, PromoCode, from_attributes=True) if row else None
