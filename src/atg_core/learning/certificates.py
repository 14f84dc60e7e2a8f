"""Certificates: verifying, printing and revoking them."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Protocol
from urllib.parse import quote, urlencode
from uuid import UUID

from atg_core.clock import Clock
from atg_core.errors import NotFound
from atg_core.learning.model import Certificate, Scope
from atg_core.learning.ports import Standings
from atg_core.opening import Open


class CertificateNotFound(NotFound):
    """Certificate not found"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """What a certificate says: who completed which course, when, and whether that still stands."""

    number: str
    full_name: str
    course_id: UUID
    title: str
    issued_at: datetime
    revoked_at: datetime | None

    @property
    def valid(self) -> bool:
        return self.revoked_at is None


class Attestations(Protocol):
    """Reads certificates."""

    async def attestation(self, number: str, code: str) -> Attestation:
        """Raises CertificateNotFound, also where the code is not that of the number."""

    async def certificates_of(self, user_id: UUID, *, limit: int, offset: int) -> tuple[list[Certificate], int]:
        """A page of a user's certificates, the revoked ones too, newest first, and how many there are."""


class CertificateStore(Standings, Protocol):
    """Within one transaction."""

    async def revoke(self, number: str, now: datetime) -> Certificate:
        """Once: a second time keeps the first moment. Raises CertificateNotFound."""


class Draw(Protocol):
    async def __call__(self, attestation: Attestation, *, address: str, issued_on: str) -> bytes:
        """A page as PDF, with a QR code of the address at which it can be verified."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintCertificate:
    """A certificate as PDF. `base_url`: where this service is reached. Raises CertificateNotFound."""

    attestations: Attestations
    draw: Draw
    base_url: str
    timezone: tzinfo

    async def __call__(self, number: str, code: str) -> bytes:
        attestation = await self.attestations.attestation(number, code)
        address = f"{self.base_url}/certificates/{quote(number)}?{urlencode({'code': code})}"
        issued_on = f"{attestation.issued_at.astimezone(self.timezone):%d.%m.%Y}"
        return await self.draw(attestation, address=address, issued_on=issued_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeCertificate:
    """Its verification says so from then on, and it no longer counts. Raises CertificateNotFound.

    `together`: one transaction of all stores; `note` writes down who revoked whose certificate.
    """

    together: Callable[[], AbstractAsyncContextManager[object]]
    open: Open[CertificateStore]
    note: Callable[[UUID, UUID], Awaitable[None]]
    clock: Clock

    async def __call__(self, admin_id: UUID, number: str) -> Certificate:
        now = self.clock()
        async with self.together():
            async with self.open() as store:
                revoked = await store.revoke(number, now)
                learner = Scope(user_id=revoked.user_id)
                await store.lock_learners(learner)
                await store.refresh_totals(learner, now)
            if revoked.revoked_at == now:
                await self.note(admin_id, revoked.user_id)
        return revoked
