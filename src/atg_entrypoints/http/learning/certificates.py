"""Certificates: the caller's own, public verification, PDF, revocation and reissue."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, QueryParameter, SkipValidation
from msgspec import Struct

from atg_core.identity.model import Caller
from atg_core.identity.ports import AccessClaims
from atg_core.learning.certificates import (
    CertificateNotFound,
    CertificateQueries,
    PrintCertificate,
    ReissueCertificate,
    RevokeCertificate,
)
from atg_entrypoints.http.policy import ADMIN, PUBLIC, SIGNED_IN
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
    revoked_at: Instant | None


class AttestationRow(Struct, frozen=True, kw_only=True):
    """Who completed which course, and when; `valid` is false for a revoked certificate.

    `full_name` and `title` are those of the moment of issue.
    """

    number: str
    full_name: str
    course_id: UUID
    title: str
    issued_at: Instant
    valid: bool
    revoked_at: Instant | None


class AdministeredRow(Struct, frozen=True, kw_only=True):
    number: str
    user_id: UUID
    course_id: UUID
    full_name: str
    title: str
    issued_at: Instant
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
    number: FromPath[str], certificate_queries: NamedDependency[SkipValidation[CertificateQueries]], code: Code = ""
) -> AttestationRow:
    return to_wire(await certificate_queries.certificate(_number(number), code), AttestationRow)


@get(
    "/certificates/{number:str}/pdf",
    policy=PUBLIC,
    tags=_TAGS,
    summary="A certificate as PDF, with a QR code for verification",
    media_type="application/pdf",
)
async def print_certificate(
    number: FromPath[str], print_certificate: NamedDependency[SkipValidation[PrintCertificate]], code: Code = ""
) -> Response[bytes]:
    body = await print_certificate(_number(number), code)
    return Response(
        body,
        media_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{_number(number)}.pdf"'},
    )


@post(
    "/admin/certificates/{number:str}/revoke",
    status_code=200,
    policy=ADMIN,
    tags=_TAGS,
    summary="Revoke a certificate",
)
async def revoke_certificate(
    request: Request[Caller, AccessClaims, Any],
    number: FromPath[str],
    revoke_certificate: NamedDependency[SkipValidation[RevokeCertificate]],
) -> AdministeredRow:
    return to_wire(await revoke_certificate(request.user.id, _number(number)), AdministeredRow)


@post(
    "/admin/certificates/{number:str}/reissue",
    status_code=200,
    policy=ADMIN,
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
    return to_wire(await reissue_certificate(request.user.id, _number(number)), AdministeredRow)


def _number(text: str) -> str:
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
