"""Workbooks: which of their sheets and rows are read, and how their cells are."""

from datetime import date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from atg_adapters.tabular.cell_texts import TOO_LONG, number_text, value_text
from atg_adapters.tabular.tables import open_tables
from atg_adapters.tabular.xlsx_reader import NOT_COMPUTED
from atg_core.importing.kinds import KINDS
from atg_core.importing.ports import UnusableFile
from tests.examples import examples
from tests.unit.importing.workbooks import edit, read, read_cells, write_ods, write_xls, write_xlsx

HEADER = ["username", "full_name"]


def test_a_workbook_is_read_by_its_cells_whatever_it_states_of_its_size(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "users.xlsx", {"A": [HEADER, *([f"u{n}", f"Имя {n}"] for n in range(20))]})
    for stated in ('ref="A1"', 'ref="A1:A3"', 'ref="A1:XFD1048576"'):
        edit(path, "xl/worksheets/sheet1.xml", 'ref="A1:B21"', stated)
        assert [row["full_name"] for row in read_cells(path)] == [f"Имя {n}" for n in range(20)]
        edit(path, "xl/worksheets/sheet1.xml", stated, 'ref="A1:B21"')


def test_rows_keep_their_numbers_below_a_title_and_gaps(tmp_path: Path) -> None:
    rows = [["Список 7А"], [], HEADER, ["a", "Аня"], [], [None, None], ["b", "Боря"]]
    assert [row.line for row in read(write_xlsx(tmp_path / "users.xlsx", {"A": rows}))] == [4, 7]


def test_of_several_sheets_those_with_a_header_are_read(tmp_path: Path) -> None:
    sheets = {
        "Инструкция": [["Заполните лист 2"]],
        "7А": [["Класс 7А"], ["ФИО", "Логин"], ["Аня", "a"]],
        "Пусто": [],
        "7Б": [["Login", "ФИО"], ["b", "Боря"]],
    }
    with open_tables(write_xlsx(tmp_path / "users.xlsx", sheets), KINDS["users"]) as tables:
        [(first, notes), (second, more)] = tables
        assert [row.cells["full_name"] for source in (first, second) for row in source.rows] == ["Аня", "Боря"]
    assert (first.file, second.file) == (f"{tmp_path}/users.xlsx (7А)", f"{tmp_path}/users.xlsx (7Б)")
    assert (notes, more) == (["the sheet Инструкция has no header and is left out"], [])


def test_what_explains_the_columns_is_not_taken_for_the_list(tmp_path: Path) -> None:
    explained = [["Логин", "латиницей"], ["ФИО", "полностью"]]
    rows = [["ФИО", "Логин", "Почта"], ["Аня", "a", "a@x.ru"]]
    for sheets in ({"Как заполнять": explained, "Список": rows}, {"Список": [*explained, [], *rows]}):
        path = write_xlsx(tmp_path / "users.xlsx", sheets)
        assert read_cells(path) == [{"full_name": "Аня", "username": "a", "email": "a@x.ru"}]


def test_a_sheet_that_is_named_after_the_kind_is_meant(tmp_path: Path) -> None:
    sheets = {"enrollments": [["username", "course"], ["a", "C"]], "Users": [["username"], ["b"]]}
    path = write_xlsx(tmp_path / "school.xlsx", sheets)
    assert read_cells(path) == [{"username": "b"}]
    assert read_cells(path, "enrollments") == [{"username": "a", "course": "C"}]


def test_a_hidden_sheet_is_not_read(tmp_path: Path) -> None:
    book = Workbook()
    book.worksheets[0].append(["username"])
    book.worksheets[0].append(["a"])
    hidden = book.create_sheet("Списки")
    hidden.append(["username"])
    hidden.append(["b"])
    hidden.sheet_state = "hidden"
    book.save(tmp_path / "users.xlsx")
    assert read_cells(tmp_path / "users.xlsx") == [{"username": "a"}]


