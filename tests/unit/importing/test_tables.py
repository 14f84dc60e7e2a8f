"""Readers of CSV, JSON Lines and XLSX files."""

import re
from contextlib import ExitStack, suppress
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from atg_adapters.tabular.tables import open_tables
from atg_core.importing.kinds import KINDS
from atg_core.importing.ports import UnusableFile
from atg_core.importing.records import Row
from tests.examples import examples


def read(path: Path, kind: str = "stations") -> list[Row]:
    with open_tables(path, KINDS[kind]) as [(source, _)]:
        return list(source.rows)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "stations.csv"


@pytest.mark.parametrize(
    "content",
    [
        "short_name,name\nS,Станция\n",
        "\ufeffshort_name,name\nS,Станция\n",
        "short_name;name\r\nS;Станция\r\n",
        "name,short_name\nСтанция,S",
        '"short_name","name"\n"S","Станция"\n',
        " short_name , name \nS,Станция\n",
    ],
)
def test_encodings_separators_line_ends_and_order_do_not_matter(path: Path, content: str) -> None:
    """I1."""
    path.write_bytes(content.encode())
    [row] = read(path)
    assert (row.line, dict(row.cells)) == (2, {"short_name": "S", "name": "Станция"})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
def test_files_of_other_systems_are_read_in_their_encodings(path: Path, encoding: str) -> None:
    """I1."""
    path.write_bytes("short_name\tname\r\nS\tСтанция №1\r\n".encode(encoding))
    [row] = read(path)
    assert dict(row.cells) == {"short_name": "S", "name": "Станция №1"}


def test_a_row_is_named_by_the_line_on_which_it_begins(path: Path) -> None:
    path.write_text('short_name,name\nA,"две\nстроки"\n\nB,"с ""кавычками"""\n', encoding="utf-8")
    rows = read(path)
    assert [(row.line, row.cells["name"]) for row in rows] == [(2, "две\nстроки"), (5, 'с "кавычками"')]


def test_a_short_row_lacks_cells_and_a_long_one_has_a_surplus(path: Path) -> None:
    path.write_text("short_name,name\nA\nB,b,c\n", encoding="utf-8")
    short, long = read(path)
    assert "name" not in short.cells
    assert (short.surplus, long.surplus) == (False, True)


def test_columns_without_a_name_are_left_out_without_a_word(path: Path) -> None:
    path.write_text("short_name,name,,\nA,a,,\n,,,\n", encoding="utf-8")
    with open_tables(path, KINDS["stations"]) as [(source, notes)]:
        [row] = source.rows
    assert (row.cells["name"], row.surplus, notes) == ("a", False, [])


def test_an_unknown_column_is_told_and_refused_where_it_has_a_value(path: Path) -> None:
    path.write_text("short_name,name,colour\nA,a,\nB,b,red\n", encoding="utf-8")
    with open_tables(path, KINDS["stations"]) as [(source, notes)]:
        assert notes == ["unknown columns are left out: colour"]
        with pytest.raises(UnusableFile, match=r"csv:3: colour \('red'\): no column of stations"):
            list(source.rows)
    with open_tables(path, KINDS["stations"], skipped=["Colour"]) as [(source, notes)]:
        assert ([row.cells["name"] for row in source.rows], notes) == (["a", "b"], [])


def test_a_word_that_was_mistyped_is_told(path: Path) -> None:
    path.write_text("short_name,name,comission_date\nA,a,2009\n", encoding="utf-8")
    with pytest.raises(UnusableFile, match=r"comission_date \('2009', is it commission_date\?\)"):
        read(path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "has no header line"),
        (b"\n\n", "has no header line"),
        (b"short_name\nA\n", "lacks the column name"),
        (b"short_name,name,name\nA,a,b\n", "repeats the column name"),
        ("short_name,name\nA,Станция\n".encode() + "B,Станция\n".encode("cp1251"), "not UTF-8"),
        (b"\xff\xfes\x00h\x00o\x00r", "not UTF-8"),
        (b'short_name,name\nA,"never closed\n', r"csv:2: unexpected end of data"),
        (b'short_name,name\nA,a\nB,"b" c\n', r"csv:3: .*expected after"),
        (b"short_name,name\nA," + b"x" * 1_000_001, r"csv:2: field larger than field limit"),
    ],
)
def test_a_file_that_can_not_be_used_says_why(path: Path, content: bytes, reason: str) -> None:
    path.write_bytes(content)
    with pytest.raises(UnusableFile, match=reason):
        read(path)


