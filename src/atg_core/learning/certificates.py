"""Certificates: verification, PDF, revocation and reissue under a corrected name."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Protocol
from urllib.parse import quote, urlencode
from uuid import UUID

from atg_core.clock import Clock
from atg_core.errors import Conflict, NotFound
from atg_core.learning.model import Certificate, Scope
from atg_core.learning.ports import CompletionStore
from atg_core.unit_of_work import UnitOfWork


class CertificateNotFound(NotFound):
    """Certificate not found"""


class CertificateRevoked(Conflict):
    """This certificate was revoked"""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedCertificate:
    """A certificate as its verification shows it: who completed which course, when, and whether it is valid.

    `username`: printed where the name can not be printed whole.
    """

    number: str
    full_name: str
    course_id: UUID
    title: str
    issued_at: datetime
    revoked_at: datetime | None
    username: str = ""

    @property
    def valid(self) -> bool:
        return self.revoked_at is None


class CertificateQueries(Protocol):
    """Queries of certificates."""

    async def certificate(self, number: str, code: str) -> VerifiedCertificate:
        """Raises CertificateNotFound, also for a wrong verification code."""

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


class RenderCertificate(Protocol):
    async def __call__(self, certificate: VerifiedCertificate, *, address: str, issued_on: str) -> bytes:
        """A one-page PDF with a QR code of `address`, where the certificate can be verified."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintCertificate:
    """Renders a certificate as PDF. `base_url`: the public URL of this service. Raises CertificateNotFound."""

    certificate_queries: CertificateQueries
    render: RenderCertificate
    base_url: str
    timezone: tzinfo

    async def __call__(self, number: str, code: str) -> bytes:
        certificate = await self.certificate_queries.certificate(number, code)
        address = f"{self.base_url}/certificates/{quote(number)}?{urlencode({'code': code})}"
        issued_on = f"{certificate.issued_at.astimezone(self.timezone):%d.%m.%Y}"
        return await self.render(certificate, address=address, issued_on=issued_on)


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
