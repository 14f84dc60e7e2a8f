"""Common types of JSON requests and responses."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar._openapi.schema_generation import SchemaCreator
from litestar.openapi.spec import OpenAPIFormat, OpenAPIType, Schema
from litestar.plugins import OpenAPISchemaPlugin
from litestar.typing import FieldDefinition
from msgspec import UNSET, Meta, Struct, to_builtins

from atg_core.errors import Invalid, NotFound
from atg_entrypoints.http.wire_conversion import Conversions
from atg_entrypoints.value_faults import EXAMPLE_INSTANT

NO_NUL = r"^[^\x00]*$"

_CONTROLS = r"\x00-\x1f\x7f-\x9f\u2028\u2029"
_FORMATS = (
    r"\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    r"\ufeff\ufff9-\ufffb"
)
# Python and ECMAScript have no escape in common for these.
_FURTHER_FORMATS = (
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f"
)
_UNSEEN = _CONTROLS + _FORMATS + _FURTHER_FORMATS
NAME = rf"^[^{_UNSEEN}]*$(?!\n)"
"""Names hold no control, format and bidirectional characters: what can not be seen, or reorders what is."""
_OF_EMAIL = rf"\s,;<>(){_UNSEEN}"
EMAIL = rf"^([^@{_OF_EMAIL}]+@[^@{_OF_EMAIL}]+\.[^@.{_OF_EMAIL}]+)?$(?!\n)"
TRIMMED = {"trimmed": True}
"""`Meta.extra` of codes, and of further texts whose white space around is taken off, as that of names and emails."""

# PostgreSQL stores no NUL characters, so that every string of a request has one of these types.
type Word = Annotated[str, Meta(max_length=50, pattern=NAME)]
type Name = Annotated[str, Meta(max_length=255, pattern=NAME)]
type FilledName = Annotated[str, Meta(min_length=1, max_length=255, pattern=NAME)]
type Text = Annotated[str, Meta(max_length=10_000, pattern=NO_NUL)]

_MAX_SERIAL = 2**31 - 1
_PLAIN_SPACE = re.compile(r" (?=[0-9]{2}:?[0-9]{2}$)")


class Instant(str):
    """A moment on the wire: ISO 8601 in UTC with milliseconds, such as 2026-03-02T08:00:00.000Z.

    Declared only: the values are plain strings, since msgspec encodes a subclass by a call back.
    """

    __slots__ = ()

    @staticmethod
    def of(moment: datetime) -> "Instant":
        text: str = to_builtins(moment)  # four times as fast as isoformat()
        if text[-1] != "Z":
            text = to_builtins(moment.astimezone(UTC))
        return cast("Instant", f"{text[:23]}Z" if moment.microsecond else f"{text[:19]}.000Z")


_conversion = Conversions({Instant: Instant.of, float: float}).find


class InstantSchema(OpenAPISchemaPlugin):
    """The OpenAPI schema of `Instant`."""

    @staticmethod
    def is_plugin_supported_type(value: Any) -> bool:
        return value is Instant

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: SchemaCreator) -> Schema:  # noqa: ARG002 - Litestar's form
        return Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.DATE_TIME, examples=["2026-03-02T08:00:00.000Z"])


def to_wire[Wire](value: Any, wire: type[Wire]) -> Wire:
    """Converts an entity, or a list of them, to wire Structs; only their members get out (allow-list)."""
    converted: Wire = _conversion(wire)(value)
    return converted


def present_fields(changes: Struct) -> dict[str, Any]:
    """The members that are present in a body (partial update)."""
    values = {name: getattr(changes, name) for name in changes.__struct_fields__}
    return {name: value for name, value in values.items() if value is not UNSET}


def uuid_or(absent: type[NotFound], text: str) -> UUID:
    """The UUID in a path; raises `absent` if it is malformed."""
    try:
        return UUID(text)
    except ValueError:
        raise absent from None


def serial_or(absent: type[NotFound], text: str) -> int:
    """The serial number in a path; raises `absent` if it is malformed or out of range."""
    if not (text.isascii() and text.isdigit() and 0 < int(text[:20]) <= _MAX_SERIAL):
        raise absent
    return int(text)


def window_bound(text: str | None, field: str, zone: ZoneInfo) -> datetime:
    """A bound of a time window as FullCalendar sends it: an instant, or a time or day of the zone without an offset.

    An unescaped plus of an offset arrives as a space. Raises Invalid.
    """
    if text is None:
        raise Invalid("is required", field=field, code="required")
    try:
        moment = datetime.fromisoformat(_PLAIN_SPACE.sub("+", text))
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(zone)
    except (ValueError, OverflowError):
        raise Invalid(
            "must be a date or a date with a time, such as {example}",
            field=field,
            code="not_a_datetime",
            example=EXAMPLE_INSTANT,
        ) from None


class Data[Item](Struct, frozen=True):
    """A list as the existing frontend reads it."""

    data: list[Item]


class Page[Item](Struct, frozen=True, kw_only=True):
    """A page of a list; `page` counts from 1."""

    items: list[Item]
    total: int
    page: int
    size: int
    pages: int


class Paging(Struct, frozen=True):
    """Page number and size, which is at most 100."""

    page: int
    size: int

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.size

    def of[Item](self, items: list[Item], total: int) -> Page[Item]:
        return Page(items=items, total=total, page=self.page, size=self.size, pages=-(-total // self.size))
