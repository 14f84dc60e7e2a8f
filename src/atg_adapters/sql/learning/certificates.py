"""Certificates, on SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert

from atg_adapters.sql.database import Database
from atg_adapters.sql.learning.certificate_register import replaced_by
from atg_adapters.sql.learning.completion import SqlCompletion
from atg_adapters.sql.lists import is_among
from atg_adapters.sql.tables.identity import display_name, users
from atg_adapters.sql.tables.learning import certificates
from atg_adapters.sql.types import UtcDateTime
from atg_core.learning.certificates import CertificateNotFound, CertificateRevoked, VerifiedCertificate
from atg_core.learning.model import Certificate

_number: sa.BindParameter[str] = sa.bindparam("given_number")
_user: sa.BindParameter[UUID] = sa.bindparam("user")
_EACH = sa.select(certificates, users.c.username, replaced_by.label("replaced_by")).join(users)
_OF_NUMBER = _EACH.where(certificates.c.number == _number)
_OF_NUMBERS = _EACH.where(is_among(certificates.c.number, "numbers")).order_by(certificates.c.number)
_ATTESTATION = _OF_NUMBER.where(certificates.c.verification_code == sa.bindparam("code"))
_OF_OWNER = _OF_NUMBER.where(certificates.c.user_id == _user)
_OF_USER = (
    sa.select(certificates)
    .where(certificates.c.user_id == _user)
    .order_by(certificates.c.issued_at.desc(), certificates.c.number.desc())
    .limit(sa.bindparam("limit"))
    .offset(sa.bindparam("offset"))
)
_COUNT = sa.select(sa.func.count()).where(certificates.c.user_id == _user)
_REVOKE = (
    sa.update(certificates)
    .where(certificates.c.number == _number)
    .values(revoked_at=sa.func.coalesce(certificates.c.revoked_at, sa.bindparam("now", type_=UtcDateTime)))
    .returning(certificates)
)
_LOCK = (
    sa.select(certificates, display_name(users).label("current_name"))
    .join(users)
    .where(certificates.c.number == _number)
    .with_for_update(of=certificates)
)
_RENAME = (
    sa.update(certificates)
    .where(certificates.c.number == _number)
    .values(full_name=sa.bindparam("name"))
    .returning(certificates)
)


class SqlCertificates(SqlCompletion):
    """`CertificateStore` within the transaction of `connection`."""

    async def revoke(self, number: str, now: datetime) -> Certificate:
        row = (await self.connection.execute(_REVOKE, {"given_number": number, "now": now})).first()
        if row is None:
            raise CertificateNotFound
        return convert(row, Certificate, from_attributes=True)

    async def reissue(self, number: str) -> tuple[Certificate, bool]:
        row = (await self.connection.execute(_LOCK, {"given_number": number})).first()
        if row is None:
            raise CertificateNotFound
        if row.revoked_at is not None:
            raise CertificateRevoked
        if row.full_name != row.current_name:
            renaming = {"given_number": number, "name": row.current_name}
            renamed = (await self.connection.execute(_RENAME, renaming)).one()
            return convert(renamed, Certificate, from_attributes=True), True
        return convert(row, Certificate, from_attributes=True), False


class SqlCertificateQueries:
    """`CertificateQueries`: plain reads."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def certificate(self, number: str, code: str) -> VerifiedCertificate:
        return await self._one(_ATTESTATION, {"given_number": number, "code": code})

    async def certificate_for(self, number: str, reader: UUID | None) -> VerifiedCertificate:
        if reader is None:
            return await self._one(_OF_NUMBER, {"given_number": number})
        return await self._one(_OF_OWNER, {"given_number": number, "user": reader})

    async def certificates_for(self, numbers: Sequence[str]) -> list[VerifiedCertificate]:
        rows = await self.database.rows(_OF_NUMBERS, {"numbers": numbers})
        return [convert(row, VerifiedCertificate, from_attributes=True) for row in rows]

    async def _one(self, statement: sa.Select[Any], given: dict[str, Any]) -> VerifiedCertificate:
        row = await self.database.row(statement, given)
        if row is None:
            raise CertificateNotFound
        return convert(row, VerifiedCertificate, from_attributes=True)

    async def certificates_of(self, user_id: UUID, *, limit: int, offset: int) -> tuple[list[Certificate], int]:
        async with self.database.reader() as connection:
            total = (await connection.execute(_COUNT, {"user": user_id})).scalar_one()
            rows = await connection.execute(_OF_USER, {"user": user_id, "limit": limit, "offset": offset})
            return [convert(row, Certificate, from_attributes=True) for row in rows], total
