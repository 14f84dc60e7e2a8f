"""Lists of users and questions with the columns of other systems."""

from pathlib import Path

import pytest

from atg_adapters.tabular.tables import open_tables
from atg_core.importing.foreign_names import FOREIGN_NAMES
from atg_core.importing.headings import folded
from atg_core.importing.kinds import KINDS
from atg_core.importing.ports import UnusableFile
from atg_core.importing.records import Row


def read(path: Path, header: str, *lines: str, kind: str = "users") -> tuple[list[Row], list[str]]:
    file = path / f"{kind}.csv"
    file.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    with open_tables(file, KINDS[kind]) as [(source, notes)]:
        return list(source.rows), notes


def test_users_of_moodle_come_with_their_names_and_numbers(tmp_path: Path) -> None:
    [row, gone], notes = read(
        tmp_path,
        "username,firstname,lastname,email,idnumber,institution,department,phone1,lang,suspended,auth,cohort1,"
        "profile_field_car",
        "anna,Анна,Иванова,anna@x.ru,77,Школа,7А,+7 900,ru,0,manual,7A,нет",
        "boris,Борис,Шах,boris@x.ru,,,,,,1,manual,,",
    )
    assert dict(row.cells) == {
        "username": "anna",
        "email": "anna@x.ru",
        "employee_id": "77",
        "company": "Школа",
        "department": "7А",
        "phone": "+7 900",
        "language": "ru",
        "full_name": "Иванова Анна",
        "is_active": "true",
    }
    assert gone.cells["is_active"] == "false"
    assert notes == ["have no place here and are left out: auth, cohort1, profile_field_car"]


def test_users_of_canvas_come_with_their_names_and_ids(tmp_path: Path) -> None:
    rows, notes = read(
        tmp_path,
        "canvas_user_id,user_id,integration_id,login_id,first_name,last_name,full_name,sortable_name,email,status",
        "9,S103,,ivanova,Анна,Иванова,Анна Петровна,,a@x.ru,active",
        "8,S104,,petrov,Пётр,Петров,,,p@x.ru,deleted",
        "7,S105,,kim,,Ким,,,k@x.ru,invited",
    )
    assert [(row.cells["username"], row.cells["full_name"], row.cells["sourced_id"]) for row in rows] == [
        ("ivanova", "Анна Петровна", "S103"),
        ("petrov", "Петров Пётр", "S104"),
        ("kim", "Ким", "S105"),
    ]
    assert [row.cells["is_active"] for row in rows] == ["true", "false", "invited"]
    assert rows[2].faults == {"is_active": "is none of active, suspended, deleted: invited"}
    assert notes == ["have no place here and are left out: canvas_user_id, integration_id, sortable_name"]


def test_russian_names_of_columns_are_known(tmp_path: Path) -> None:
    [row], notes = read(
        tmp_path,
        "№ п/п;Логин;ФИО;Почта;Подразделение;Должность;Табельный номер;Телефон",
        "1;kotov;Котов Лев;kotov@x.ru;Цех 1;Машинист;00017;+7 900",
    )
    assert dict(row.cells) == {
        "username": "kotov",
        "full_name": "Котов Лев",
        "email": "kotov@x.ru",
        "department": "Цех 1",
        "position": "Машинист",
        "employee_id": "00017",
        "phone": "+7 900",
    }
    assert notes == ["have no place here and are left out: № п/п"]


def test_the_three_parts_of_a_name_are_put_together_in_whatever_order_they_stand(tmp_path: Path) -> None:
    rows, _ = read(tmp_path, "Имя,Отчество,Фамилия,login", "Лев,Ильич,Котов,a", "Лев,,Котов,b", ",,,c")
    assert [row.cells["full_name"] for row in rows] == ["Котов Лев Ильич", "Котов Лев", ""]


