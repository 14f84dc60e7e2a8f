"""Writer of XLSX workbooks (ECMA-376): text is never a formula, and the output is deterministic."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from atg_core.csv_injection import escape_formula

if TYPE_CHECKING:
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

type Value = str | Decimal | int | None

_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_WRITTEN_AT = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")


def write_workbook(title: str, rows: Iterable[Sequence[Value]]) -> bytes:
    """A workbook of one sheet with the first row and column frozen. Thread-safe.

    `title`: of the sheet, letters and spaces, at most 31. Numbers are shown with two decimals, whole ones without.
    Characters that XML 1.0 forbids become U+FFFD.
    """
    from openpyxl import Workbook  # noqa: PLC0415 - takes its time to import, and few processes write workbooks

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "B2"
    cells = _Cells(sheet)
    for row in rows:
        sheet.append([cells.of(place, value) for place, value in enumerate(row)])
    output = BytesIO()
    book.save(output)
    return _timeless(output.getvalue())


class _Cells:
    """Cells of the current row, which is written as soon as it is appended.

    So styled cells, which are slow to create, are created once for each column and reused.
    """

    def __init__(self, sheet: "WriteOnlyWorksheet") -> None:
        from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE  # noqa: PLC0415

        self._sheet, self._unwritable = sheet, ILLEGAL_CHARACTERS_RE
        self._numbers: dict[int, Any] = {}
        self._texts: dict[int, Any] = {}

    def of(self, place: int, value: Value) -> Any:
        if value is None:
            return None
        if isinstance(value, Decimal):
            return self._filled(self._numbers, place, value, number_format="0.00")
        if isinstance(value, int):
            return value
        text = self._unwritable.sub("\N{REPLACEMENT CHARACTER}", value)
        if escape_formula(text) == text:
            return text
        # Else it would be a formula; the quote prefix keeps it text when somebody edits the cell.
        cell = self._filled(self._texts, place, text, quotePrefix=True)
        cell.data_type = "s"
        return cell

    def _filled(self, cells: dict[int, Any], place: int, value: str | Decimal, **style: Any) -> Any:
        from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415

        if place not in cells:
            cells[place] = WriteOnlyCell(self._sheet)
            for name, setting in style.items():
                setattr(cells[place], name, setting)
        cells[place].value = value
        return cells[place]


def _timeless(book: bytes) -> bytes:
    """The same parts with constant timestamps."""
    output = BytesIO()
    with ZipFile(BytesIO(book)) as parts, ZipFile(output, "w", ZIP_DEFLATED) as kept:
        for part in parts.infolist():
            content = parts.read(part)
            if part.filename == "docProps/core.xml":
                content = _WRITTEN_AT.sub(rb"\g<1>1980-01-01T00:00:00Z", content)
            kept.writestr(ZipInfo(part.filename, _LONG_AGO), content, ZIP_DEFLATED)
    return output.getvalue()
