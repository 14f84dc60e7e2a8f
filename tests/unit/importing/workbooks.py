"""Workbooks for tests, as libraries and by hand."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import xlwt
from openpyxl import Workbook

from atg_adapters.tabular.tables import open_tables
from atg_core.importing.kinds import KINDS
from atg_core.importing.records import Row

type Rows = Sequence[Sequence[Any]]
_SPREADSHEET = "application/vnd.oasis.opendocument.spreadsheet"
_NAMES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
)


def write_xlsx(path: Path, sheets: Mapping[str, Rows], formats: Mapping[str, str] | None = None) -> Path:
    """`formats`: of numbers, by the cell of the first sheet."""
    book = Workbook()
    for place, (name, rows) in enumerate(sheets.items()):
        sheet = book.worksheets[0] if place == 0 else book.create_sheet()
        sheet.title = name
        for row in rows:
            sheet.append(list(row))
    for cell, shown_as in (formats or {}).items():
        book.worksheets[0][cell].number_format = shown_as
    book.save(path)
    return path


def edit(path: Path, part: str, old: str, new: str) -> None:
    """Replaces text in a part of a workbook."""
    with ZipFile(path) as parts:
        kept = {name: parts.read(name) for name in parts.namelist()}
    assert old.encode() in kept[part]
    kept[part] = kept[part].replace(old.encode(), new.encode())
    with ZipFile(path, "w") as parts:
        for name, content in kept.items():
            parts.writestr(name, content)


def write_xls(path: Path, sheets: Mapping[str, Rows]) -> Path:
    book, day = xlwt.Workbook(), xlwt.XFStyle()
    day.num_format_str = "dd.mm.yyyy"
    for name, rows in sheets.items():
        sheet = book.add_sheet(name)
        for row, cells in enumerate(rows):
            for column, value in enumerate(cells):
                if value is not None:
                    sheet.write(row, column, value, *([day] if isinstance(value, date) else []))
    book.save(str(path))
    return path


def write_ods(path: Path, sheets: Mapping[str, Rows], *, error: bool = False) -> Path:
    tables = "".join(
        f'<table:table table:name="{name}">{"".join(map(_ods_row, rows))}</table:table>'
        for name, rows in sheets.items()
    )
    if error:
        tables = tables.replace('value-type="boolean"', 'value-type="error"')
    content = f"<office:document-content {_NAMES}><office:body><office:spreadsheet>{tables}</office:spreadsheet>"
    with ZipFile(path, "w") as parts:
        parts.writestr("mimetype", _SPREADSHEET)
        parts.writestr("content.xml", f"{content}</office:body></office:document-content>")
        parts.writestr("META-INF/manifest.xml", "<manifest/>")
    return path


def _ods_row(cells: Sequence[Any]) -> str:
    return f"<table:table-row>{''.join(map(_ods_cell, cells))}</table:table-row>"


def _ods_cell(value: Any) -> str:
    if value is None:
        return "<table:table-cell/>"
    kind, stated = "string", ""
    if isinstance(value, bool):
        kind, stated = "boolean", f'office:boolean-value="{str(value).lower()}"'
    elif isinstance(value, int | float):
        kind, stated = "float", f'office:value="{value}"'
    elif isinstance(value, date):
        kind, stated = "date", f'office:date-value="{value.isoformat()}"'
    return f'<table:table-cell office:value-type="{kind}" {stated}><text:p>{value}</text:p></table:table-cell>'


def read(path: Path, kind: str = "users") -> list[Row]:
    with open_tables(path, KINDS[kind]) as tables:
        return [row for source, _ in tables for row in source.rows]


def read_cells(path: Path, kind: str = "users") -> list[dict[str, str]]:
    return [dict(row.cells) for row in read(path, kind)]
