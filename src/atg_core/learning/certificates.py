"""Certificates: verification, PDF, revocation and reissue under a corrected name."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Protocol
from urllib.parse import quote, urlencode
from uuid import UUID

from atg_core.clock import Clock
from atg_core.errors import Conflict, Invalid, NotFound
from atg_core.learning.model import Certificate, Scope
from atg_core.learning.ports import CompletionStore
from atg_core.unit_of_work import UnitOfWork

MOST_SHEETS = 100
"""Certificates that are printed as one PDF."""


class CertificateNotFound(NotFound):
    """Certificate not found"""


class CertificateRevoked(Conflict):
    """This certificate was revoked"""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedCertificate:
    """A certificate as its verification shows it: who completed which course, when, and whether it is valid.

    `username`: printed where the name can not be printed whole. `replaced_by`: the number of the one of the latest
    round, which is valid beside it until its own end.
    """

    number: str
    full_name: str
    course_id: UUID
    title: str
    issued_at: datetime
    revoked_at: datetime | None
    username: str = ""
    verification_code: str = ""
    valid_until: datetime | None = None
    replaced_by: str | None = None

    def is_valid(self, now: datetime) -> bool:
        """It was not revoked, and has not ended."""
        return self.revoked_at is None and not self.has_ended(now)

    def has_ended(self, now: datetime) -> bool:
        return self.valid_until is not None and self.valid_until <= now


class CertificateQueries(Protocol):
    """Queries of certificates."""

    async def certificate(self, number: str, code: str) -> VerifiedCertificate:
        """Raises CertificateNotFound, also for a wrong verification code."""

    async def certificate_for(self, number: str, reader: UUID | None) -> VerifiedCertificate:
        """The same without a code, for its owner; for None for an admin. Raises CertificateNotFound."""

    async def certificates_for(self, numbers: Sequence[str]) -> list[VerifiedCertificate]:
        """The same for several, by number; those that are not there are left out."""

    async def certificates_of(self, user_id: UUID, *, limit: int, offset: int) -> tuple[list[Certificate], int]:
        """A page of a user's certificates, newest first, revoked ones included, and their total number."""


class CertificateStore(CompletionStore, Protocol):
    """Certificates within a transaction."""

    async def revoke(self, number: str, now: datetime) -> Certificate:
        """Idempotent: keeps the first `revoked_at`. Raises CertificateNotFound."""

    async def reissue(self, number: str) -> tuple[Certificate, bool]:
        """Under the current name of its learner; returns whether that is another one than before.

        Raises CertificateNotFound, CertificateRevoked.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateSheet:
    """What is printed of a certificate. `address`: where it can be verified; days are texts."""

    certificate: VerifiedCertificate
    address: str
    issued_on: str
    valid_until: str | None


class RenderCertificates(Protocol):
    async def __call__(self, sheets: Sequence[CertificateSheet]) -> bytes:
        """A PDF with a page for each, which has a QR code of its address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintCertificate:
    """Renders a certificate as PDF. `base_url`: the public URL of this service. Raises CertificateNotFound.

    For who has its code; without one for its owner and for admins.
    """

    certificate_queries: CertificateQueries
    render: RenderCertificates
    base_url: str
    timezone: tzinfo

    async def __call__(self, number: str, code: str) -> bytes:
        return await self._rendered([await self.certificate_queries.certificate(number, code)])

    async def without_code(self, number: str, reader: UUID | None) -> bytes:
        """`reader`: the owner; None for an admin."""
        return await self._rendered([await self.certificate_queries.certificate_for(number, reader)])

    async def several(self, numbers: Sequence[str]) -> bytes:
        """One PDF for an admin, by number; those that are not there are left out.

        Raises CertificateNotFound if none is there, Invalid for more than MOST_SHEETS.
        """
        if len(numbers) > MOST_SHEETS:
            raise Invalid(
                "At most {max} certificates are printed at once", field="number", code="too_many", max=MOST_SHEETS
            )
        found = await self.certificate_queries.certificates_for(numbers)
        if not found:
            raise CertificateNotFound
        return await self._rendered(found)

    async def _rendered(self, certificates: Sequence[VerifiedCertificate]) -> bytes:
        return await self.render([self._sheet(each) for each in certificates])

    def _sheet(self, certificate: VerifiedCertificate) -> CertificateSheet:
        code = urlencode({"code": certificate.verification_code})
        until = certificate.valid_until
        return CertificateSheet(
            certificate=certificate,
            address=f"{self.base_url}/certificates/{quote(certificate.number)}?{code}",
            issued_on=self._day(certificate.issued_at),
            valid_until=self._day(until) if until else None,
        )

    def _day(self, moment: datetime) -> str:
        return f"{moment.astimezone(self.timezone):%d.%m.%Y}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeCertificate:
    """Revokes a certificate: its verification shows that, and totals no longer count it. Raises CertificateNotFound.

    `transaction`: one for all stores; `audit`: records the admin and the user in the audit log.
    """

    transaction: Callable[[], AbstractAsyncContextManager[object]]
    open: UnitOfWork[CertificateStore]
    audit: Callable[[UUID, UUID], Awaitable[None]]
    clock: Clock

    async def __call__(self, admin_id: UUID, number: str) -> Certificate:
        now = self.clock()
        async with self.transaction():
            async with self.open() as store:
                revoked = await store.revoke(number, now)
                learner = Scope(user_id=revoked.user_id)
                await store.lock_learners(learner)
                await store.refresh_totals(learner, now)
            if revoked.revoked_at == now:
                await self.audit(admin_id, revoked.user_id)
        return revoked


@dataclass(frozen=True, slots=True, kw_only=True)
class ReissueCertificate:
    """Issues a certificate anew under the corrected name of its learner; number, code, title and date stay.

    Idempotent. `transaction` and `audit`: as of a revocation. Raises CertificateNotFound, CertificateRevoked.
    """

    transaction: Callable[[], AbstractAsyncContextManager[object]]
    open: UnitOfWork[CertificateStore]
    audit: Callable[[UUID, UUID], Awaitable[None]]

    async def __call__(self, admin_id: UUID, number: str) -> Certificate:
        async with self.transaction():
            async with self.open() as store:
                reissued, is_changed = await store.reissue(number)
            if is_changed:
                await self.audit(admin_id, reissued.user_id)
        return reissued
