"""Imports of workbooks, from the upload to the undo."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import ClientException
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, QueryParameter, SkipValidation
from litestar.response import Redirect

from atg_core.clock import Clock
from atg_core.errors import AtgError, Invalid, TooLarge
from atg_core.identity.model import Caller
from atg_core.identity.ports import AccessClaims
from atg_core.importing.import_ports import ImportQueries
from atg_core.importing.imports import BUSY, KINDS_OF_ROLES, MAX_BYTES, FileImport, ImportNotFound
from atg_core.importing.kinds import KINDS
from atg_core.importing.ordering import OrderImports
from atg_core.importing.reasons import reason_of
from atg_entrypoints.console.forms import CLEAN, Refusals, form_again
from atg_entrypoints.console.importing import said
from atg_entrypoints.console.pages import is_part, led_to, page
from atg_entrypoints.http.handlers import MAX_BODY_BYTES
from atg_entrypoints.http.multipart_form import MultipartForm
from atg_entrypoints.http.policy import IMPORTER
from atg_entrypoints.http.wire import Paging, uuid_or

_LIST, _ONE = "importing/list", "importing/one"
_PATH = "/app/imports"
_SIZE = 20

Asked = Request[Caller, AccessClaims, Any]
Orders = NamedDependency[SkipValidation[OrderImports]]
Queries = NamedDependency[SkipValidation[ImportQueries]]
ReadClock = NamedDependency[SkipValidation[Clock]]


@get("/imports", policy=IMPORTER)
async def show_imports(
    request: Asked,
    import_queries: Queries,
    number: Annotated[int, QueryParameter(name="page", ge=1, le=100_000)] = 1,
    kind: Annotated[str, QueryParameter(name="kind", max_length=50)] = "",
) -> Response[str]:
    """`kind`: chosen in the form."""
    return page(request, _LIST, {**await _listed(request, import_queries, number), **CLEAN, "chosen": kind})


@post("/imports", policy=IMPORTER, status_code=HTTPStatus.OK, request_max_body_size=MAX_BYTES + MAX_BODY_BYTES)
async def upload_import(request: Asked, order_imports: Orders, import_queries: Queries) -> Response[Any]:
    fields: dict[str, str] = {}
    try:
        order = await _uploaded(request, order_imports, fields)
    except Refusals as error:
        values = {**await _listed(request, import_queries, 1), "chosen": fields.get("kind", ""), "back": _PATH}
        return form_again(request, _LIST, values, error)
    return led_to(f"{_PATH}/{order.id}")


async def _uploaded(request: Asked, order_imports: OrderImports, fields: dict[str, str]) -> FileImport:
    """Fills in the fields. Raises Invalid for a file that is too large, or none."""
    form = MultipartForm(request)
    try:
        fields |= await form.fields()
        kind = fields.get("kind", "")
        if kind not in KINDS_OF_ROLES[request.user.role]:
            raise Invalid("Choose what the rows are", field="kind", code="required")
        if not form.file_name:
            raise Invalid("Choose a file", field="file", code="required")
        return await order_imports.upload(request.user, kind, form.file_name, form.file())
    except TooLarge:
        raise Invalid(
            "The file is larger than {most} MB", field="file", code="file_too_large", most=MAX_BYTES // 2**20
        ) from None
    except ClientException as error:
        if error.status_code != HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            raise
        raise Invalid(
            "The file is larger than {most} MB", field="file", code="file_too_large", most=MAX_BYTES // 2**20
        ) from None


@get("/imports/kinds", policy=IMPORTER)
async def show_kinds(request: Asked) -> Response[str]:
    """Templates of files, and exports."""
    return page(request, "importing/kinds", {"kinds": _kinds(request)})


@get("/imports/{import_id:str}", policy=IMPORTER)
async def show_import(
    request: Asked, import_id: FromPath[str], order_imports: Orders, clock: ReadClock
) -> Response[str]:
    found = await order_imports.found(request.user, uuid_or(ImportNotFound, import_id))
    name = f"{_ONE}#state" if is_part(request) else _ONE
    return page(request, name, {**_values(found, clock), **CLEAN})


@post("/imports/{import_id:str}/apply", policy=IMPORTER, status_code=HTTPStatus.OK)
async def apply_import(
    request: Asked, import_id: FromPath[str], order_imports: Orders, clock: ReadClock
) -> Response[Any]:
    found_id = uuid_or(ImportNotFound, import_id)
    try:
        await order_imports.apply(request.user, found_id)
    except Refusals as error:
        return await _again(request, await order_imports.found(request.user, found_id), clock, error)
    return _led_to(found_id)


@post("/imports/{import_id:str}/undo", policy=IMPORTER, status_code=HTTPStatus.OK)
async def undo_import(
    request: Asked, import_id: FromPath[str], order_imports: Orders, clock: ReadClock
) -> Response[Any]:
    found_id = uuid_or(ImportNotFound, import_id)
    try:
        await order_imports.undo(request.user, found_id)
    except Refusals as error:
        return await _again(request, await order_imports.found(request.user, found_id), clock, error)
    return _led_to(found_id)


async def _again(request: Asked, found: FileImport, clock: Clock, error: AtgError) -> Response[Any]:
    return form_again(request, _ONE, {**_values(found, clock), "back": f"{_PATH}/{found.id}"}, error)


def _led_to(import_id: object) -> Redirect:
    return led_to(f"{_PATH}/{import_id}")


async def _listed(request: Asked, queries: ImportQueries, number: int) -> dict[str, Any]:
    paging = Paging(page=number, size=_SIZE)
    kinds = KINDS_OF_ROLES[request.user.role]
    found, total = await queries.listed(kinds, limit=paging.size, offset=paging.offset)
    return {
        "found": paging.of(list(found), total),
        "kinds": _kinds(request),
        "kind_words": said.KINDS,
        "state_words": said.STATES,
        "most": MAX_BYTES // 2**20,
    }


def _kinds(request: Asked) -> list[dict[str, Any]]:
    allowed = KINDS_OF_ROLES[request.user.role]
    return [
        {"name": name, "label": said.KINDS[name], "columns": kind.headers, "required": kind.required_headers}
        for name, kind in KINDS.items()
        if name in allowed
    ]


def _values(found: FileImport, clock: Clock) -> dict[str, Any]:
    until = found.undoable_until()
    return {
        "found": found,
        "label": said.KINDS[found.kind],
        "state_words": said.STATES,
        "what_words": said.WHATS,
        "is_busy": found.state in BUSY,
        "until": until if until and clock() <= until else None,
        "reason_of": reason_of,
    }


HANDLERS: Sequence[BaseRouteHandler] = (
    show_imports,
    upload_import,
    show_kinds,
    show_import,
    apply_import,
    undo_import,
)
