"""What the JSON of requests and replies is made of."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar._openapi.schema_generation import SchemaCreator
from litestar.openapi.spec import OpenAPIFormat, OpenAPIType, Schema
from litestar.plugins import OpenAPISchemaPlugin
from litestar.typing import FieldDefinition
from msgspec import UNSET, Meta, Struct, convert

from atg_core.errors import Invalid, NotFound

NO_NUL = r"^[^\x00]*$"
EMAIL = r"^([^@\s,;<>()\x00-\x1f]+@[^@\s,;<>()\x00-\x1f]+\.[^@\s.,;<>()\x00-\x1f]+)?$(?!\n)"

# No database keeps a NUL character in a text, so that every text of a request is one of these.
type Word = Annotated[str, Meta(max_length=50, pattern=NO_NUL)]
type Name = Annotated[str, Meta(max_length=255, pattern=NO_NUL)]
type FilledName = Annotated[str, Meta(min_length=1, max_length=255, pattern=NO_NUL)]
type Text = Annotated[str, Meta(max_length=10_000, pattern=NO_NUL)]

_MOST_SERIAL = 2**31 - 1
_PLAIN_SPACE = re.compile(r" (?=[0-9]{2}:?[0-9]{2}$)")


class Instant(str):
    """A moment on the wire: ISO 8601 in UTC with milliseconds, such as 2026-03-02T08:00:00.000Z."""

    __slots__ = ()

    @classmethod
    def of(cls, moment: datetime) -> "Instant":
        return cls(moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"))


class InstantSchema(OpenAPISchemaPlugin):
    """How `Instant` is documented."""

    @staticmethod
    def is_plugin_supported_type(value: Any) -> bool:
        return value is Instant

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: SchemaCreator) -> Schema:  # noqa: ARG002 - Litestar's form
        return Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.DATE_TIME, examples=["2026-03-02T08:00:00.000Z"])


def to_wire[Wire](value: Any, wire: type[Wire]) -> Wire:
    """An entity, or a list of them, as the Structs of the wire: only what they name gets out."""
    return convert(value, wire, from_attributes=True, dec_hook=_instant)


def _instant(kind: type, value: Any) -> Any:
    if kind is Instant and isinstance(value, datetime):
        return Instant.of(value)
    raise TypeError(f"{kind.__name__} can not be made of {type(value).__name__}")


def named(changes: Struct) -> dict[str, Any]:
    """What a body names."""
    values = {name: getattr(changes, name) for name in changes.__struct_fields__}
    return {name: value for name, value in values.items() if value is not UNSET}


def uuid_or(absent: type[NotFound], text: str) -> UUID:
    """The id in a path; what is no UUID names nothing."""
    try:
        return UUID(text)
    except ValueError:
        raise absent from None


def serial_or(absent: type[NotFound], text: str) -> int:
    """The number in a path; what is no number that the database could have given names nothing."""
    if not (text.isascii() and text.isdigit() and 0 < int(text[:20]) <= _MOST_SERIAL):
        raise absent
    return int(text)


def border(text: str | None, field: str, zone: ZoneInfo) -> datetime:
    """One end of a window as FullCalendar sends it: an instant, or, without an offset, a time or a day of the zone.

    The plus of an offset that was not escaped in the URL has become a space. Raises Invalid.
    """
    if text is None:
        raise Invalid("is required", field=field)
    try:
        moment = datetime.fromisoformat(_PLAIN_SPACE.sub("+", text))
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(zone)
    except (ValueError, OverflowError):
        raise Invalid("is no date and no date with a time", field=field) from None


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
    """Which page is asked for; a larger size than 100 is taken as 100."""

    page: int
    size: int

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.size

    def of[Item](self, items: list[Item], total: int) -> Page[Item]:
        return Page(items=items, total=total, page=self.page, size=self.size, pages=-(-total // self.size))
