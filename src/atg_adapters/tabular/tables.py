"""Files in any supported format as sources of an import."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from functools import partial
from itertools import chain, islice
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from atg_adapters.tabular.calamine_reader import NOT_TOLD, open_calamine
from atg_adapters.tabular.csv_reader import csv_rows
from atg_adapters.tabular.jsonl_reader import jsonl_rows
from atg_adapters.tabular.question_files import looks_like, open_questions
from atg_adapters.tabular.questions import TARGETS
from atg_adapters.tabular.rows import RawRow, Sheet
from atg_adapters.tabular.text_files import open_text
from atg_adapters.tabular.xlsx_reader import open_xlsx
from atg_core.importing.foreign_names import foreign_names
from atg_core.importing.headings import Headings, LostValue, folded, read_headings
from atg_core.importing.model import Kind, KindChoice
from atg_core.importing.ports import Source, UnusableFile
from atg_core.importing.records import Row

_HEADER_ROWS = 30
"""Among so many rows that are not empty the header is looked for."""


class TableFormat(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"
    XLSX = "xlsx"
    XLS = "xls"
    ODS = "ods"
    GIFT = "gift"
    AIKEN = "aiken"


SUFFIXES = {
    ".csv": TableFormat.CSV,
    ".tsv": TableFormat.CSV,
    ".jsonl": TableFormat.JSONL,
    ".xlsx": TableFormat.XLSX,
    ".xlsm": TableFormat.XLSX,
    ".xls": TableFormat.XLS,
    ".ods": TableFormat.ODS,
    ".gift": TableFormat.GIFT,
    ".aiken": TableFormat.AIKEN,
}
_WORKBOOKS = {TableFormat.XLSX, TableFormat.XLS, TableFormat.ODS}
_QUESTIONS = {TableFormat.GIFT, TableFormat.AIKEN}
_COMPOUND_FILE, _ZIP = b"\xd0\xcf\x11\xe0", b"PK\x03\x04"


class Table(NamedTuple):
    """A table of a file as a source; `notes`: what of the file is left out, in sentences."""

    source: Source
    notes: list[str]


@contextmanager
def open_tables(
    path: Path,
    kind: Kind | KindChoice,
    given: TableFormat | None = None,
    skipped: Collection[str] = (),
    constants: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[list[Table]]:
    """The tables of the file that have the header of the kind: one, or some sheets of a workbook.

    `given`: its format, by default that of the suffix, else CSV. `skipped`: columns that are left out. `constants`:
    cells of columns that the file lacks, by header. Raises UnusableFile if it can not be read or no table has the
    required columns; iterating over the rows also does if a column that is not known has a value.
    """
    heading = partial(read_headings, kind, foreign=foreign_names(kind.name), skipped=skipped, constants=constants)
    form = given or _format(path, kind)
    if form in _QUESTIONS:
        with open_questions(path, kind, is_gift=form is TableFormat.GIFT, constants=constants) as source:
            yield [Table(source, [])]
        return
    with _sheets(path, form, lambda cells: heading(cells).is_header) as sheets:
        looked_at = [_Looked(sheet, heading, 1 if form is TableFormat.JSONL else _HEADER_ROWS) for sheet in sheets]
        # A sheet that explains the columns names some of them, too.
        most = max((sheet.known for sheet in looked_at), default=0)
        found = [sheet for sheet in looked_at if sheet.known and 2 * sheet.known > most]
        # A sheet that is named after the kind is meant, whatever others have of its columns.
        found = [sheet for sheet in found if folded(sheet.name or "") == folded(kind.name)] or found
        if not found:
            raise UnusableFile(f"{path}: {_missing(looked_at)}")
        tables = [
            _table(path, kind, sheet, sheet.headings, several=len(found) > 1) for sheet in found if sheet.headings
        ]
        if form in {TableFormat.XLS, TableFormat.ODS}:
            tables[0].notes.append(NOT_TOLD)
        tables[0].notes.extend(
            f"the sheet {sheet.name} {'is another' if sheet.known else 'has no header'} and is left out"
            for sheet in looked_at
            if sheet.headings and sheet not in found
        )
        yield tables


class _Looked:
    """A sheet in which the header was looked for: the first row that has the most of it, and the rows behind it."""

    def __init__(self, sheet: Sheet, heading: "partial[Headings]", most: int) -> None:
        self.name = sheet.name
        looked = list(islice(filter(_has_text, sheet.rows), most))
        found = [heading(raw.cells) for raw in looked]
        self.looked = len(looked)
        place = max(range(len(found)), key=lambda each: (found[each].is_header, found[each].known), default=None)
        self.headings = None if place is None else found[place]
        self.rows = chain(looked[(place or 0) + 1 :], sheet.rows)

    @property
    def known(self) -> int:
        """How many columns of the kind it has; 0 if it has no header."""
        return self.headings.known if self.headings and self.headings.is_header else 0


def _has_text(raw: RawRow) -> bool:
    return any(map(str.strip, raw.cells))


def _missing(sheets: Sequence[_Looked]) -> str:
    headings = [sheet.headings for sheet in sheets if sheet.headings]
    if not headings:
        return "has no header line"
    lacking = max(headings, key=lambda each: each.known).missing
    missing = f"lacks the column {', '.join(lacking)}" if lacking else "names no column in its first rows"
    names = [sheet.name for sheet in sheets if sheet.name]
    rows = max(sheet.looked for sheet in sheets)
    if rows == 1 and len(names) < 2:
        return missing
    where = f" of the sheets {', '.join(names)}" if len(names) > 1 else ""
    return f"{missing}; the header was looked for in the first {rows} rows{where}"


def _table(path: Path, kind: Kind | KindChoice, sheet: _Looked, headings: Headings, *, several: bool) -> Table:
    file = f"{path} ({sheet.name})" if several else str(path)
    if headings.repeated:
        raise UnusableFile(
            f"{file}: repeats the column {', '.join(sorted(set(headings.repeated)))}; --skip-column leaves one out"
        )
    notes = []
    if headings.left_out:
        notes.append(f"have no place here and are left out: {', '.join(headings.left_out)}")
    if headings.unknown:
        notes.append(f"unknown columns are left out: {', '.join(map(str.strip, headings.unknown.values()))}")
    rows = _rows(sheet.rows, headings, file)
    source = Source(file=file, kind=kind, headers=headings.headers, rows=rows, headings=headings.shown)
    return Table(source, notes)


def _rows(rows: Iterator[RawRow], headings: Headings, file: str) -> Iterator[Row]:
    for line, cells, faults in rows:
        if not faults and not any(map(str.strip, cells)):
            continue
        try:
            yield headings.row(line, cells, faults)
        except LostValue as error:
            raise UnusableFile(
                f"{file}:{line}: {error}; `atg import {headings.kind.name} --describe` tells the columns,"
                " --skip-column leaves one out"
            ) from None


def _format(path: Path, kind: Kind | KindChoice) -> TableFormat:
    """That of the suffix, but workbooks are known by their content, and questions in `.txt` files."""
    named = SUFFIXES.get(path.suffix.lower(), TableFormat.CSV)
    if path.suffix.lower() == ".txt" and kind.name in TARGETS:
        return TableFormat(looks_like(path) or named)
    if named is TableFormat.JSONL or named in _QUESTIONS or not path.is_file():
        return named
    try:
        with path.open("rb") as file:
            start = file.read(200)
    except OSError as error:
        raise UnusableFile(f"{path}: {error.strerror}") from error
    if start.startswith(_COMPOUND_FILE):
        return TableFormat.XLS
    if start.startswith(_ZIP):
        return TableFormat.ODS if b"opendocument.spreadsheet" in start else TableFormat.XLSX
    return named


@contextmanager
def _sheets(path: Path, given: TableFormat, is_header: Callable[[Sequence[str]], bool]) -> Iterator[list[Sheet]]:
    if given is TableFormat.XLSX:
        with open_xlsx(path) as sheets:
            yield sheets
    elif given in _WORKBOOKS:
        with open_calamine(path) as sheets:
            yield sheets
    elif given is TableFormat.JSONL:
        with open_text(path) as file:
            yield [Sheet(jsonl_rows(file, path))]
    else:
        with open_text(path, newline="") as file:
            yield [Sheet(csv_rows(file, path, is_header))]