def test_where_the_header_was_looked_for_is_told(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "users.xlsx", {"Один": [["x"], ["full_name"]], "Два": [["y"]]})
    told = "lacks the column username; the header was looked for in the first 2 rows of the sheets Один, Два"
    with pytest.raises(UnusableFile, match=told):
        read(path)


def test_an_error_of_a_formula_is_a_bad_cell_and_one_without_a_value_too(tmp_path: Path) -> None:
    rows = [[*HEADER, "department"], ["a", "#N/A", "#DIV/0!"], ["b", "=A1", "=A2"], ["c", '=""', "x"]]
    path = write_xlsx(tmp_path / "users.xlsx", {"A": rows})
    part = "xl/worksheets/sheet1.xml"
    edit(path, part, '<c r="B4"><f>""</f><v></v></c>', '<c r="B4" t="str"><f>""</f><v></v></c>')
    edit(path, part, "<f>A2</f><v></v>", "<f>A2</f>")
    assert [dict(row.faults) for row in read(path)] == [
        {name: f"is an error of a spreadsheet: {error}" for name, error in zip(rows[0][1:], rows[1][1:], strict=True)},
        {"full_name": NOT_COMPUTED, "department": NOT_COMPUTED},
        {},
    ]


@pytest.mark.parametrize(
    ("value", "shown_as", "text"),
    [
        (7, "00000", "00007"),
        (7.0, "00000", "00007"),
        (123456, "00000", "123456"),
        (7, "0", "7"),
        (7, "General", "7"),
        (7, "0.00", "7"),
        (4.5, "0.00", "4.5"),
        (7.5, "00000", "7.5"),
        (7, '"№"0000', "№0007"),
        (11223344595, r"000\-000\-000\ 00", "112-233-445 95"),
        (9123456789, r"\+7\ \(000\)\ 000\-00\-00", "+7 (912) 345-67-89"),
        (7, "[$-419]00000;-00000", "00007"),
        (1234, "#,##0", "1234"),
        (0.7, "0%", "70%"),
        (0.07, "0.0%", "7%"),
        (0.125, "0.00%", "12.5%"),
        (5, '0"%"', "5"),
        (0.1 + 0.2, "General", "0.3"),
        (79990001122.0, "General", "79990001122"),
        (-7, "00000", "-7"),
    ],
)
def test_a_number_is_read_as_it_is_shown(value: float, shown_as: str, text: str) -> None:
    assert number_text(value, shown_as) == (text, None)


def test_a_number_that_has_lost_its_last_digits_is_a_bad_cell(tmp_path: Path) -> None:
    rows = [
        ["username", "employee_id"],
        ["a", 1234567890123450000],
        ["b", 123456789012345],
        ["c", "1234567890123456789"],
    ]
    assert [dict(row.faults) for row in read(write_xlsx(tmp_path / "users.xlsx", {"A": rows}))] == [
        {"employee_id": TOO_LONG},
        {},
        {},
    ]


@pytest.mark.parametrize("epoch_1904", [False, True])
def test_dates_of_both_epochs_are_read(tmp_path: Path, epoch_1904: bool) -> None:
    path = write_xlsx(
        tmp_path / "progress.xlsx",
        {
            "A": [
                ["username", "lesson", "topic", "completed_at"],
                *(["a", "L", n, value] for n, value in enumerate([46266, 46266.3541666667, 46266.99998842592])),
            ]
        },
        {"D2": "yyyy-mm-dd", "D3": "dd.mm.yyyy hh:mm", "D4": "yyyy-mm-dd h:mm:ss"},
    )
    if epoch_1904:
        edit(path, "xl/workbook.xml", "<workbookPr/>", '<workbookPr date1904="1"/>')
    year = 2030 if epoch_1904 else 2026
    day = date(year, 9, 2) if epoch_1904 else date(year, 9, 1)
    texts = [day.isoformat(), f"{day}T08:30:00Z", f"{day}T23:59:59Z"]
    assert [row["completed_at"] for row in read_cells(path, "progress")] == texts


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (time(9, 5), "09:05:00"),
        (timedelta(days=1.5), "36:00"),
        (timedelta(minutes=90, seconds=5), "01:30:05"),
        (datetime(2026, 9, 1), "2026-09-01"),  # noqa: DTZ001 - workbooks know no zones
        (date(2026, 9, 1), "2026-09-01"),
        (True, "true"),
        (1e21, "1" + "0" * 21),
    ],
)
def test_other_values_are_read_as_cells_of_csv(value: Any, text: str) -> None:
    assert value_text(value) == text


