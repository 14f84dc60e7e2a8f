"""Tables as CSV (RFC 4180), streamed, in UTF-8 with a mark by which spreadsheets know it."""

import csv
import io
from collections.abc import AsyncIterator, Iterable, Sequence

from litestar.response import Stream

from atg_core.formulas import guarded


def csv_reply(name: str, header: Sequence[str], rows: AsyncIterator[Iterable[Sequence[object]]]) -> Stream:
    """A reply of rows that come in batches; `name` is the file's, of letters, digits and hyphens alone."""
    return Stream(
        _lines(header, rows),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


async def _lines(header: Sequence[str], batches: AsyncIterator[Iterable[Sequence[object]]]) -> AsyncIterator[str]:
    yield "\ufeff" + _written([header])
    async for rows in batches:
        yield _written(rows)


def _written(rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def _cell(value: object) -> str:
    return guarded("" if value is None else str(value))
