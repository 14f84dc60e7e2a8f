"""Tables as files: CSV (RFC 4180) and workbooks (XLSX), each by a route of its own."""

import csv
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from litestar import Request, Response, get
from litestar.di import NamedDependency, Provide
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter, SkipValidation
from litestar.response import Stream

from atg_core.csv_injection import escape_formula
from atg_core.errors import TooLarge

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MOST_ROWS = 100_000
"""Of a workbook: it is drawn as a whole, where CSV is streamed."""

type Row = Sequence[object]
type Rows = AsyncIterator[Iterable[Row]]
"""Batches of rows."""
type WriteWorkbook = Callable[[str, Sequence[Row]], Awaitable[bytes]]

Excel = Annotated[
    bool,
    QueryParameter(
        name="excel", description="For Excel with Russian settings: semicolons between cells, commas in numbers"
    ),
]


@dataclass(frozen=True, slots=True)
class TableFile:
    """`name` of the file, without extension: letters, digits, hyphens; `title` of the sheet: letters, spaces."""

    name: str
    title: str
    header: Sequence[str]
    rows: Rows


AsFile = NamedDependency[SkipValidation[Callable[[TableFile], Awaitable[Response[Any]]]]]
"""How a handler of `table_routes` replies: `return await as_file(TableFile(…))`."""

type _Handler = Callable[..., Awaitable[Response[Any]]]


def table_routes(
    path: str, *, summary: str, dependencies: Mapping[str, Provide] | None = None, **options: Any
) -> Callable[[_Handler], tuple[HTTPRouteHandler, ...]]:
    """The routes `path`.csv and `path`.xlsx of one handler, which takes `as_file`."""
    forms = (("csv", "CSV", "text/csv", _as_csv), ("xlsx", "a workbook", _XLSX, _as_workbook))

    def routes(handler: _Handler) -> tuple[HTTPRouteHandler, ...]:
        return tuple(
            get(
                f"{path}.{ending}",
                summary=f"{summary} as {form}",
                media_type=media_type,
                dependencies={**(dependencies or {}), "as_file": Provide(as_file, sync_to_thread=False)},
                **options,
            )(handler)
            for ending, form, media_type, as_file in forms
        )

    return routes


async def one_batch(rows: Iterable[Row]) -> Rows:
    yield rows


def _as_csv(excel: Excel = False) -> Callable[[TableFile], Awaitable[Response[Any]]]:
    """In UTF-8 with a BOM, by which spreadsheets know it."""

    async def response(table: TableFile) -> Response[Any]:
        return Stream(
            _lines(table, excel=excel), media_type="text/csv; charset=utf-8", headers=_attachment(table.name, "csv")
        )

    return response


def _as_workbook(request: Request[Any, Any, Any]) -> Callable[[TableFile], Awaitable[Response[Any]]]:
    write_workbook: WriteWorkbook = request.app.state["container"].write_workbook()

    async def response(table: TableFile) -> Response[Any]:
        rows: list[Row] = [table.header]
        async for batch in table.rows:
            rows += [[_value(value) for value in row] for row in batch]
            if len(rows) > _MOST_ROWS:
                raise TooLarge("A workbook has at most {max} rows; take the CSV file", max=_MOST_ROWS)
        book = await write_workbook(table.title, rows)
        return Response(book, media_type=_XLSX, headers=_attachment(table.name, "xlsx"))

    return response


def _attachment(name: str, ending: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}.{ending}"'}


async def _lines(table: TableFile, *, excel: bool) -> AsyncIterator[str]:
    yield "\ufeff" + _written([table.header], excel=excel)
    async for rows in table.rows:
        yield _written(rows, excel=excel)


def _written(rows: Iterable[Row], *, excel: bool) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";" if excel else ",")
    writer.writerows([_cell(value, excel=excel) for value in row] for row in rows)
    return text.getvalue()


def _cell(value: object, *, excel: bool) -> str:
    """Excel with Russian settings takes 4.5 for the fourth of May."""
    text = "" if value is None else str(value)
    if excel and isinstance(value, int | float | Decimal):
        return text.replace(".", ",")
    return escape_formula(text)


def _value(value: object) -> object:
    """A number, a text or None, as a workbook has them."""
    if value is None or isinstance(value, Decimal) or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    return Decimal(str(value)) if isinstance(value, float) else str(value)
