"""The journal of a group, its files, and a student's own rows (spec: homework-gradebook, Gradebook)."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from itertools import batched
from typing import Annotated, Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, QueryParameter, SkipValidation

from atg_core.gradebook.journal import ALL_ROWS, Journal, RowRange, ShowJournal, ShowOwnJournals
from atg_core.gradebook.model import Window
from atg_core.gradebook.ports import GroupNotFound
from atg_entrypoints.http.gradebook.journal_wire import (
    LONGEST_CURSOR,
    JournalReply,
    OwnJournal,
    journal_header,
    journal_rows,
    key_of,
    window_of,
)
from atg_entrypoints.http.gradebook.viewer import SignedInRequest, viewer_of
from atg_entrypoints.http.locale import translator_of
from atg_entrypoints.http.openapi import WINDOW_BOUND
from atg_entrypoints.http.policy import SIGNED_IN, TEACHER
from atg_entrypoints.http.table_file import AsFile, TableFile, table_routes
from atg_entrypoints.http.wire import Page, Paging, serial_or
from atg_entrypoints.settings import Settings

_TAGS = ["gradebook"]
_BATCH = 20

Shows = NamedDependency[SkipValidation[ShowJournal]]
Configured = NamedDependency[SkipValidation[Settings]]
Bound = Annotated[
    str | None,
    QueryParameter(
        max_length=40, schema_extra=WINDOW_BOUND, description="An instant, or a day; a day as the end is included"
    ),
]


async def _journal(
    request: SignedInRequest, group_id: str, show: ShowJournal, window: Window, rows: RowRange = ALL_ROWS
) -> Journal:
    return await show(viewer_of(request), serial_or(GroupNotFound, group_id), window, rows)


@get("/groups/{group_id:str}/gradebook", policy=TEACHER, tags=_TAGS, summary="The journal of a group")
async def show_group_journal(
    *,
    request: SignedInRequest,
    group_id: FromPath[str],
    show_journal: Shows,
    settings: Configured,
    start: Bound = None,
    end: Bound = None,
    size: Annotated[
        int | None, QueryParameter(ge=1, le=500, description="Maximum number of rows; all by default")
    ] = None,
    cursor: Annotated[
        str | None, QueryParameter(max_length=LONGEST_CURSOR, description="The `next_cursor` of the previous page")
    ] = None,
) -> JournalReply:
    """Lessons, homework and control points by time, students by name. Without dates and `size`: everything.

    Every page has all columns. Rows do not shift between pages when students join or leave.
    """
    rows = RowRange(after=None if cursor is None else key_of(cursor), size=size)
    journal = await _journal(request, group_id, show_journal, window_of(start, end, settings.zone), rows)
    return JournalReply.of(journal)


@table_routes("/groups/{group_id:str}/gradebook", policy=TEACHER, tags=_TAGS, summary="The journal")
async def download_journal(
    *,
    request: SignedInRequest,
    group_id: FromPath[str],
    show_journal: Shows,
    settings: Configured,
    as_file: AsFile,
    start: Bound = None,
    end: Bound = None,
) -> Response[Any]:
    journal = await _journal(request, group_id, show_journal, window_of(start, end, settings.zone))
    translate = translator_of(request)

    async def batches() -> AsyncIterator[Iterable[Sequence[object]]]:
        for rows in batched(journal_rows(journal, translate), _BATCH):
            yield rows
            await asyncio.sleep(0)  # a large journal takes its time, and others wait

    name = f"gradebook-{journal.roster.group_id}"
    return await as_file(TableFile(name, translate("Gradebook"), journal_header(journal, translate), batches()))


@get(
    "/me/gradebook",
    policy=SIGNED_IN,
    tags=_TAGS,
    summary="The caller's own grades and attendance, by group",
    also={400},
)
async def show_own_journals(
    request: SignedInRequest,
    show_own_journals: NamedDependency[SkipValidation[ShowOwnJournals]],
    paging: NamedDependency[SkipValidation[Paging]],
) -> Page[OwnJournal]:
    """One item for each group of the caller."""
    found, total = await show_own_journals(request.user.id, limit=paging.size, offset=paging.offset)
    return paging.of([OwnJournal.of(journal) for journal in found], total)


HANDLERS: Sequence[BaseRouteHandler] = (
    show_group_journal,
    *download_journal,
    show_own_journals,
)
