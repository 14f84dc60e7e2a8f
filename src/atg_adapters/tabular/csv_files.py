"""Rows of CSV files (RFC 4180), separated by commas, semicolons or tabs."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from atg_core.formulas import unguarded
from atg_core.importing.ports import UnusableFile

_MOST_CELL_CHARACTERS = 1_000_000
_MOST_HEADER_CHARACTERS = 100_000
_SEPARATORS = ",;\t"


def csv_rows(file: TextIO, path: Path) -> Iterator[tuple[int, list[str]]]:
    """Rows with the number of the line where each begins. Raises UnusableFile where the file breaks the format."""
    csv.field_size_limit(_MOST_CELL_CHARACTERS)
    try:
        first = file.readline(_MOST_HEADER_CHARACTERS)
    except UnicodeError as error:
        raise UnusableFile(f"{path}: not UTF-8 text") from error
    file.seek(0)
    reader = csv.reader(file, delimiter=max(_SEPARATORS, key=first.count), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            yield line, [unguarded(cell) for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error as error:
            raise UnusableFile(f"{path}:{line}: {error}") from error
        except UnicodeError as error:
            raise UnusableFile(f"{path}: not UTF-8 text") from error
