"""Files as sources of an import, whatever their format."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from atg_adapters.tabular.csv_files import csv_rows
from atg_adapters.tabular.jsonl_files import jsonl_rows
from atg_adapters.tabular.texts import open_text
from atg_adapters.tabular.xlsx_files import open_xlsx
from atg_core.importing.model import Choice, Kind, Row
from atg_core.importing.ports import Source, UnusableFile

type Cells = Iterator[tuple[int, list[str]]]


class TableFormat(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"
    XLSX = "xlsx"


SUFFIXES = {".csv": TableFormat.CSV, ".tsv": TableFormat.CSV, ".jsonl": TableFormat.JSONL, ".xlsx": TableFormat.XLSX}


@contextmanager
def open_table(path: Path, kind: Kind | Choice, given: TableFormat | None = None) -> Iterator[tuple[Source, list[str]]]:
    """The file as a source, and its headers that the kind does not know, which are left out.

    `given`: its format, by default what the name ends with, else CSV. Raises UnusableFile for a file that can not be
    read, or that lacks a column that every row needs.
    """
    with _cells(path, given or SUFFIXES.get(path.suffix.lower(), TableFormat.CSV)) as cells:
        headers = [header.strip() for header in next(cells, (1, []))[1]]
        _require_headers(path, kind, headers)
        rows = (
            Row(line=line, cells=dict(zip(headers, row, strict=False)), surplus=len(row) > len(headers))
            for line, row in cells
            if any(row)
        )
        unknown = [header for header in headers if header and header not in kind.headers]
        yield Source(file=str(path), kind=kind, headers=headers, rows=rows), unknown


@contextmanager
def _cells(path: Path, given: TableFormat) -> Iterator[Cells]:
    if given is TableFormat.XLSX:
        with open_xlsx(path) as rows:
            yield rows
    elif given is TableFormat.JSONL:
        with open_text(path) as file:
            yield jsonl_rows(file, path)
    else:
        with open_text(path, newline="") as file:
            yield csv_rows(file, path)


def _require_headers(path: Path, kind: Kind | Choice, headers: Sequence[str]) -> None:
    if not any(headers):
        raise UnusableFile(f"{path}: has no header line")
    repeated = {header for header in headers if header and headers.count(header) > 1}
    missing = [header for header in kind.required_headers if header not in headers]
    if repeated:
        raise UnusableFile(f"{path}: repeats the column {', '.join(sorted(repeated))}")
    if missing:
        raise UnusableFile(f"{path}: lacks the column {', '.join(missing)}")
