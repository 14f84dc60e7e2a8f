"""Reader of CSV files (RFC 4180) separated by commas, semicolons, tabs or bars."""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from atg_adapters.tabular.rows import RawRow
from atg_core.csv_injection import unescape_formula
from atg_core.importing.ports import UnusableFile

if TYPE_CHECKING:
    from _csv import Reader

_MAX_CELL_CHARACTERS = 1_000_000
_SAMPLE_CHARACTERS, _SAMPLE_ROWS = 100_000, 30
_MARKS = {"'", "="}
_TEXT_FORMULA = re.compile(r'="((?:[^"]|"")*)"', re.DOTALL)
_SEPARATORS = ",;\t|"
# The first line that Excel takes the separator from.
_SEPARATOR_LINE = re.compile(r'"?sep=(?P<separator>[^"\s]|\t)"?[ \t]*[\r\n]', re.IGNORECASE)


def csv_rows(
    file: TextIO, path: Path, is_header: Callable[[Sequence[str]], bool] = lambda _: False
) -> Iterator[RawRow]:
    """Rows, each with the number of its first line. Raises UnusableFile for malformed CSV.

    The separator is what the first line says (`sep=;`), else that with which a row `is_header`, else the most frequent
    one of the first line. Spaces before a cell, as before its quotes, are no part of it.
    """
    csv.field_size_limit(_MAX_CELL_CHARACTERS)
    try:
        sample = file.read(_SAMPLE_CHARACTERS)
        file.seek(0)
        said = _SEPARATOR_LINE.match(sample)
        before = 1 if said else 0
        if said:
            file.readline()
    except UnicodeError as error:
        raise UnusableFile(f"{path}: not UTF-8 text") from error
    separator = said["separator"] if said else _separator(sample, is_header)
    reader = _reader(file, separator, strict=True)
    line = before + 1
    try:
        for cells in reader:
            yield RawRow(line, [_bare(cell) if cell[:1] in _MARKS else cell for cell in cells])
            line = before + reader.line_num + 1
    except csv.Error as error:
        raise UnusableFile(f"{path}:{line}: {error}") from error
    except UnicodeError as error:
        raise UnusableFile(f"{path}: not UTF-8 text") from error


def _bare(cell: str) -> str:
    """Without the apostrophe that guards a formula, or the formula that guards zeros (`="007"`)."""
    if match := _TEXT_FORMULA.fullmatch(cell):
        return match[1].replace('""', '"')
    return unescape_formula(cell)


def _reader(lines: Iterable[str], separator: str, *, strict: bool) -> "Reader":
    return csv.reader(lines, delimiter=separator, skipinitialspace=separator != "\t", strict=strict)


def _separator(sample: str, is_header: Callable[[Sequence[str]], bool]) -> str:
    lines = sample.splitlines(keepends=True)
    first = next((line for line in lines if line.strip()), "")
    likely = sorted(_SEPARATORS, key=first.count, reverse=True)
    for separator in likely:
        try:
            if any(map(is_header, islice(_reader(lines, separator, strict=False), _SAMPLE_ROWS))):
                return separator
        except csv.Error:
            continue
    return likely[0]
