"""The journal of a group, what a student has of it, and what a teacher has done (spec: homework-gradebook)."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from itertools import batched
from typing import Annotated

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, QueryParameter, SkipValidation
from litestar.response import Stream

from atg_core.gradebook.journal import ALL_ROWS, Journal, Rows, ShowJournal, ShowOwn
from atg_core.gradebook.model import Window
from atg_core.gradebook.ports import GroupNotFound
from atg_core.gradebook.summary import SummarizeTeaching
from atg_entrypoints.http.csv_replies import csv_reply
from atg_entrypoints.http.gradebook_wire import (
    LONGEST_CURSOR,
    CallOf,
    JournalReply,
    OwnJournal,
    TeacherSummary,
    journal_table,
    key_of,
    viewer_of,
    window_of,
)
from atg_entrypoints.http.policy import SIGNED_IN, TEACHER
from atg_entrypoints.http.schemas import BORDER
from atg_entrypoints.http.wire import Page, Paging, serial_or
from atg_entrypoints.settings import Settings

_TAGS = ["gradebook"]
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ROWS_AT_ONCE = 20

Shows = NamedDependency[SkipValidation[ShowJournal]]
Configured = NamedDependency[SkipValidation[Settings]]
Border = Annotated[
    str | None,
    QueryParameter(
        max_length=40, schema_extra=BORDER, description="An instant, or a day; a day as the end is included"
    ),
]
WritesWorkbooks = NamedDependency[SkipValidation[Callable[[str, Iterable[Sequence[object]]], bytes]]]


async def _journal(request: CallOf, group_id: str, show: ShowJournal, window: Window, rows: Rows = ALL_ROWS) -> Journal:
    return await show(viewer_of(request), serial_or(GroupNotFound, group_id), window, rows)


@get("/groups/{group_id:str}/gradebook", policy=TEACHER, tags=_TAGS, summary="The journal of a group")
async def show_group_journal(
    *,
    request: CallOf,
    group_id: FromPath[str],
    show_journal: Shows,
    settings: Configured,
    start: Border = None,
    end: Border = None,
    size: Annotated[int | None, QueryParameter(ge=1, le=500, description="Rows at most; without it all")] = None,
    cursor: Annotated[
        str | None, QueryParameter(max_length=LONGEST_CURSOR, description="The `next_cursor` of the rows before")
    ] = None,
) -> JournalReply:
    """Its lessons, homework and control points by time, its students by name. Without dates and `size` all there is.

    Every part has all columns. Rows do not shift while one goes from part to part, whoever joins or leaves.
    """
    rows = Rows(after=None if cursor is None else key_of(cursor), size=size)
    journal = await _journal(request, group_id, show_journal, window_of(start, end, settings.zone), rows)
    return await asyncio.to_thread(JournalReply.of, journal)


@get(
    "/groups/{group_id:str}/gradebook.csv",
    policy=TEACHER,
    tags=_TAGS,
    summary="The journal as CSV",
    media_type="text/csv",
)
async def download_journal(
    *,
    request: CallOf,
    group_id: FromPath[str],
    show_journal: Shows,
    settings: Configured,
    start: Border = None,
    end: Border = None,
) -> Stream:
    journal = await _journal(request, group_id, show_journal, window_of(start, end, settings.zone))
    table = journal_table(journal)
    header = [str(title) for title in next(table)]

    async def batches() -> AsyncIterator[Iterable[Sequence[object]]]:
        for rows in batched(table, _ROWS_AT_ONCE):
            yield rows

    return csv_reply(f"gradebook-{journal.roll.group_id}", header, batches())


@get(
    "/groups/{group_id:str}/gradebook.xlsx",
    policy=TEACHER,
    tags=_TAGS,
    summary="The journal as a workbook",
    media_type=_XLSX,
)
async def download_workbook(
    *,
    request: CallOf,
    group_id: FromPath[str],
    show_journal: Shows,
    settings: Configured,
    write_workbook: WritesWorkbooks,
    start: Border = None,
    end: Border = None,
) -> Response[bytes]:
    journal = await _journal(request, group_id, show_journal, window_of(start, end, settings.zone))
    book = await asyncio.to_thread(write_workbook, "Gradebook", journal_table(journal))
    name = f"gradebook-{journal.roll.group_id}.xlsx"
    return Response(book, media_type=_XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@get("/me/gradebook", policy=SIGNED_IN, tags=_TAGS, summary="What one has, by group", also={400})
async def show_own_journals(
    request: CallOf,
    show_own_grades: NamedDependency[SkipValidation[ShowOwn]],
    paging: NamedDependency[SkipValidation[Paging]],
) -> Page[OwnJournal]:
    """A row for each group that one is in."""
    found, total = await show_own_grades(request.user.id, limit=paging.size, offset=paging.offset)
    return paging.of([OwnJournal.of(journal) for journal in found], total)


@get("/teachers/me/summary", policy=TEACHER, tags=_TAGS, summary="What one has taught, and has to do")
async def show_summary(
    request: CallOf, summarize_teaching: NamedDependency[SkipValidation[SummarizeTeaching]]
) -> TeacherSummary:
    return TeacherSummary.of(await summarize_teaching(request.user.id))


HANDLERS: Sequence[BaseRouteHandler] = (
    show_group_journal,
    download_journal,
    download_workbook,
    show_own_journals,
    show_summary,
)
