"""Workbooks: texts come back as they were and are never formulas."""

from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from atg_adapters.tabular.xlsx_writer import Value, write_workbook
from atg_core.csv_injection import escape_formula, unescape_formula

DANGEROUS = ['=HYPERLINK("http://evil.example","x")', "+7 900", "-1", "@SUM(A1)", "\t=1", "'=1", "=1+1"]
PLAIN = ['О\'Нил "Кит"', "две\nстроки", "Ёжиков Жюль", "a;b,c", "  пробелы  ", "<&>]]>", "_x000D_", "00123", "1e5", ""]


def read(book: bytes) -> list[list[object]]:
    return [[cell.value for cell in row] for row in load_workbook(BytesIO(book)).active]


@pytest.mark.parametrize("text", DANGEROUS)
def test_what_would_be_a_formula_is_a_text_and_stays_one(text: str) -> None:
    book = write_workbook("Gradebook", [["x"], [text]])
    cell = load_workbook(BytesIO(book)).active["A2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)
    sheet = ZipFile(BytesIO(book)).read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet


def test_texts_and_numbers_come_back_as_they_were() -> None:
    rows: list[list[Value]] = [
        [text or "x" for text in PLAIN],
        [Decimal("4.50"), None, Decimal("100.00"), Decimal("0.00")],
    ]
    first, second = read(write_workbook("Gradebook", rows))
    assert first == rows[0]
    assert second[:4] == [4.5, None, 100, 0]


def test_a_style_is_that_of_its_cell_alone() -> None:
    rows: list[list[Value]] = [["=1", Decimal("1.50")], ["x", "=2"], [Decimal("2.25"), "y"], ["+3", None]]
    sheet = load_workbook(BytesIO(write_workbook("Gradebook", rows))).active
    told = [[(cell.value, cell.quotePrefix, cell.number_format) for cell in row] for row in sheet]
    assert told == [
        [("=1", True, "General"), (1.5, False, "0.00")],
        [("x", False, "General"), ("=2", True, "General")],
        [(2.25, False, "0.00"), ("y", False, "General")],
        [("+3", True, "General"), (None, False, "General")],
    ]


def test_what_xml_can_not_say_is_replaced() -> None:
    assert read(write_workbook("Gradebook", [["a\x01b\x1f=c"]])) == [["a�b�=c"]]


def test_the_same_table_gives_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    first = write_workbook("Gradebook", [["x", Decimal("1.00")]])
    monkeypatch.setattr("time.localtime", lambda *_: (2031, 5, 6, 7, 8, 9, 0, 0, 0))
    assert write_workbook("Gradebook", [["x", Decimal("1.00")]]) == first
    assert {part.date_time[0] for part in ZipFile(BytesIO(first)).infolist()} == {1980}
    assert b"1980-01-01T00:00:00Z" in ZipFile(BytesIO(first)).read("docProps/core.xml")


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20))
def test_no_text_of_a_csv_begins_as_a_formula_and_each_comes_back(text: str) -> None:
    assert unescape_formula(escape_formula(text)) == text
    assert escape_formula(text)[:1] not in {"=", "+", "-", "@", "\t", "\r"}