def test_without_a_column_of_usernames_the_email_is_the_username(tmp_path: Path) -> None:
    long = f"{'x' * 60}@example.com"
    rows, _ = read(tmp_path, "ФИО,Электронная почта", "Котов Лев,Kotov@x.ru", f"Длинный,{long}", "Никто,")
    names = [row.cells["username"] for row in rows]
    assert names[0] == "kotov@x.ru"
    assert (len(names[1]), names[1][:30], names[2]) == (50, "x" * 30, "")
    again, _ = read(tmp_path, "ФИО,Электронная почта", f"Длинный,{long}", f"Другой,{long}m")
    assert [row.cells["username"] == names[1] for row in again] == [True, False]
    given, _ = read(tmp_path, "login,email", ",kotov@x.ru")
    assert given[0].cells["username"] == ""


def test_the_name_of_a_column_in_the_file_is_known_for_errors(tmp_path: Path) -> None:
    file = tmp_path / "users.csv"
    file.write_text("LOGIN,Почта,Email2\na,b,\n", encoding="utf-8")
    with open_tables(file, KINDS["users"]) as [(source, _)]:
        assert source.headings == {"username": "LOGIN", "email": "Почта"}


@pytest.mark.parametrize("column", ["option", "Option ", "answer_", "вариант ", "Ответ"])
def test_a_column_for_each_option_is_a_list(tmp_path: Path, column: str) -> None:
    header = ",".join(["test,position,text", *(f"{column}{number}" for number in (3, 1, 2)), "correct"])
    rows, _ = read(tmp_path, header, "T,1,?,три;3,один,два,2", "T,2,?,,да,нет,1", "T,3,?,в,а,,2", kind="questions")
    assert [row.cells["options"] for row in rows] == [r"один;два;три\;3", "да;нет", "а в"]
    assert [row.faults for row in rows] == [{}, {}, {"options": "has an empty option before another one"}]


def test_options_of_homework_are_its_choices(tmp_path: Path) -> None:
    header = "teacher,group,homework,position,question_type,text,points,option1,option2,correct"
    [row], _ = read(tmp_path, header, "t,G,H,1,SINGLE_CHOICE,?,1,да,нет,1", kind="homework-questions")
    assert row.cells["choices"] == "да;нет"


def test_no_value_of_a_part_gets_lost(tmp_path: Path) -> None:
    [row], _ = read(tmp_path, "username,lastname,firstname,status", "a,#N/A,Лев,active")
    assert row.faults == {"full_name": "is an error of a spreadsheet: #N/A"}
    with pytest.raises(UnusableFile, match=r"oldusername \('b', is it username\?\), СНИЛС \('1'\): no column of users"):
        read(tmp_path, "username,oldusername,СНИЛС,Пол", "a,b,1,")


@pytest.mark.parametrize(
    "header", ["First Name [Required],Last Name [Required],Email Address [Required]", "Имя,Фамилия,E-mail (рабочий)"]
)
def test_remarks_in_brackets_are_no_part_of_a_name(tmp_path: Path, header: str) -> None:
    [row], _ = read(tmp_path, header, "Лев,Котов,kotov@x.ru")
    assert dict(row.cells) == {"email": "kotov@x.ru", "full_name": "Котов Лев", "username": "kotov@x.ru"}


def test_of_two_columns_for_one_thing_one_can_be_left_out(tmp_path: Path) -> None:
    header, line = "login,Телефон,Мобильный телефон", "a,1,2"
    told = r"repeats the column phone \(Телефон, Мобильный телефон\); --skip-column leaves one out"
    with pytest.raises(UnusableFile, match=told):
        read(tmp_path, header, line)
    with open_tables(tmp_path / "users.csv", KINDS["users"], skipped=["телефон"]) as [(source, _)]:
        assert [row.cells["phone"] for row in source.rows] == ["2"]


@pytest.mark.parametrize("kind", FOREIGN_NAMES)
def test_no_foreign_name_stands_for_two_columns(kind: str) -> None:
    names = [folded(name) for others in FOREIGN_NAMES[kind].others.values() for name in others]
    assert len(names) == len(set(names))
    assert not set(names) & set(map(folded, KINDS[kind].headers))
    assert set(FOREIGN_NAMES[kind].others) <= set(KINDS[kind].headers)
    assert {each.header for each in FOREIGN_NAMES[kind].derived} <= set(KINDS[kind].headers)
