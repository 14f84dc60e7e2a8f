"""CSV files as they come from spreadsheets and from other systems."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from atg_adapters.tabular.csv_files import open_csv
from atg_core.importing.kinds import KINDS
from atg_core.importing.model import Row
from atg_core.importing.ports import UnusableFile


def read(path: Path, kind: str = "stations") -> list[Row]:
    with open_csv(path, KINDS[kind]) as (source, _):
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
    with open_csv(path, KINDS["stations"]) as (source, unknown):
        [row] = source.rows
    assert (row.cells["name"], row.surplus, unknown) == ("a", False, [])


def test_unknown_columns_are_told(path: Path) -> None:
    path.write_text("short_name,name,colour\nA,a,red\n", encoding="utf-8")
    with open_csv(path, KINDS["stations"]) as (_, unknown):
        assert unknown == ["colour"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "has no header line"),
        (b"\n\n", "has no header line"),
        (b"short_name\nA\n", "lacks the column name"),
        (b"short_name,name,name\nA,a,b\n", "repeats the column name"),
        ("short_name,name\nA,Станция\n".encode("cp1251"), "not UTF-8"),
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
            source, _ = stack.enter_context(open_csv(stations, KINDS["stations"]))
            stack.enter_context(open_csv(users, KINDS["users"]))
            list(source.rows)

    with pytest.raises(UnusableFile, match=r"stations\.csv: not UTF-8"):
        read_both()


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableFile, match=r"none\.csv"):
        read(tmp_path / "none.csv")
    with pytest.raises(UnusableFile):
        read(tmp_path)