def test_escaped_characters_of_a_text_are_those_that_they_stand_for(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "users.xlsx", {"A": [HEADER, ["a", "_x000D_тест_x005F_x0041_"]]})
    assert read_cells(path)[0]["full_name"] == "\rтест_x0041_"


@pytest.mark.parametrize("write", [write_xls, write_ods])
def test_workbooks_of_old_excel_and_libreoffice_are_read(tmp_path: Path, write: Any) -> None:
    rows = [["Список"], [], ["username", "course", "due_at"], ["anna", 7, date(2030, 12, 31)], ["boris", 1.5, None]]
    suffix = write.__name__.removeprefix("write_")
    path = write(tmp_path / f"enrollments.{suffix}", {"Инструкция": [["Читайте"]], "Курсы": rows})
    with open_tables(path, KINDS["enrollments"]) as [(source, notes)]:
        assert [(row.line, dict(row.cells)) for row in source.rows] == [
            (4, {"username": "anna", "course": "7", "due_at": "2030-12-31"}),
            (5, {"username": "boris", "course": "1.5"}),
        ]
    assert len(notes) == 2
    assert "tells neither cells with errors nor the zeros" in notes[0]


def test_a_workbook_is_known_by_its_content_whatever_it_is_called(tmp_path: Path) -> None:
    for number, write in enumerate((write_xlsx, write_xls, write_ods)):
        for suffix in (".xlsx", ".xls", ".ods", ".csv"):
            path = write(tmp_path / f"users{number}{suffix}", {"A": [["username"], ["a"]]})
            assert read_cells(path) == [{"username": "a"}]


def test_errors_that_are_known_but_not_their_places_make_a_workbook_unusable(tmp_path: Path) -> None:
    path = write_ods(tmp_path / "users.ods", {"A": [HEADER, ["a", True]]}, error=True)
    with pytest.raises(UnusableFile, match="has cells with errors"):
        read(path)


_TEXTS = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), min_size=1, max_size=12).filter(
    lambda text: text == text.strip() and not text.startswith(("=", "#", "_", "'"))
)
_VALUES = st.one_of(st.none(), _TEXTS, st.integers(-(10**14), 10**14), st.booleans(), st.dates(date(1901, 1, 1)))


@given(st.lists(st.tuples(_TEXTS, _VALUES), min_size=1, max_size=6))
@settings(max_examples=examples(15))
def test_all_kinds_of_workbooks_give_the_same_cells(rows: list[tuple[str, Any]]) -> None:
    expected = [
        {"username": name, **({} if value is None else {"department": value_text(value)})} for name, value in rows
    ]
    table = [["username", "department"], *map(list, rows)]
    with TemporaryDirectory() as folder:
        for write, suffix in ((write_xlsx, "xlsx"), (write_xls, "xls")):
            found = read_cells(write(Path(folder) / f"users.{suffix}", {"A": table}))
            assert [{key: cell for key, cell in row.items() if cell} for row in found] == expected


@pytest.mark.parametrize("name", ["users.xls", "users.ods"])
def test_a_damaged_workbook_says_so_whatever_its_reader_does(tmp_path: Path, name: str) -> None:
    """calamine panics on a compound file that ends within a sector."""
    path = tmp_path / name
    write_xls(path, {"A": [["username"], ["a"]]})
    content = path.read_bytes()
    for damaged in (content[:600], content[:512] + b"\xff" * 2_000, b"PK\x03\x04" + b"x" * 100):
        path.write_bytes(damaged)
        with pytest.raises(UnusableFile, match="no workbook that can be read"):
            read(path)
