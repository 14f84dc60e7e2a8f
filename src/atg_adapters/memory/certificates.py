"""Certificates in memory."""

from datetime import datetime
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase
from atg_adapters.memory.standings import MemoryStandings
from atg_core.learning.certificates import Attestation, CertificateNotFound
from atg_core.learning.model import Certificate


class MemoryCertificates(MemoryStandings):
    """`CertificateStore` within a transaction."""

    async def revoke(self, number: str, now: datetime) -> Certificate:
        row = next(self.database.rows("certificates", number=number), None)
        if row is None:
            raise CertificateNotFound
        self.database.update("certificates", row["id"], revoked_at=row.get("revoked_at") or now)
        return convert(self.tables["certificates"][row["id"]], Certificate)


class MemoryAttestations:
    """`Attestations`: plain reads."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def attestation(self, number: str, code: str) -> Attestation:
        row = next(self.database.rows("certificates", number=number, verification_code=code), None)
        if row is None:
            raise CertificateNotFound
        user = self.database.tables["users"][row["user_id"]]
        return convert({**row, "full_name": user["full_name"] or user["username"]}, Attestation)

    async def certificates_of(self, user_id: UUID, *, limit: int, offset: int) -> tuple[list[Certificate], int]:
        rows = sorted(
            self.database.rows("certificates", user_id=user_id),
            key=lambda row: (row["issued_at"], row["number"]),
            reverse=True,
        )
        return convert(rows[offset : offset + limit], list[Certificate]), len(rows)
