"""Certificates, on SQL."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert

from atg_adapters.sql.database import Database
from atg_adapters.sql.learning.completion import SqlCompletion
from atg_adapters.sql.tables.identity import display_name, users
from atg_adapters.sql.tables.learning import certificates
from atg_adapters.sql.types import UtcDateTime
from atg_core.learning.certificates import CertificateNotFound, CertificateRevoked, VerifiedCertificate
from atg_core.learning.model import Certificate

_number: sa.BindParameter[str] = sa.bindparam("given_number")
_user: sa.BindParameter[UUID] = sa.bindparam("user")
_ATTESTATION = (
    sa.select(certificates, users.c.username)
    .join(users)
    .where(certificates.c.number == _number, certificates.c.verification_code == sa.bindparam("code"))
)
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
        row = await self.database.row(_ATTESTATION, {"given_number": number, "code": code})
        if row is None:
            raise CertificateNotFound
        return convert(row, VerifiedCertificate, from_attributes=True)

    async def certificates_of(self, user_id: UUID, *, limit: int, offset: int) -> tuple[list[Certificate], int]:
        async with self.database.reader() as connection:
            total = (await connection.execute(_COUNT, {"user": user_id})).scalar_one()
            rows = await connection.execute(_OF_USER, {"user": user_id, "limit": limit, "offset": offset})
            return [convert(row, Certificate, from_attributes=True) for row in rows], total
