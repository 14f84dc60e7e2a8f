"""CSV files as sources of an import (RFC 4180; UTF-8 with or without a byte order mark; commas or semicolons)."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from atg_core.importing.model import Choice, Kind, Row
from atg_core.importing.ports import Source, UnusableFile

if TYPE_CHECKING:
    from _csv import Reader as CsvReader

_MOST_CELL_CHARACTERS = 1_000_000


@contextmanager
def open_csv(path: Path, kind: Kind | Choice) -> Iterator[tuple[Source, list[str]]]:
    """The file as a source, and its headers that the kind does not know, which are left out.

    Raises UnusableFile for a file that can not be read, or that lacks a column that every row needs.
    """
    csv.field_size_limit(_MOST_CELL_CHARACTERS)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline()
            delimiter = ";" if first.count(";") > first.count(",") else ","
            file.seek(0)
            reader = csv.reader(file, delimiter=delimiter, strict=True)
            headers = [header.strip() for header in next(_rows(reader, path), (1, []))[1]]
            _require_headers(path, kind, headers)
            rows = (
                Row(line=line, cells=dict(zip(headers, cells, strict=False)), surplus=len(cells) > len(headers))
                for line, cells in _rows(reader, path)
                if any(cells)
            )
            unknown = [header for header in headers if header and header not in kind.headers]
            yield Source(file=str(path), kind=kind, headers=headers, rows=rows), unknown
    except UnicodeDecodeError as error:
        raise UnusableFile(f"{path}: not UTF-8 text") from error
    except OSError as error:
        raise UnusableFile(f"{path}: {error.strerror}") from error


def _rows(reader: "CsvReader", path: Path) -> Iterator[tuple[int, list[str]]]:
    """Rows with the number of the line where each begins."""
    while True:
        line = reader.line_num + 1
        try:
            yield line, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise UnusableFile(f"{path}:{line}: {error}") from error
        except UnicodeDecodeError as error:
            raise UnusableFile(f"{path}: not UTF-8 text") from error


def _require_headers(path: Path, kind: Kind | Choice, headers: list[str]) -> None:
    if not any(headers):
        raise UnusableFile(f"{path}: has no header line")
    repeated = {header for header in headers if header and headers.count(header) > 1}
    missing = [header for header in kind.required_headers if header not in headers]
    if repeated:
        raise UnusableFile(f"{path}: repeats the column {', '.join(sorted(repeated))}")
    if missing:
        raise UnusableFile(f"{path}: lacks the column {', '.join(missing)}")
