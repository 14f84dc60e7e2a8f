"""Certificates, in memory."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase, Row
from atg_adapters.memory.learning.certificate_register import replaced_by
from atg_adapters.memory.learning.completion import MemoryCompletion
from atg_adapters.memory.people import display_name
from atg_core.learning.certificates import CertificateNotFound, CertificateRevoked, VerifiedCertificate
from atg_core.learning.model import Certificate


class MemoryCertificates(MemoryCompletion):
    """`CertificateStore` within a transaction."""

    async def revoke(self, number: str, now: datetime) -> Certificate:
        row = next(self.database.rows("certificates", number=number), None)
        if row is None:
            raise CertificateNotFound
        self.database.update("certificates", row["id"], revoked_at=row.get("revoked_at") or now)
        return convert(self.tables["certificates"][row["id"]], Certificate)

    async def reissue(self, number: str) -> tuple[Certificate, bool]:
        row = next(self.database.rows("certificates", number=number), None)
        if row is None:
            raise CertificateNotFound
        if row.get("revoked_at"):
            raise CertificateRevoked
        name = display_name(self.database, row["user_id"])
        self.database.update("certificates", row["id"], full_name=name)
        return convert({**row, "full_name": name}, Certificate), name != row["full_name"]


class MemoryCertificateQueries:
    """`CertificateQueries`: plain reads."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def certificate(self, number: str, code: str) -> VerifiedCertificate:
        return self._one(number=number, verification_code=code)

    async def certificate_for(self, number: str, reader: UUID | None) -> VerifiedCertificate:
        return self._one(number=number, **({} if reader is None else {"user_id": reader}))

    def _one(self, **values: Any) -> VerifiedCertificate:
        row = next(self.database.rows("certificates", **values), None)
        if row is None:
            raise CertificateNotFound
        return self._verified(row)

    async def certificates_for(self, numbers: Sequence[str]) -> list[VerifiedCertificate]:
        rows = [row for row in self.database.tables["certificates"].values() if row["number"] in numbers]
        return [self._verified(row) for row in sorted(rows, key=lambda row: row["number"])]

    def _verified(self, row: Row) -> VerifiedCertificate:
        username = self.database.tables["users"][row["user_id"]]["username"]
        later = replaced_by(self.database, row)
        return convert({**row, "username": username, "replaced_by": later}, VerifiedCertificate)

    async def certificates_of(self, user_id: UUID, *, limit: int, offset: int) -> tuple[list[Certificate], int]:
        rows = sorted(
            self.database.rows("certificates", user_id=user_id),
            key=lambda row: (row["issued_at"], row["number"]),
            reverse=True,
        )
        return convert(rows[offset : offset + limit], list[Certificate]), len(rows)
