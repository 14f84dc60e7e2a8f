"""Entities become wire Structs."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.json import encode

from atg_entrypoints.http.wire import Instant, to_wire

MARCH = datetime(2026, 3, 2, 8, tzinfo=UTC)
type Named = Annotated[str | None, Meta(max_length=9)]


class Part(Struct, frozen=True):
    at: Instant | None


class Whole(Struct, frozen=True, kw_only=True):
    name: Named
    at: Instant
    parts: list[Part]
    first: Part | None
    share: float
    kind: str = "whole"
    later: Instant | UnsetType = UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    at: datetime | None
    secret: str = "secret"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    name: str | None
    at: datetime
    parts: tuple[Piece, ...]
    first: Piece | None
    share: Any
    secret: str = "secret"


def thing(**changes: Any) -> Thing:
    fields: dict[str, Any] = {"name": "x", "at": MARCH, "parts": (), "first": None, "share": 1}
    return Thing(**fields | changes)


def test_only_what_the_struct_names_gets_out_at_every_depth() -> None:
    found = to_wire(thing(parts=(Piece(at=MARCH), Piece(at=None)), first=Piece(at=None)), Whole)
    assert encode(found) == (
        b'{"name":"x","at":"2026-03-02T08:00:00.000Z","parts":[{"at":"2026-03-02T08:00:00.000Z"},{"at":null}],'
        b'"first":{"at":null},"share":1.0,"kind":"whole"}'
    )


def test_a_list_becomes_a_list_and_a_dict_is_as_an_entity() -> None:
    fields = {"name": None, "at": MARCH, "parts": [Piece(at=None)], "first": None, "share": 0.5, "later": MARCH}
    one, other = to_wire([thing(name=None, share=0.5, parts=(Piece(at=None),)), fields], list[Whole])
    assert (one.parts, other.parts) == ([Part(at=None)], [Part(at=None)])
    assert (one.later, other.later) == (UNSET, "2026-03-02T08:00:00.000Z")
    assert to_wire((), list[Whole]) == []
    assert to_wire(MARCH, Instant) == "2026-03-02T08:00:00.000Z"


def test_what_the_entity_lacks_is_an_error() -> None:
    with pytest.raises(AttributeError):
        to_wire(Piece(at=None), Whole)


def test_a_value_that_may_be_of_several_structs_is_refused() -> None:
    class Either(Struct):
        part: Part | Whole

    with pytest.raises(TypeError):
        to_wire(thing(), Either)


zones = st.sampled_from([UTC, ZoneInfo("UTC"), ZoneInfo("Europe/London"), timezone(timedelta(hours=5, minutes=45))])


moments = st.datetimes(timezones=zones).filter(lambda moment: 1000 <= moment.year < 9999)


@given(moments)
def test_an_instant_is_in_utc_with_milliseconds_whatever_its_zone(moment: datetime) -> None:
    shown = moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert Instant.of(moment) == shown
    assert encode(Part(at=Instant.of(moment))) == f'{{"at":"{shown}"}}'.encode()
