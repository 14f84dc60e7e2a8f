"""Texts of JSON bodies, as they are kept."""

import re
import sys
from datetime import datetime
from typing import Annotated
from unicodedata import category

import pytest
from litestar.typing import FieldDefinition
from msgspec import Meta, Struct, convert

from atg_entrypoints.http.json_body import Members, kept, members_of
from atg_entrypoints.http.wire import EMAIL, NAME, NO_NUL, TRIMMED, FilledName, Text, Word


class Person(Struct):
    name: FilledName
    email: Annotated[str, Meta(pattern=EMAIL)] | None = None
    bio: Text = ""


class Body(Struct):
    people: list[Person]
    words: dict[str, list[Word]]
    code: Annotated[str, Meta(pattern=NO_NUL, extra=TRIMMED)] | None = None
    password: Annotated[str, Meta(max_length=9)] = ""
    other: str = ""
    at: list[Annotated[datetime, Meta(tz=True)]] | None = None


def test_the_white_space_around_names_emails_and_codes_is_taken_off() -> None:
    members = members_of(FieldDefinition.from_annotation(Body))
    assert members == Members(trimmed={"name", "email", "code"}, moments={"at"})
    body = {
        "people": [{"name": " А\u00a0", "bio": " b "}],
        "code": "\tK\n",
        "password": " p ",
        "other": " o ",
        "number": 1,
    }
    assert kept(body, members) == {
        "people": [{"name": "А", "bio": " b "}],
        "code": "K",
        "password": " p ",
        "other": " o ",
        "number": 1,
    }
    assert members_of(None) == Members()


def test_text_is_composed_and_a_password_is_not() -> None:
    apart = "И\u0306"
    body = {"a": [apart], "password": apart, "new": apart, "current": apart, apart: apart}
    assert kept(body, Members()) == {"a": ["Й"], "password": apart, "new": apart, "current": apart, apart: "Й"}


@pytest.mark.parametrize(
    ("given", "kept_as"),
    [
        ("2026-12-31T23:59:59.999999999Z", "2026-12-31T23:59:59.999999+00:00"),
        ("2026-12-31T23:59:59.9999995+03:00", "2026-12-31T23:59:59.999999+03:00"),
        ("9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59.999999+00:00"),
        ("2026-12-31T23:59:59.123Z", "2026-12-31T23:59:59.123000+00:00"),
        ("2026-12-31T23:59:59Z", "2026-12-31T23:59:59+00:00"),
    ],
)
def test_the_end_of_a_day_is_not_rounded_to_the_next_one(given: str, kept_as: str) -> None:
    """.NET and Java write seven and nine digits, of which Python keeps six."""
    members = members_of(FieldDefinition.from_annotation(Body))
    body = kept({"people": [], "words": {}, "at": [given], "other": given}, members)
    assert body["other"] == given
    [moment] = convert(body, Body).at or []
    assert moment.isoformat() == kept_as


def test_names_hold_no_control_and_format_characters() -> None:
    """All of Unicode, as far as this version of Python knows it; NUL and line separators as well."""
    refused = {"Cc", "Cf", "Zl", "Zp"}
    pattern = re.compile(NAME)
    wrong = [
        code
        for code in range(sys.maxunicode + 1)
        if not 0xD800 <= code < 0xE000 and bool(pattern.match(f"a{chr(code)}b")) == (category(chr(code)) in refused)
    ]
    assert wrong == []


@pytest.mark.parametrize("name", ["Анна", "O'Neil-Łukasz", "محمد", "Nguyễn Văn Đức", "김 😀", ""])
def test_names_of_all_scripts_are_taken(name: str) -> None:
    assert re.match(NAME, name)


@pytest.mark.parametrize(
    ("email", "is_one"),
    [
        *((each, True) for each in ("a@b.c", "иван.ёлкин@почта.рф", "a+b_c@d-e.example.org", "")),
        *((each, False) for each in ("a", "a@b", "a @b.c", "a@b.c\n", "a@b.", "a@b@c.d", "a,b@c.d")),
        *((f"a{hidden}@b.c", False) for hidden in ("\u200b", "\u202e", "\x85", "\u00ad", "\ufeff", "\U000e0041")),
        *((f"a@b{hidden}.c", False) for hidden in ("\u200b", "\x7f")),
    ],
)
def test_emails_hold_nothing_that_is_not_seen(email: str, is_one: bool) -> None:
    assert bool(re.match(EMAIL, email)) is is_one
