"""The register of certificates: ours and those won elsewhere, and which of them end (spec: catalog-learning)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

ENDING = timedelta(days=60)
"""So long before its end a certificate counts as ending."""


class CertificateState(StrEnum):
    """`replaced`: there is one of a later round, whatever its own end."""

    VALID = "valid"
    ENDING = "ending"
    ENDED = "ended"
    REPLACED = "replaced"
    REVOKED = "revoked"


def state_of(
    now: datetime, *, valid_until: datetime | None, revoked_at: datetime | None, replaced_by: str | None
) -> CertificateState:
    if revoked_at is not None:
        return CertificateState.REVOKED
    if replaced_by is not None:
        return CertificateState.REPLACED
    if valid_until is None or valid_until > now + ENDING:
        return CertificateState.VALID
    return CertificateState.ENDING if valid_until > now else CertificateState.ENDED


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterQuery:
    """Filters; `q` matches names, username, employee id and number; `ours`: without those won elsewhere."""

    q: str | None = None
    department: str | None = None
    station_id: int | None = None
    course_id: UUID | None = None
    state: CertificateState | None = None
    ours: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredCertificate:
    """`issuer`: of one won elsewhere; `replaced_by`: the number of the one of the latest round."""

    number: str
    issuer: str | None
    user_id: UUID
    username: str
    full_name: str
    employee_id: str | None
    department: str | None
    station: str | None
    course_id: UUID | None
    title: str
    issued_at: datetime
    valid_until: datetime | None
    revoked_at: datetime | None
    replaced_by: str | None

    def state(self, now: datetime) -> CertificateState:
        return state_of(now, valid_until=self.valid_until, revoked_at=self.revoked_at, replaced_by=self.replaced_by)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndingCertificate:
    """A certificate of ours or of elsewhere with its end, for who holds it."""

    id: UUID
    user_id: UUID
    course_id: UUID
    title: str
    number: str
    valid_until: datetime


class CertificateRegister(Protocol):
    """Queries of the register; each is a fixed number of statements."""

    async def page(
        self, query: RegisterQuery, now: datetime, *, limit: int, offset: int
    ) -> tuple[list[RegisteredCertificate], int]:
        """Newest first, and the total."""

    async def ending(
        self, after: datetime, until: datetime, *, beyond: UUID | None = None, limit: int
    ) -> Sequence[EndingCertificate]:
        """Those of active people that end after one moment and at another at the latest, by id, beyond that id.

        Without those that are revoked or replaced, and of courses that nobody takes any more.
        """
