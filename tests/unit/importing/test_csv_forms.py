"""CSV files as programs of people write them: the separator, spaces, headers, and what nobody sees."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atg_adapters.tabular.tables import open_tables
from atg_core.importing.headings import folded
from atg_core.importing.kinds import KINDS
from atg_core.importing.ports import UnusableFile
from atg_core.importing.records import Row
from tests.examples import examples


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "users.csv"


def read(path: Path, content: str, kind: str = "users", encoding: str = "utf-8") -> list[Row]:
    path.write_bytes(content.encode(encoding))
    with open_tables(path, KINDS[kind]) as [(source, _)]:
        return list(source.rows)


@pytest.mark.parametrize(
    ("first", "separator"),
    [
        ("sep=;\r\n", ";"),
        ("sep=,\n", ","),
        ('"sep=;"\n', ";"),
        ("SEP=|\n", "|"),
        ("sep=\t\n", "\t"),
        ("sep=;\r", ";"),
        ("sep=:\n", ":"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_line_that_tells_the_separator_is_no_header(path: Path, first: str, separator: str, encoding: str) -> None:
    content = first + separator.join(["username", "full_name"]) + "\r\n" + separator.join(["a", "Аня"]) + "\r\n"
    [row] = read(path, content, encoding=encoding)
    assert (row.line, dict(row.cells)) == (3, {"username": "a", "full_name": "Аня"})


def test_a_separator_that_stands_in_a_title_as_well_is_not_taken_for_that_of_the_table(path: Path) -> None:
    [row] = read(path, "Список учащихся, 7А, 2026, весна\nusername;full_name\na;Аня\n")
    assert (row.line, row.cells["full_name"]) == (3, "Аня")


@pytest.mark.parametrize("line", ['a, "Лосев, Олег"', 'a,   "Лосев, Олег"', '"a", "Лосев, Олег"', 'a,"Лосев, Олег"'])
def test_spaces_before_quotes_are_no_part_of_the_value(path: Path, line: str) -> None:
    [row] = read(path, f"username, full_name\n{line}\n")
    assert row.cells["full_name"] == "Лосев, Олег"


def test_the_header_is_found_below_a_title_and_empty_lines(path: Path) -> None:
    rows = read(path, "Список учащихся 7А\n\n;;\nusername;full_name\na;Аня\n")
    assert [(row.line, row.cells["full_name"]) for row in rows] == [(5, "Аня")]


def test_where_the_header_was_looked_for_is_told(path: Path) -> None:
    with pytest.raises(UnusableFile, match=r"lacks the column username; .* first 3 rows"):
        read(path, "Список\nfull_name\nАня\n")
    with pytest.raises(UnusableFile, match=r"lacks the column username; .* first 30 rows"):
        read(path, "full_name,role\n" + "Аня,user\n" * 100)


@pytest.mark.parametrize(
    "header", ["Username", "USERNAME", " user_name ", "User Name", "user-name", "Login", "ЛОГИН *"]
)
def test_a_header_is_known_in_any_case(path: Path, header: str) -> None:
    [row] = read(path, f"{header}\na\n")
    assert dict(row.cells) == {"username": "a"}


def test_columns_without_a_name_may_be_empty_alone(path: Path) -> None:
    good, bad, long, empty = read(
        path, "username;full_name;;\nbelov;Белов;;\na;А;x;\nb;Б;;;x\nc;В;;;;;;\n;;;\n\u200b;;;\n"
    )[:4]
    assert [row.surplus for row in (good, bad, long, empty)] == [False, True, True, False]


@pytest.mark.parametrize(
    "error", ["#N/A", "#REF!", "#DIV/0!", "#Н/Д", "#ЗНАЧ!", "#ИМЯ?", "Err:502", "########", " #n/a "]
)
def test_what_a_spreadsheet_saves_of_an_error_is_a_bad_cell(path: Path, error: str) -> None:
    bad, good = read(path, f"username,department\na,{error}\nb,C# and #1\n")
    assert bad.faults == {"department": f"is an error of a spreadsheet: {error.strip()}"}
    assert good.faults == {}


def test_a_column_that_is_named_twice_in_two_ways_is_told(path: Path) -> None:
    with pytest.raises(UnusableFile, match=r"repeats the column email \(Email, Почта\)"):
        read(path, "username,Email,Почта\na,a@b.ru,c@d.ru\n")


@given(st.sampled_from([header for kind in KINDS.values() for header in kind.headers]), st.data())
@settings(max_examples=examples(100))
def test_folding_forgets_case_and_separators_alone(header: str, data: st.DataObject) -> None:
    between = data.draw(st.sampled_from([" ", "_", "-", "\u00a0", "  ", "."]))
    written = "".join(data.draw(st.sampled_from([sign.lower(), sign.upper()])) for sign in header)
    assert folded(f" {written.replace('_', between)}* ") == folded(header) == header.replace("_", " ")


def test_a_cell_that_all_rows_have_may_be_given_beside_the_file(path: Path) -> None:
    path.write_text("Список\nfull_name\nАня\n", encoding="utf-8")
    with open_tables(path, KINDS["users"], constants={"username": "a", "role": "student"}) as [(source, _)]:
        [row] = source.rows
    assert (row.line, dict(row.cells)) == (3, {"full_name": "Аня", "username": "a", "role": "student"})
    with (
        pytest.raises(UnusableFile, match="repeats the column full_name"),
        open_tables(path, KINDS["users"], constants={"username": "a", "full_name": "Боря"}),
    ):
        pass


@pytest.mark.parametrize("number", ["7,99900E+10", "1.91431E+18", "8E+11"])
def test_a_long_number_that_excel_has_rounded_is_a_bad_cell(path: Path, number: str) -> None:
    bad, good = read(path, f"username;phone\na;{number}\nb;E+10\n")
    assert bad.faults == {"phone": f"is a number of which a spreadsheet kept some digits: {number}; write it as text"}
    assert good.faults == {}


@pytest.mark.parametrize(
    ("cell", "text"),
    [('="00017"', "00017"), ('"=""00017"""', "00017"), ('="a""b"', 'a"b'), ("'=1+1", "=1+1"), ('"\'=""x"""', '="x"')],
)
def test_zeros_that_a_formula_guards_are_text(path: Path, cell: str, text: str) -> None:
    [row] = read(path, f"username;employee_id\na;{cell}\n")
    assert row.cells["employee_id"] == text


def test_a_file_that_nobody_may_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "users.csv"
    path.touch()
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(UnusableFile, match=r"users\.csv: Permission denied"), open_tables(path, KINDS["users"]):
        pass
