"""Parsers of cells."""

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atg_core.catalog.model import StationStatus
from atg_core.csv_injection import escape_formula, unescape_formula
from atg_core.importing import cells
from atg_core.importing.export import cell_text


@given(st.integers(min_value=-(2**63), max_value=2**63))
def test_a_whole_number_is_read_as_it_was_written_or_refused_for_its_size(number: int) -> None:
    parse = cells.integer(-5, 2**31 - 1)
    if -5 <= number <= 2**31 - 1:
        assert parse(str(number)) == number
    else:
        with pytest.raises(ValueError):
            parse(str(number))


@pytest.mark.parametrize("text", ["", "1.5", "1e3", "٣", "0x1", "1 000", "--1", "9" * 40])
def test_what_is_no_whole_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        cells.integer()(text)


@given(st.datetimes(timezones=st.just(UTC)))
def test_an_instant_is_read_as_it_was_written(moment: datetime) -> None:
    assert cells.instant(moment.isoformat()) == moment
    assert cells.instant(moment.isoformat().replace("+00:00", "Z")) == moment


def test_an_instant_without_an_offset_is_utc() -> None:
    assert cells.instant("2026-03-02") == datetime(2026, 3, 2, tzinfo=UTC)
    assert cells.instant("2026-03-02T08:00:00+03:00") == datetime(2026, 3, 2, 5, tzinfo=UTC)
    for text in (
        "yesterday",
        "2026-13-01",
        "31.02.2026",
        "02.03.26",
        "3/2/2026",
        "0001-01-01T00:00+14:00",
        "9999-12-31T23:59-12:00",
    ):
        with pytest.raises(ValueError):
            cells.instant(text)


@given(st.times())
def test_a_local_time_comes_back_from_its_text(value: time) -> None:
    assert cells.local_time(cell_text(value)) == value


def test_a_local_time_is_written_as_people_do() -> None:
    assert cells.local_time("9:05") == cells.local_time("09:05:00") == time(9, 5)
    assert [cell_text(time(9, 5)), cell_text(time(9, 5, 1))] == ["09:05", "09:05:01"]
    for text in (
        "9",
        "9:5",
        "24:00",
        "09:60",
        "09:00:60",
        "09:00+03:00",
        "09:00Z",
        "09.00",
        "٠٩:٠٠",
        "09:00\n",
        "T09:00",
    ):
        with pytest.raises(ValueError):
            cells.local_time(text)


@given(st.dates())
def test_a_day_comes_back_from_its_text(value: date) -> None:
    assert cells.day(cell_text(value)) == value


@pytest.mark.parametrize(
    "text",
    [
        "20260901",
        "2026-W36-2",
        "2026-9-1",
        "2026-02-30",
        "2026-09-01T00:00",
        "31.09.2026",
        "01.09.26",
        "01/09/2026",
        "01.09.2026 9:30",
        "-",
    ],
)
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        cells.day(text)


@pytest.mark.parametrize("name", ["Europe/Moscow", "Asia/Yekaterinburg", "UTC", "America/Argentina/Buenos_Aires"])
def test_a_time_zone_is_named(name: str) -> None:
    assert cells.timezone(name) == name


@pytest.mark.parametrize(
    "name", ["Moscow", "Europe", "MSK", "+03:00", "/etc/passwd", "../zoneinfo/UTC", "UTC\x00", "\ud800", "x" * 5_000]
)
def test_what_is_no_time_zone_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="time zone"):
        cells.timezone(name)


def test_truth_has_several_names() -> None:
    assert all(cells.boolean(text) for text in ("true", "TRUE", "1", "yes", "да"))
    assert not any(cells.boolean(text) for text in ("false", "0", "no", "Нет"))
    with pytest.raises(ValueError):
        cells.boolean("2")


def test_a_text_has_a_length_and_no_nul() -> None:
    assert cells.text(3)("три") == "три"
    for text in ("четыре", "a\x00"):
        with pytest.raises(ValueError):
            cells.text(3)(text)


@given(st.sampled_from(["true", "yes", "да", "false", "no", "нет"]), st.data())
def test_truth_does_not_depend_on_case(word: str, data: st.DataObject) -> None:
    written = "".join(data.draw(st.sampled_from([letter.lower(), letter.upper()])) for letter in word)
    assert cells.boolean(written) is (word in {"true", "yes", "да"})


def test_a_choice_names_what_there_is() -> None:
    assert cells.choice(StationStatus)("active") is StationStatus.ACTIVE
    with pytest.raises(ValueError, match="active, maintenance"):
        cells.choice(StationStatus)("broken")
    with pytest.raises(ValueError, match=r"is none of active$"):
        cells.choice(StationStatus, but={StationStatus.MAINTENANCE})("maintenance")


@pytest.mark.parametrize("address", ["a@b.ru", "Имя@example.com", "first.last+tag@sub.example.com"])
def test_an_email_is_kept_in_lower_case(address: str) -> None:
    assert cells.email(address) == address.lower()


@pytest.mark.parametrize(
    "address", ["a", "a@b", "a b@c.ru", "a@b.ru,c@d.ru", "@b.ru", "a@.", "a@b.ru\n", "x" * 250 + "@b.ru"]
)
def test_what_is_no_email_is_refused(address: str) -> None:
    with pytest.raises(ValueError):
        cells.email(address)


@pytest.mark.parametrize("form", ["$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA", "$2b$12$" + "a" * 53])
def test_a_hash_of_a_password_has_a_known_form(form: str) -> None:
    assert cells.password_hash(form) == form
    for wrong in (form[1:], form + " ", form + "\n", form.replace("$", "", 1), form + "x" * 255):
        with pytest.raises(ValueError):
            cells.password_hash(wrong)


def test_a_list_is_what_stands_between_semicolons() -> None:
    assert cells.items(" a; b ;;c;") == ["a", "b", "c"]
    assert cells.items("") == []
    assert cells.items(r"a\;b; C:\dir; ends with \\;c\\") == ["a;b", r"C:\dir", "ends with \\", "c\\"]


@given(st.lists(st.text(st.characters(blacklist_categories=["Cs"]) | st.sampled_from("\\;")).map(str.strip)))
def test_any_texts_can_be_items(items: list[str]) -> None:
    assert cells.items(cells.joined(items)) == [item for item in items if item]


@given(st.text() | st.text("'=+-@\t\r\n1a"))
def test_no_text_is_taken_for_a_formula_and_each_comes_back(text: str) -> None:
    assert not escape_formula(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert unescape_formula(escape_formula(text)) == text


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(blacklist_categories=["Cs", "Cc"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(blacklist_categories=["Cs", "Cc"])), inner),
    max_leaves=10,
)


@given(st.dictionaries(st.text(st.characters(blacklist_categories=["Cs", "Cc"])), _JSON))
def test_an_object_comes_back_from_its_text(value: dict[str, object]) -> None:
    assert cells.json_object(cells.json_text(value)) == value


@pytest.mark.parametrize(
    "cell", ["[]", "1", "{", '{"a": NaN}', '{"a": 1e400}', '{"a": "\\ud800"}', '{"a": "\\u0000"}', "[" * 100_000]
)
def test_what_is_no_object_is_refused(cell: str) -> None:
    with pytest.raises(ValueError, match="JSON object"):
        cells.json_object(cell)
