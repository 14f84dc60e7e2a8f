"""Imports of files: a dry run first, then applied, and undone within a day."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, SkipValidation

from atg_core.errors import Invalid
from atg_core.identity.model import Caller
from atg_core.identity.ports import AccessClaims
from atg_core.importing.import_ports import ImportQueries
from atg_core.importing.imports import KINDS_OF_ROLES, ImportNotFound
from atg_core.importing.kinds import KINDS
from atg_core.importing.ordering import OrderImports
from atg_entrypoints.http.importing.wire import ImportDetails, ImportKindRow, ImportRow, details, import_row
from atg_entrypoints.http.locale import translator_of
from atg_entrypoints.http.multipart_form import MultipartForm, form_schema
from atg_entrypoints.http.policy import IMPORTER
from atg_entrypoints.http.wire import Page, Paging, uuid_or

TAGS = ["imports"]
_PATH = "/admin/imports"
_IMPORT = f"{_PATH}/{{import_id:str}}"

Asked = Request[Caller, AccessClaims, Any]
Orders = NamedDependency[SkipValidation[OrderImports]]
Queries = NamedDependency[SkipValidation[ImportQueries]]


@get(_PATH, policy=IMPORTER, tags=TAGS, summary="Imports, the newest first", also={400})
async def list_imports(
    request: Asked, import_queries: Queries, paging: NamedDependency[SkipValidation[Paging]]
) -> Page[ImportRow]:
    """Those of kinds that one may import."""
    kinds = KINDS_OF_ROLES[request.user.role]
    found, total = await import_queries.listed(kinds, limit=paging.size, offset=paging.offset)
    translate = translator_of(request)
    return paging.of([import_row(each, translate) for each in found], total)


@get(f"{_PATH}/kinds", policy=IMPORTER, tags=TAGS, summary="The kinds of rows that one may import")
async def list_kinds(request: Asked) -> list[ImportKindRow]:
    """In an order in which each refers to earlier ones only."""
    allowed = KINDS_OF_ROLES[request.user.role]
    return [
        ImportKindRow(kind=name, columns=kind.headers, required=kind.required_headers)
        for name, kind in KINDS.items()
        if name in allowed
    ]


# No idempotency key: the body is a file, which is not read twice; uploading again has it checked again.
@post(
    _PATH,
    policy=IMPORTER,
    status_code=HTTPStatus.ACCEPTED,
    tags=TAGS,
    summary="Upload a file to be imported",
    form=form_schema("kind"),
    also={404},
)
async def upload_import(request: Asked, order_imports: Orders) -> ImportRow:
    """CSV, JSON Lines, a workbook, GIFT or Aiken, of at most 20 MB; its `kind` precedes the `file`. A job checks it."""
    form = MultipartForm(request)
    fields = await form.fields()
    if "kind" not in fields:
        raise Invalid("is required, before the file", field="kind", code="required")
    found = await order_imports.upload(request.user, fields["kind"], form.file_name, form.file())
    return import_row(found, translator_of(request))


@get(_IMPORT, policy=IMPORTER, tags=TAGS, summary="An import: its faults by line, and what would change")
async def show_import(request: Asked, import_id: FromPath[str], order_imports: Orders) -> ImportDetails:
    found = await order_imports.found(request.user, uuid_or(ImportNotFound, import_id))
    return details(found, translator_of(request))


@post(
    f"{_IMPORT}/apply",
    policy=IMPORTER,
    status_code=HTTPStatus.ACCEPTED,
    tags=TAGS,
    summary="Apply an import that was checked",
    also={409},
)
async def apply_import(request: Asked, import_id: FromPath[str], order_imports: Orders) -> ImportRow:
    """All rows or none, by a job. 409 `import_has_faults`, `import_not_ready`, `import_too_old`, `import_running`."""
    found = await order_imports.apply(request.user, uuid_or(ImportNotFound, import_id))
    return import_row(found, translator_of(request))


@post(
    f"{_IMPORT}/undo",
    policy=IMPORTER,
    status_code=HTTPStatus.ACCEPTED,
    tags=TAGS,
    summary="Undo an import within a day",
    also={409},
)
async def undo_import(request: Asked, import_id: FromPath[str], order_imports: Orders) -> ImportRow:
    """All or nothing, by a job: `hindrances` tell what kept it from it. 409 as of what applies it."""
    found = await order_imports.undo(request.user, uuid_or(ImportNotFound, import_id))
    return import_row(found, translator_of(request))


HANDLERS: Sequence[BaseRouteHandler] = (list_imports, list_kinds, show_import, apply_import, undo_import)
LARGE: Sequence[BaseRouteHandler] = (upload_import,)
"""Those whose bodies are files."""
