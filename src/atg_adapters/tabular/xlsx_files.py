"""Rows of the first sheet of an XLSX workbook (ECMA-376), read as a stream; of formulas, the values kept with them."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

from atg_core.importing.exporting import shown
from atg_core.importing.ports import UnusableFile

if TYPE_CHECKING:
    from openpyxl import Workbook

_MOST_UNPACKED_BYTES = 2 * 1024**3
_BROKEN = (BadZipFile, ParseError, KeyError, ValueError, TypeError, IndexError, AttributeError)


@contextmanager
def open_xlsx(path: Path) -> Iterator[Iterator[tuple[int, list[str]]]]:
    """Rows with their numbers. Raises UnusableFile for what is no workbook, or would unpack beyond all measure."""
    with ExitStack() as opened:
        try:
            book = _opened(path, opened)
            sheet = book.worksheets[0].iter_rows(values_only=True)
        except _BROKEN as error:
            raise UnusableFile(f"{path}: is no workbook that can be read") from error
        except OSError as error:
            raise UnusableFile(f"{path}: {error.strerror}") from error
        yield _rows(sheet, path)


def _opened(path: Path, opened: ExitStack) -> "Workbook":
    from openpyxl import load_workbook  # noqa: PLC0415 - few imports need it, and it takes its time

    file = opened.enter_context(path.open("rb"))
    with ZipFile(file) as parts:
        if sum(part.file_size for part in parts.infolist()) > _MOST_UNPACKED_BYTES:
            raise UnusableFile(f"{path}: unpacks to more than {_MOST_UNPACKED_BYTES} bytes")
    book = load_workbook(file, read_only=True, data_only=True)
    opened.callback(book.close)
    return book


def _rows(sheet: Iterator[tuple[Any, ...]], path: Path) -> Iterator[tuple[int, list[str]]]:
    number = 0
    while True:
        number += 1
        try:
            row = next(sheet)
        except StopIteration:
            return
        except _BROKEN as error:
            raise UnusableFile(f"{path}:{number}: can not be read") from error
        cells = [_cell(value) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        yield number, cells


def _cell(value: Any) -> str:
    """Numbers as they were typed, not as 5.0; a day without a time is that day."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, datetime):
        midnight = value.time() == time() and value.tzinfo is None
        return value.date().isoformat() if midnight else shown(value.replace(tzinfo=value.tzinfo or UTC))
    if isinstance(value, date | time):
        return value.isoformat()
    return shown(value)
