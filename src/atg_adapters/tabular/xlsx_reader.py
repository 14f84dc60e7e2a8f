"""Streaming reader of XLSX workbooks (ECMA-376) by their cells; formulas give their cached values."""

import re
import warnings
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import repeat
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

from atg_adapters.tabular.cell_texts import number_text, value_text
from atg_adapters.tabular.rows import RawRow, Sheet
from atg_core.importing.ports import UnusableFile

if TYPE_CHECKING:
    from openpyxl import Workbook

_MAX_UNPACKED_BYTES = 2 * 1024**3
_BROKEN = (
    BadZipFile,
    zlib.error,
    EOFError,
    ParseError,
    ArithmeticError,
    LookupError,
    RuntimeError,
    ValueError,
    TypeError,
    AttributeError,
)
_CHUNK_BYTES = 1024 * 1024
# A formula of which the file keeps no value: whoever wrote it did not compute it.
_UNCOMPUTED = re.compile(rb"<(?:\w+:)?f\b[^>]*(?:/>|>[^<]*</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v\s*(?:/>|></)|</(?:\w+:)?c>)")
_LONGEST_FORMULA = 20_000
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
NOT_COMPUTED = "is a formula without a value: open the workbook in a spreadsheet and save it"


@contextmanager
def open_xlsx(path: Path) -> Iterator[list[Sheet]]:
    """The sheets that are not hidden. Raises UnusableFile if it is no workbook, or unpacks to more than 2 GiB."""
    with ExitStack() as opened:
        try:
            file = opened.enter_context(path.open("rb"))
            has_uncomputed = _examine(file, path)
            sheets = _sheets(file, opened, data_only=True)
            formulas = _sheets(file, opened, data_only=False) if has_uncomputed else repeat(None)
            found = [
                Sheet(_rows(sheet, other, path), sheet.title)
                for sheet, other in zip(sheets, formulas, strict=False)
                if sheet.sheet_state == "visible"
            ]
        except _BROKEN as error:
            raise UnusableFile(f"{path}: is no workbook that can be read") from error
        except OSError as error:
            raise UnusableFile(f"{path}: {error.strerror}") from error
        yield found


def _examine(file: IO[bytes], path: Path) -> bool:
    """Whether there is a formula without a value."""
    with ZipFile(file) as parts:
        if sum(part.file_size for part in parts.infolist()) > _MAX_UNPACKED_BYTES:
            raise UnusableFile(f"{path}: unpacks to more than {_MAX_UNPACKED_BYTES} bytes")
        for name in parts.namelist():
            if "/worksheets/" in name and name.endswith(".xml"):
                with parts.open(name) as sheet:
                    rest = b""
                    while chunk := sheet.read(_CHUNK_BYTES):
                        if _UNCOMPUTED.search(rest + chunk):
                            return True
                        rest = chunk[-_LONGEST_FORMULA:]
    return False


def _sheets(file: IO[bytes], opened: ExitStack, *, data_only: bool) -> list[Any]:
    from openpyxl import load_workbook  # noqa: PLC0415 - few imports need it, and it takes its time

    # Of what a workbook has beside its cells: lists of choices, styles.
    warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")
    book: Workbook = load_workbook(file, read_only=True, data_only=data_only)
    opened.callback(book.close)
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # what is stated of a size may be wrong
    return list(book.worksheets)


def _rows(sheet: Any, formulas: Any, path: Path) -> Iterator[RawRow]:
    number = 0
    given = sheet.iter_rows()
    others = formulas.iter_rows() if formulas else repeat(())
    while True:
        number += 1
        try:
            row, other = next(given), next(others)
            texts, faults = _read(row, other)
        except StopIteration:
            return
        except _BROKEN as error:
            raise UnusableFile(f"{path}:{number}: can not be read") from error
        if texts:
            yield RawRow(number, texts, faults)


def _read(row: tuple[Any, ...], formulas: tuple[Any, ...]) -> tuple[list[str], dict[int, str]]:
    texts: list[str] = []
    faults: dict[int, str] = {}
    for place, cell in enumerate(row):
        value = cell.value
        if value is None:
            texts.append("")
        elif cell.data_type == "s":
            texts.append(_ESCAPED.sub(lambda match: chr(int(match[1], 16)), value) if "_x" in value else value)
        elif cell.data_type == "n":
            text, fault = number_text(value, cell.number_format)
            texts.append(text)
            if fault:
                faults[place] = fault
        else:
            texts.append(value_text(value))
    for place, cell in enumerate(formulas):
        # A formula whose value is an empty text has one.
        if cell.data_type == "f" and row[place].value is None and row[place].data_type != "str":
            faults[place] = NOT_COMPUTED
    while texts and not texts[-1] and len(texts) - 1 not in faults:
        texts.pop()
    return texts, faults
