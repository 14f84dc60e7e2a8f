"""Exports of rows by kind, and templates of files to import."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, SkipValidation

from atg_core.identity.model import Caller
from atg_core.identity.ports import AccessClaims
from atg_core.importing.export import ExportKind
from atg_core.importing.imports import require_kind
from atg_core.importing.kinds import KINDS
from atg_entrypoints.http.policy import IMPORTER
from atg_entrypoints.http.table_file import AsFile, TableFile, one_batch, table_routes

TAGS = ["imports"]

Asked = Request[Caller, AccessClaims, Any]
Exports = NamedDependency[SkipValidation[ExportKind]]


@table_routes("/admin/exports/{kind:str}/rows", policy=IMPORTER, tags=TAGS, summary="All rows of a kind", also={404})
async def export_rows(request: Asked, kind: FromPath[str], export_kind: Exports, as_file: AsFile) -> Response[Any]:
    """With the columns of the import, without passwords: importing them again changes nothing."""
    return await as_file(await exported(request.user, kind, export_kind))


@table_routes(
    "/admin/imports/kinds/{kind:str}/template", policy=IMPORTER, tags=TAGS, summary="The header of a file", also={404}
)
async def show_template(request: Asked, kind: FromPath[str], as_file: AsFile) -> Response[Any]:
    return await as_file(template(request.user, kind))


async def exported(caller: Caller, kind: str, export_kind: ExportKind) -> TableFile:
    """Raises KindUnknown, KindForbidden."""
    require_kind(caller.role, kind)
    batches = export_kind(KINDS[kind])
    [header] = await anext(batches)
    return TableFile(kind, _title(kind), header, _following(batches))


def template(caller: Caller, kind: str) -> TableFile:
    """Raises KindUnknown, KindForbidden."""
    require_kind(caller.role, kind)
    return TableFile(f"{kind}-template", _title(kind), KINDS[kind].headers, one_batch([]))


def _title(kind: str) -> str:
    return kind.replace("-", " ")


async def _following(batches: AsyncIterator[list[list[str]]]) -> AsyncIterator[list[list[str]]]:
    async for rows in batches:
        yield rows


HANDLERS: Sequence[BaseRouteHandler] = (*export_rows, *show_template)
