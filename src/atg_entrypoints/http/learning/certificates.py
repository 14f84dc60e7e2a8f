"""Certificates: the caller's own, public verification, PDF, revocation and reissue."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, QueryParameter, SkipValidation
from msgspec import Struct

from atg_core.clock import Clock
from atg_core.identity.model import Caller
from atg_core.identity.ports import AccessClaims
from atg_core.learning.certificates import (
    CertificateNotFound,
    CertificateQueries,
    PrintCertificate,
    ReissueCertificate,
    RevokeCertificate,
    VerifiedCertificate,
)
from atg_entrypoints.http.policy import ANYONE, PUBLIC, SIGNED_IN, TRAINING
from atg_entrypoints.http.wire import NO_NUL, Instant, Page, Paging, to_wire

_TAGS = ["certificates"]
_LONGEST_NUMBER = 20

Code = Annotated[str, QueryParameter(name="code", max_length=64, pattern=NO_NUL, description="The verification code")]


class MyCertificateRow(Struct, frozen=True, kw_only=True):
    id: UUID
    number: str
    verification_code: str
    full_name: str
    title: str
    issued_at: Instant
    course_id: UUID
    valid_until: Instant | None
    revoked_at: Instant | None


class AttestationRow(Struct, frozen=True, kw_only=True):
    """Who completed which course, and when; `valid` is false for a certificate that was revoked or has ended.

    `full_name` and `title` are those of the moment of issue. `replaced_by`: the number of the latest certificate of
    the same course; the old one is valid until its own end.
    """

    number: str
    full_name: str
    course_id: UUID
    title: str
    issued_at: Instant
    valid: bool
    valid_until: Instant | None
    replaced_by: str | None
    revoked_at: Instant | None

    @classmethod
    def of(cls, certificate: VerifiedCertificate, now: datetime) -> "AttestationRow":
        return cls(
            number=certificate.number,
            full_name=certificate.full_name,
            course_id=certificate.course_id,
            title=certificate.title,
            issued_at=Instant.of(certificate.issued_at),
            valid=certificate.is_valid(now),
            valid_until=Instant.of(certificate.valid_until) if certificate.valid_until else None,
            replaced_by=certificate.replaced_by,
            revoked_at=Instant.of(certificate.revoked_at) if certificate.revoked_at else None,
        )


class AdministeredRow(Struct, frozen=True, kw_only=True):
    number: str
    user_id: UUID
    course_id: UUID
    full_name: str
    title: str
    issued_at: Instant
    valid_until: Instant | None
    revoked_at: Instant | None


@get("/users/me/certificates", policy=SIGNED_IN, tags=_TAGS, summary="The caller's certificates", also={400})
async def list_my_certificates(
    request: Request[Caller, AccessClaims, Any],
    certificate_queries: NamedDependency[SkipValidation[CertificateQueries]],
    paging: NamedDependency[SkipValidation[Paging]],
) -> Page[MyCertificateRow]:
    found, total = await certificate_queries.certificates_of(request.user.id, limit=paging.size, offset=paging.offset)
    return paging.of(to_wire(found, list[MyCertificateRow]), total)


@get("/certificates/{number:str}", policy=PUBLIC, tags=_TAGS, summary="Verify a certificate")
async def verify_certificate(
    number: FromPath[str],
    certificate_queries: NamedDependency[SkipValidation[CertificateQueries]],
    clock: NamedDependency[SkipValidation[Clock]],
    code: Code = "",
) -> AttestationRow:
    return AttestationRow.of(await certificate_queries.certificate(number_in(number), code), clock())


@get(
    "/certificates/{number:str}/pdf",
    policy=ANYONE,
    tags=_TAGS,
    summary="A certificate as PDF, with a QR code for verification",
    media_type="application/pdf",
)
async def print_certificate(
    request: Request[Caller | None, Any, Any],
    number: FromPath[str],
    print_certificate: NamedDependency[SkipValidation[PrintCertificate]],
    code: Code = "",
) -> Response[bytes]:
    """Its owner, the training department and admins need no code."""
    caller = request.user
    if code or caller is None:
        body = await print_certificate(number_in(number), code)
    else:
        reader = None if caller.role in TRAINING.roles else caller.id
        body = await print_certificate.without_code(number_in(number), reader)
    return Response(
        body,
        media_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{number_in(number)}.pdf"'},
    )


@post(
    "/admin/certificates/{number:str}/revoke",
    status_code=200,
    policy=TRAINING,
    tags=_TAGS,
    summary="Revoke a certificate",
)
async def revoke_certificate(
    request: Request[Caller, AccessClaims, Any],
    number: FromPath[str],
    revoke_certificate: NamedDependency[SkipValidation[RevokeCertificate]],
) -> AdministeredRow:
    return to_wire(await revoke_certificate(request.user.id, number_in(number)), AdministeredRow)


@post(
    "/admin/certificates/{number:str}/reissue",
    status_code=200,
    policy=TRAINING,
    tags=_TAGS,
    summary="Reissue a certificate under the learner's current name",
    also={409},
)
async def reissue_certificate(
    request: Request[Caller, AccessClaims, Any],
    number: FromPath[str],
    reissue_certificate: NamedDependency[SkipValidation[ReissueCertificate]],
) -> AdministeredRow:
    """Number, verification code, title and date stay; the audit log records who did it. Not of a revoked one."""
    return to_wire(await reissue_certificate(request.user.id, number_in(number)), AdministeredRow)


def number_in(text: str) -> str:
    """Raises CertificateNotFound for a malformed number."""
    if len(text) > _LONGEST_NUMBER or not text.isascii() or not text.replace("-", "").isalnum():
        raise CertificateNotFound
    return text


HANDLERS: Sequence[BaseRouteHandler] = (
    list_my_certificates,
    verify_certificate,
    print_certificate,
    revoke_certificate,
    reissue_certificate,
)
