"""The journal of a group as a grid, fifty students at a time; the island reads the others from the API."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Response, get
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, QueryParameter

from atg_core.errors import Invalid
from atg_core.gradebook.journal import Journal, JournalRow, RowRange
from atg_core.gradebook.model import AttendanceStatus, Cell, Window
from atg_core.gradebook.ports import GroupNotFound
from atg_core.words import Language
from atg_entrypoints.console.forms import CLEAN, form_again
from atg_entrypoints.console.gradebook.asked import Asked, Bound, Configured, ShowsJournal, address_of
from atg_entrypoints.console.gradebook.cells import LETTERS, STATUS_WORDS, key_of, number_of
from atg_entrypoints.console.pages import language_for, page
from atg_entrypoints.http.gradebook.journal_wire import LONGEST_CURSOR, cursor_of, told_late, window_of
from atg_entrypoints.http.gradebook.journal_wire import key_of as row_key_of
from atg_entrypoints.http.gradebook.viewer import viewer_of
from atg_entrypoints.http.locale import Translator
from atg_entrypoints.http.policy import TEACHER
from atg_entrypoints.http.wire import serial_or

PART = 50
"""Rows that are read at once."""

_PAGE = "gradebook/grid"
CursorQuery = Annotated[str, QueryParameter(max_length=LONGEST_CURSOR)]


@get("/groups/{group_id:str}/gradebook", policy=TEACHER)
async def show_gradebook(
    *,
    request: Asked,
    group_id: FromPath[str],
    show_journal: ShowsJournal,
    settings: Configured,
    start: Bound = "",
    end: Bound = "",
    cursor: CursorQuery = "",
) -> Response[str]:
    key, given = serial_or(GroupNotFound, group_id), {"start": start, "end": end}
    rows = RowRange(after=row_key_of(cursor) if cursor else None, size=PART)
    try:
        window, error = window_of(start, end, settings.zone), None
    except Invalid as refusal:
        window, error = Window(zone=settings.zone), refusal
    journal = await show_journal(viewer_of(request), key, window, rows)
    translate = Translator(request.app.state["container"].words(), language_for(request))
    values = {**grid_of(journal, translate), "given": given, "query": _query(given if not error else {})}
    values |= {"begins_later": bool(cursor)}
    return form_again(request, _PAGE, values, error) if error else page(request, _PAGE, {**values, **CLEAN})


def _query(given: dict[str, str]) -> str:
    return urlencode({name: value for name, value in given.items() if value})


def grid_of(journal: Journal, translate: Translator) -> dict[str, Any]:
    """What the template shows of a journal: texts of cells, and what the island has to know."""
    letters = {status: translate(letter) for status, letter in LETTERS.items()}
    shown = _Shown(letters, translate.language)
    return {
        "roster": journal.roster,
        "address": address_of(journal.roster.group_id),
        "columns": [(key_of(column), column) for column in journal.columns],
        "rows": [
            (row, [(*shown[cell], _why(row, place, translate)) for place, cell in enumerate(row.cells)])
            for row in journal.rows
        ],
        "cursor": cursor_of(journal.last) if journal.last else "",
        "part": PART,
        "letters": letters,
        "words_of_marks": [STATUS_WORDS[status] for status in letters],
    }


def _why(row: JournalRow, place: int, translate: Translator) -> str:
    """Why less of a grade counts than was given."""
    return told_late(row.late[place], translate) if place in row.late else ""


class _Shown(dict[Cell, tuple[str, str]]):
    """Text and kind of a cell, memoised: a journal has far fewer distinct ones than cells."""

    def __init__(self, letters: Mapping[AttendanceStatus, str], language: Language) -> None:
        super().__init__((status, (letters[status], status.value)) for status in letters)
        self[None] = ("", "")
        self._language = language

    def __missing__(self, cell: Decimal) -> tuple[str, str]:
        return self.setdefault(cell, (number_of(cell, self._language), ""))


HANDLERS: Sequence[BaseRouteHandler] = (show_gradebook,)