def test_of_several_open_files_the_one_that_is_wrong_is_named(tmp_path: Path) -> None:
    stations, users = tmp_path / "stations.csv", tmp_path / "users.csv"
    rows = "".join(f"S{n},Станция\n" for n in range(2_000))
    stations.write_bytes(b"short_name,name\n" + rows.encode() + "T,Станция\n".encode("cp1251"))
    users.write_text("username\nanna\n")

    def read_both() -> None:
        with ExitStack() as stack:
            [(source, _)] = stack.enter_context(open_tables(stations, KINDS["stations"]))
            stack.enter_context(open_tables(users, KINDS["users"]))
            list(source.rows)

    with pytest.raises(UnusableFile, match=r"stations\.csv: not UTF-8"):
        read_both()


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableFile, match=r"none\.csv"):
        read(tmp_path / "none.csv")
    with pytest.raises(UnusableFile):
        read(tmp_path)


def test_json_lines_are_read_by_their_members(tmp_path: Path) -> None:
    path = tmp_path / "stations.jsonl"
    lines = [
        '{"short_name": "S", "name": "Станция", "power": 30, "colour": ["a", 1.0, true, null]}',
        "",
        '{"short_name": "T", "power": null}',
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    with open_tables(path, KINDS["stations"], skipped=["colour"]) as [(source, _)]:
        rows = list(source.rows)
    assert [(row.line, row.cells["short_name"], row.cells["name"], row.cells["power"]) for row in rows] == [
        (1, "S", "Станция", "30"),
        (3, "T", "", ""),
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("[]", "jsonl:2: Expected"),
        ('{"short_name": "T"', "jsonl:2: "),
        ('{"short_name": {"a": 1}}', "jsonl:2: Expected"),
        ('{"short_name": "T", "new": 1}', "jsonl:2: has 'new', which the first line has not"),
        ("[" * 100_000, "jsonl:2: "),
        ('{"short_name": "' + "x" * 10_000_000, "jsonl:2: the line is longer"),
    ],
)
def test_json_lines_that_can_not_be_used_say_why(tmp_path: Path, line: str, reason: str) -> None:
    path = tmp_path / "stations.jsonl"
    path.write_text('{"short_name": "S", "name": "s"}\n' + line + "\n", encoding="utf-8")
    with pytest.raises(UnusableFile, match=re.escape(reason)):
        read(path)


def workbook(path: Path, *rows: list[object]) -> Path:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(path)
    return path


def test_a_workbook_is_read_as_it_is_seen(tmp_path: Path) -> None:
    midnight, moment = datetime(2026, 3, 2), datetime(2026, 3, 2, 8, 30)  # noqa: DTZ001 - workbooks know no zones
    path = workbook(
        tmp_path / "enrollments.xlsx",
        ["username", "course", "enrolled_at", "due_at", None],
        ["anna", 7, midnight, moment],
        [None, None, None, None],
        ["=A1", 1.5, True, None, "more"],
    )
    rows = read(path, "enrollments")
    assert [(row.line, list(row.cells.values()), row.surplus) for row in rows] == [
        (2, ["anna", "7", "2026-03-02", "2026-03-02T08:30:00Z"], False),
        (4, ["", "1.5", "true", ""], True),
    ]


def test_what_is_no_workbook_says_so(tmp_path: Path) -> None:
    path = tmp_path / "stations.xlsx"
    for content in (b"", b"short_name,name\n", b"PK\x03\x04" + b"x" * 100):
        path.write_bytes(content)
        with pytest.raises(UnusableFile, match="no workbook"):
            read(path)
    with ZipFile(path, "w") as parts:
        parts.writestr("xl/workbook.xml", "<x/>")
    with pytest.raises(UnusableFile, match="no workbook"):
        read(path)


@given(content=st.binary(max_size=400), suffix=st.sampled_from([".csv", ".jsonl", ".xlsx", ".xls", ".ods"]))
@example(content=b"\x00" * 50, suffix=".csv")
@example(content=b"short_name,name\n\x00,\x00\n", suffix=".csv")
@example(content=b'short_name,name\n"', suffix=".csv")
@example(content=b"\xef\xbb\xbf", suffix=".jsonl")
@settings(max_examples=examples(150))
def test_any_bytes_are_rows_or_a_file_that_can_not_be_used(content: bytes, suffix: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"stations{suffix}"
        path.write_bytes(content)
        with suppress(UnusableFile):
            assert all(isinstance(row.line, int) for row in read(path))
