"""Certificates that were issued: the register, one of them, printing one or several, revoking and issuing anew."""

from collections.abc import Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, QueryParameter, SkipValidation

from atg_core.clock import Clock
from atg_core.errors import AtgError
from atg_core.learning.certificate_register import (
    CertificateRegister,
    CertificateState,
    RegisterQuery,
    state_of,
)
from atg_core.learning.certificates import (
    MOST_SHEETS,
    CertificateQueries,
    PrintCertificate,
    ReissueCertificate,
    RevokeCertificate,
)
from atg_core.words import phrase
from atg_entrypoints.console.forms import CLEAN, Refusals, form_again
from atg_entrypoints.console.pages import led_to, page
from atg_entrypoints.console.training.asked import (
    FILTERED,
    HERE,
    Asked,
    AskedFilters,
    DoneQuery,
    Filters,
    Now,
    Pages,
    choices_for,
    long_page,
    shared_values,
)
from atg_entrypoints.http.learning.certificate_register import STATES
from atg_entrypoints.http.learning.certificates import number_in
from atg_entrypoints.http.policy import TRAINING
from atg_entrypoints.http.wire import Paging

_LIST, _ONE = "training/certificates", "training/certificate"
_DONE = {
    "revoked": phrase("The certificate is revoked. Whoever checks it sees that."),
    "reissued": phrase("The certificate is issued anew under the present name of its owner."),
}

State = Annotated[str, QueryParameter(name="state", max_length=20)]
Numbers = Annotated[list[str] | None, QueryParameter(name="number", max_items=MOST_SHEETS)]
All = Annotated[bool, QueryParameter(name="all")]
Beginning = Annotated[int, QueryParameter(name="from", ge=1, le=1_000_000)]
Register = NamedDependency[SkipValidation[CertificateRegister]]
Queries = NamedDependency[SkipValidation[CertificateQueries]]
Prints = NamedDependency[SkipValidation[PrintCertificate]]


def _query(filters: Filters, state: str) -> RegisterQuery:
    return RegisterQuery(
        q=filters.q,
        department=filters.department,
        station_id=filters.station_id,
        course_id=filters.course_id,
        state=CertificateState(state) if state in set(CertificateState) else None,
    )


async def _values(
    *, request: Asked, filters: Filters, state: str, register: CertificateRegister, clock: Clock, paging: Paging
) -> dict[str, Any]:
    query, now, paging = _query(filters, state), clock(), filters.page_of(paging)
    found, total = await register.page(query, now, limit=paging.size, offset=paging.offset)
    # As long as all of them can be printed at once it does not matter how many are ours.
    ours = total
    if total > MOST_SHEETS:
        _, ours = await register.page(replace(query, ours=True), now, limit=0, offset=0)
    return {
        **shared_values(request),
        "found": paging.of(found, total),
        "filters": filters,
        "state": query.state,
        "states": STATES,
        "choices": await choices_for(request),
        "most": MOST_SHEETS,
        "hundreds": [(first, min(first + MOST_SHEETS - 1, ours)) for first in range(1, ours + 1, MOST_SHEETS)],
        "now": now,
    }


@get("/training/certificates", policy=TRAINING, dependencies=FILTERED)
async def show_certificates(
    *,
    request: Asked,
    filters: AskedFilters,
    certificate_register: Register,
    clock: Now,
    paging: Pages,
    in_state: State = "",
) -> Response[str]:
    """Ours and those won elsewhere, newest first."""
    values = await _values(
        request=request, filters=filters, state=in_state, register=certificate_register, clock=clock, paging=paging
    )
    return await long_page(request, _LIST, {**values, **CLEAN})


@get("/training/certificates/print", policy=TRAINING, dependencies=FILTERED)
async def print_certificates(
    *,
    request: Asked,
    filters: AskedFilters,
    certificate_register: Register,
    print_certificate: Prints,
    clock: Now,
    paging: Pages,
    number: Numbers = None,
    in_state: State = "",
    every: All = False,
    first: Beginning = 1,
) -> Response[Any]:
    """One PDF of those that were chosen, or with `all` of the hundred of ours from the one at `from` of those found."""
    try:
        numbers = [number_in(each) for each in number or []]
        if every:
            numbers = await _ours(_query(filters, in_state), certificate_register, clock, first)
        body = await print_certificate.several(numbers)
    except AtgError as error:
        values = await _values(
            request=request, filters=filters, state=in_state, register=certificate_register, clock=clock, paging=paging
        )
        return form_again(request, _LIST, values, error)
    headers = {"Content-Disposition": 'inline; filename="certificates.pdf"', "Cache-Control": "no-store"}
    return Response(body, media_type="application/pdf", headers=headers)


async def _ours(query: RegisterQuery, register: CertificateRegister, clock: Clock, first: int) -> list[str]:
    """As many as are printed at once, from the one at this position."""
    found, _ = await register.page(replace(query, ours=True), clock(), limit=MOST_SHEETS, offset=first - 1)
    return [each.number for each in found]


@get("/training/certificates/{number:str}", policy=TRAINING)
async def show_certificate(
    request: Asked, number: FromPath[str], certificate_queries: Queries, clock: Now, done: DoneQuery = ""
) -> Response[str]:
    values = await _one(request, number_in(number), certificate_queries, clock)
    return page(request, _ONE, {**values, **CLEAN, "done": _DONE.get(done)})


async def _one(request: Asked, number: str, queries: CertificateQueries, clock: Clock) -> dict[str, Any]:
    """Raises CertificateNotFound."""
    found = await queries.certificate_for(number, None)
    of_time = {name: getattr(found, name) for name in ("valid_until", "revoked_at", "replaced_by")}
    shown = {"certificate": found, "state": STATES[state_of(clock(), **of_time)]}
    return {**shared_values(request), **shown}


@post("/training/certificates/{number:str}/revoke", policy=TRAINING, status_code=HTTPStatus.OK)
async def revoke_here(
    request: Asked, number: FromPath[str], revoke_certificate: NamedDependency[SkipValidation[RevokeCertificate]]
) -> Response[Any]:
    revoked = await revoke_certificate(request.user.id, number_in(number))
    return led_to(f"{HERE}/certificates/{revoked.number}?done=revoked")


@post("/training/certificates/{number:str}/reissue", policy=TRAINING, status_code=HTTPStatus.OK)
async def reissue_here(
    request: Asked,
    number: FromPath[str],
    reissue_certificate: NamedDependency[SkipValidation[ReissueCertificate]],
    certificate_queries: Queries,
    clock: Now,
) -> Response[Any]:
    """A revoked one is not issued anew, which is told."""
    try:
        reissued = await reissue_certificate(request.user.id, number_in(number))
    except Refusals as error:
        return form_again(request, _ONE, await _one(request, number_in(number), certificate_queries, clock), error)
    return led_to(f"{HERE}/certificates/{reissued.number}?done=reissued")


HANDLERS: Sequence[BaseRouteHandler] = (
    show_certificates,
    print_certificates,
    show_certificate,
    revoke_here,
    reissue_here,
)
