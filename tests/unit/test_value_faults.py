"""Every fault of a value is named, where msgspec ends at the first."""

from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from msgspec import UNSET, Meta, Struct, UnsetType, field

from atg_core.errors import Fault
from atg_entrypoints.value_faults import faults_of

type Small = Annotated[int, Meta(ge=1, le=100)]


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Part(Struct, rename="camel"):
    part_name: Annotated[str, Meta(max_length=3)]
    size: Small | None = None


class Thing(Struct):
    title: Annotated[str, Meta(min_length=1, max_length=5)]
    count: Small
    parts: list[Part] = field(default_factory=list)
    by_name: dict[str, Part] = field(default_factory=dict)
    colour: Colour | UnsetType = UNSET


def faults(value: Any, annotation: Any, path: str = "") -> list[tuple[str, str]]:
    return [(fault.field, fault.code) for fault in faults_of(value, annotation, path)]


def only(value: Any, annotation: Any) -> Fault:
    [fault] = faults_of(value, annotation, "x")
    return fault


def test_a_value_without_fault_has_none() -> None:
    assert faults({"title": "a", "count": 1, "parts": [{"partName": "a"}], "colour": "red"}, Thing) == []


def test_all_faults_are_named_at_any_depth_by_the_names_of_the_wire() -> None:
    value = {
        "count": 0,
        "parts": [{"partName": "long"}, {"size": "x"}, 5],
        "by_name": {"one": {"partName": None}},
        "colour": "green",
    }
    assert faults(value, Thing) == [
        ("title", "required"),
        ("count", "out_of_range"),
        ("parts[0].partName", "too_long"),
        ("parts[1].partName", "required"),
        ("parts[1].size", "wrong_type"),
        ("parts[2]", "wrong_type"),
        ("by_name.one.partName", "wrong_type"),
        ("colour", "one_of"),
    ]


def test_a_list_that_is_a_body_has_its_elements_numbered() -> None:
    assert faults([{"partName": 1}], list[Part], "marks") == [("marks[0].partName", "wrong_type")]
    assert faults([{"partName": 1}], list[Part]) == [("[0].partName", "wrong_type")]
    assert faults({}, list[Part], "marks") == [("marks", "wrong_type")]


@pytest.mark.parametrize(
    ("value", "annotation", "message", "parameters"),
    [
        ("x", int, "must be a whole number", {"expected": "integer"}),
        ("x", Decimal, "must be a number", {"expected": "number"}),
        (5, bool, "must be true or false", {"expected": "boolean"}),
        (5, str, "must be a text", {"expected": "text"}),
        (5, list[int], "must be a list", {"expected": "list"}),
        (5, dict[str, int], "must be an object", {"expected": "object"}),
        (5, Thing, "must be an object", {"expected": "object"}),
        (
            "x",
            datetime,
            "must be a date with a time, such as 2026-03-02T08:00:00Z",
            {"example": "2026-03-02T08:00:00Z"},
        ),
        ("31.12.2030", date, "must be a date, such as 2026-03-02", {"example": "2026-03-02"}),
        ("25:00", time, "must be a time of day, such as 09:30", {"example": "09:30"}),
        ("red", Literal["a", "b"], "must be one of: a, b", {"allowed": ["a", "b"]}),
        (7, Colour, "must be one of: red, blue", {"allowed": ["red", "blue"]}),
        (0, Small, "must be between 1 and 100", {"low": 1, "high": 100}),
        ("101", Small | None, "must be between 1 and 100", {"low": 1, "high": 100}),
        (0, Annotated[int, Meta(ge=1)], "must be at least 1", {"low": 1}),
        (9, Annotated[int, Meta(le=5)], "must be at most 5", {"high": 5}),
        (0, Annotated[float, Meta(gt=0)], "must be more than 0", {"above": 0}),
        (9, Annotated[float, Meta(lt=5)], "must be less than 5", {"below": 5}),
        (9, Annotated[float, Meta(gt=0, le=5)], "must be more than 0 and at most 5", {"above": 0, "high": 5}),
        (9, Annotated[float, Meta(ge=0, lt=5)], "must be at least 0 and less than 5", {"low": 0, "below": 5}),
        ("", Annotated[str, Meta(min_length=1)], "must not be empty", {"min": 1}),
        ("a", Annotated[str, Meta(min_length=2)], "must have at least 2 characters", {"min": 2}),
        ("abc", Annotated[str, Meta(max_length=2)], "must have at most 2 characters", {"max": 2}),
        ([], Annotated[list[int], Meta(min_length=2)], "must have at least 2 elements", {"min": 2}),
        ([1, 2, 3], Annotated[list[int], Meta(max_length=2)], "must have at most 2 elements", {"max": 2}),
        ("a\x00", Annotated[str, Meta(pattern=r"^[^\x00]*$")], "must not contain a NUL character", {}),
        (
            "a\u200bb",
            Annotated[str, Meta(pattern="^[a-z]+$")],
            "must not contain line breaks, control or invisible characters",
            {},
        ),
        (
            "nobody",
            Annotated[str, Meta(pattern="^[a-z]+@[a-z]+$")],
            "must be an email address, such as anna@example.com",
            {"example": "anna@example.com"},
        ),
        ("?", Annotated[str, Meta(pattern="^[a-z]+$")], "does not have the right form", {}),
        ("?", Annotated[str, Meta(pattern="^[a-z]+$", examples=["a"])], "must have a form such as a", {"example": "a"}),
    ],
)
def test_a_message_says_what_is_allowed(value: Any, annotation: Any, message: str, parameters: dict[str, Any]) -> None:
    fault = only(value, annotation)
    assert (str(fault), fault.parameters) == (message, parameters)


def test_a_uuid_shows_an_example() -> None:
    fault = only("x", UUID)
    assert (fault.code, UUID(str(fault.parameters["example"])).version) == ("not_a_uuid", 7)
