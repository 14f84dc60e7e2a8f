"""Certificates, in memory."""

from datetime import datetime
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase
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
        row = next(self.database.rows("certificates", number=number, verification_code=code), None)
        if row is None:
            raise CertificateNotFound
        user = self.database.tables["users"][row["user_id"]]
        return convert({**row, "username": user["username"]}, VerifiedCertificate)

    async def certificates_of(self, user_id: UUID, *, limit: int, offset: int) -> tuple[list[Certificate], int]:
        rows = sorted(
            self.database.rows("certificates", user_id=user_id),
            key=lambda row: (row["issued_at"], row["number"]),
            reverse=True,
        )
        return convert(rows[offset : offset + limit], list[Certificate]), len(rows)
