"""The register of certificates, for admins: which are valid, and which end."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.di import NamedDependency, Provide
from litestar.handlers import BaseRouteHandler
from litestar.params import QueryParameter, SkipValidation
from msgspec import Struct, structs

from atg_core.clock import Clock
from atg_core.identity.model import Caller
from atg_core.identity.ports import AccessClaims
from atg_core.learning.certificate_register import (
    CertificateRegister,
    CertificateState,
    RegisteredCertificate,
    RegisterQuery,
)
from atg_core.nearest import RequireKnown
from atg_core.words import phrase
from atg_entrypoints.http.learning.standing_assignments import OfDepartment, OfStation
from atg_entrypoints.http.locale import Translator, translator_of
from atg_entrypoints.http.policy import TRAINING
from atg_entrypoints.http.table_file import AsFile, TableFile, table_routes
from atg_entrypoints.http.wire import NO_NUL, Instant, Page, Paging, to_wire

_TAGS = ["certificates"]
_PATH = "/admin/certificates"
_WORDS = (
    *(phrase("number"), phrase("issuer"), phrase("course_id"), phrase("title"), phrase("issued_at")),
    *(phrase("valid_until"), phrase("revoked_at"), phrase("replaced_by"), phrase("state")),
)
"""Names of the file's columns beside those of other reports, which English readers see as the API names them."""
_TITLE = phrase("Certificates")
STATES = {
    CertificateState.VALID: phrase("certificate: valid"),
    CertificateState.ENDING: phrase("certificate: ending"),
    CertificateState.ENDED: phrase("certificate: ended"),
    CertificateState.REPLACED: phrase("certificate: replaced"),
    CertificateState.REVOKED: phrase("certificate: revoked"),
}
_BATCH = 5_000

Words = Annotated[
    str | None,
    QueryParameter(
        name="q", max_length=200, pattern=NO_NUL, description="Words in a name, a username, an employee's or its number"
    ),
]
OfCourse = Annotated[UUID | None, QueryParameter(name="course_id")]
State = Annotated[
    CertificateState | None,
    QueryParameter(
        name="state", description="`ending`: within 60 days; `ended` and `ending` leave out what is replaced"
    ),
]
Known = NamedDependency[SkipValidation[RequireKnown]]
Register = NamedDependency[SkipValidation[CertificateRegister]]
ReadClock = NamedDependency[SkipValidation[Clock]]


class RegisterFields(Struct, frozen=True, kw_only=True):
    """`issuer` is null for ours; `course_id` for one that was won elsewhere and is of none of our courses."""

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
    issued_at: Instant
    valid_until: Instant | None
    revoked_at: Instant | None
    replaced_by: str | None


class RegisterRow(RegisterFields, frozen=True, kw_only=True):
    state: CertificateState

    @classmethod
    def of(cls, certificate: RegisteredCertificate, now: datetime) -> "RegisterRow":
        fields = to_wire(certificate, RegisterFields)
        return cls(**structs.asdict(fields), state=certificate.state(now))


def _asked(
    q: Words = None,
    department: OfDepartment = None,
    station_id: OfStation = None,
    course_id: OfCourse = None,
    in_state: State = None,
) -> RegisterQuery:
    return RegisterQuery(q=q, department=department, station_id=station_id, course_id=course_id, state=in_state)


async def _known(require_known: RequireKnown, asked: RegisterQuery) -> RegisterQuery:
    """With the department as it is in profiles. Raises UnknownName."""
    return replace(asked, department=await require_known.department(asked.department))


_ASKED = {"asked": Provide(_asked, sync_to_thread=False)}
Query = NamedDependency[SkipValidation[RegisterQuery]]


@get(
    _PATH,
    policy=TRAINING,
    tags=_TAGS,
    summary="The certificates of everybody, newest first",
    dependencies=_ASKED,
    also={400},
)
async def list_certificates(
    *,
    asked: Query,
    certificate_register: Register,
    require_known: Known,
    clock: ReadClock,
    paging: NamedDependency[SkipValidation[Paging]],
) -> Page[RegisterRow]:
    """Ours, and those that were won elsewhere."""
    now, asked = clock(), await _known(require_known, asked)
    found, total = await certificate_register.page(asked, now, limit=paging.size, offset=paging.offset)
    return paging.of([RegisterRow.of(each, now) for each in found], total)


@table_routes(
    _PATH, policy=TRAINING, tags=_TAGS, summary="The certificates of everybody", dependencies=_ASKED, also={400}
)
async def download_certificates(
    *,
    request: Request[Caller, AccessClaims, Any],
    asked: Query,
    certificate_register: Register,
    require_known: Known,
    clock: ReadClock,
    as_file: AsFile,
) -> Response[Any]:
    now, translate, known = clock(), translator_of(request), await _known(require_known, asked)

    async def batches() -> AsyncIterator[list[list[object]]]:
        offset = 0
        while found := (await certificate_register.page(known, now, limit=_BATCH, offset=offset))[0]:
            yield [_cells(RegisterRow.of(each, now), translate) for each in found]
            offset += _BATCH

    header = [translate(name) for name in RegisterRow.__struct_fields__]
    return await as_file(TableFile("certificates", translate("Certificates"), header, batches()))


def _cells(row: RegisterRow, translate: Translator) -> list[object]:
    cells: list[object] = [getattr(row, name) for name in RegisterRow.__struct_fields__]
    return [translate(STATES[cell]) if isinstance(cell, CertificateState) else cell for cell in cells]


HANDLERS: Sequence[BaseRouteHandler] = (list_certificates, *download_certificates)
