"""How the types of the wire are documented where Litestar by itself says less than what is checked."""

from collections.abc import Mapping, Sequence
from datetime import time
from decimal import Decimal
from typing import Any

from litestar._openapi.schema_generation import SchemaCreator
from litestar._openapi.schema_generation.plugins.struct import StructSchemaPlugin
from litestar.openapi.spec import OpenAPIFormat, OpenAPIType, Reference, Schema
from litestar.plugins import OpenAPISchemaPlugin
from litestar.typing import FieldDefinition
from msgspec import Meta, Struct

BORDER: Mapping[str, Any] = {
    "any_of": [Schema(format=OpenAPIFormat.DATE_TIME), Schema(format=OpenAPIFormat.DATE), Schema(max_length=0)]
}
"""What `wire.border` reads: RFC 3339, with a time or without; other spellings of ISO 8601 are taken as well."""

GIVEN_DECIMAL: Mapping[str, Any] = {
    "one_of": [
        Schema(type=OpenAPIType.NUMBER, minimum=0),
        Schema(type=OpenAPIType.STRING, pattern=r"^[0-9]{1,3}(\.[0-9]{1,2})?$"),
    ],
    "type": None,
    "pattern": None,
}
"""A decimal of a request: a number, or a string of one."""

FILLED: Mapping[str, Any] = {"extra": {"min_length": 1}}
"""Of a text that is as good as absent when it is empty, and then refused in words of ours."""

_TIME = r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?$"
_DECIMAL = r"^-?[0-9]+(\.[0-9]+)?$"
_NUMBERS = {"minimum": "ge", "maximum": "le", "exclusive_minimum": "gt", "exclusive_maximum": "lt"}
_TEXTS = {"min_length": "min_length", "max_length": "max_length", "pattern": "pattern"}
_LISTS = {"min_items": "min_length", "max_items": "max_length"}
_BOUNDS = {"integer": _NUMBERS, "number": _NUMBERS, "string": _TEXTS, "array": _LISTS}


class BoundSchema(OpenAPISchemaPlugin):
    """Tells what a `Meta` demands wherever its type stands; Litestar does for members of Structs alone."""

    def is_plugin_supported_field(self, field_definition: FieldDefinition) -> bool:
        plain = not (field_definition.is_type_alias_type or field_definition.is_union)
        return plain and bool(_metas(field_definition))

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: SchemaCreator) -> Schema:
        plain = FieldDefinition.from_annotation(field_definition.annotation, name=field_definition.name)
        schema = schema_creator.for_field_definition(plain)
        if not isinstance(schema, Schema):
            return schema  # type: ignore[return-value]  # a reference to an enumeration, which has no bounds
        for meta in _metas(field_definition):
            _bind(schema, meta)
        return schema


def _metas(field_definition: FieldDefinition) -> list[Meta]:
    return [each for each in field_definition.metadata if isinstance(each, Meta)]


def _bind(schema: Schema, meta: Meta) -> None:
    told: dict[str, Any] = dict((meta.extra_json_schema or {}).get("extra", {}))
    for name, bound in _BOUNDS.get(str(getattr(schema.type, "value", schema.type)), {}).items():
        if (value := getattr(meta, bound)) is not None:
            told.setdefault(name, value)
    for name, value in told.items():
        setattr(schema, name, value)


class TimeSchema(OpenAPISchemaPlugin):
    """A time of the day, which has no offset and so is none of RFC 3339; Litestar calls it a duration."""

    def is_plugin_supported_field(self, field_definition: FieldDefinition) -> bool:
        return field_definition.annotation is time

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: SchemaCreator) -> Schema:  # noqa: ARG002 - Litestar's form
        return Schema(type=OpenAPIType.STRING, pattern=_TIME, examples=["09:00:00"])


class DecimalSchema(OpenAPISchemaPlugin):
    """A decimal in a reply: a string, of which nothing is lost."""

    def is_plugin_supported_field(self, field_definition: FieldDefinition) -> bool:
        return field_definition.annotation is Decimal

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: SchemaCreator) -> Schema:  # noqa: ARG002 - Litestar's form
        return Schema(type=OpenAPIType.STRING, pattern=_DECIMAL)


def exactly_one(*names: str) -> Mapping[str, Any]:
    """One of these members, and no other of them, is there and not null."""
    return {"one_of": [given(name) for name in names]}


def at_least_one(*names: str) -> Mapping[str, Any]:
    return {"any_of": [given(name) for name in names]}


def all_of(*names: str) -> Mapping[str, Any]:
    return {"all_of": [given(*names)]}


def given(*names: str, without: Sequence[str] = ()) -> Schema:
    """The members `names` are there and not null, those of `without` are null or absent."""
    empty = Schema(type=OpenAPIType.NULL)
    filled = Schema(schema_not=empty)
    members: dict[str, Reference | Schema] = {**dict.fromkeys(names, filled), **dict.fromkeys(without, empty)}
    return Schema(required=list(names), properties=members)


class StructSchema(OpenAPISchemaPlugin):
    """A Struct that says in `documented` what its types can not: members that belong together, or are needed."""

    def is_plugin_supported_field(self, field_definition: FieldDefinition) -> bool:
        kind = field_definition.annotation
        return isinstance(kind, type) and issubclass(kind, Struct) and hasattr(kind, "documented")

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: SchemaCreator) -> Schema:
        schema = StructSchemaPlugin().to_openapi_schema(field_definition, schema_creator)
        for name, value in field_definition.annotation.documented.items():
            setattr(schema, name, value)
        return schema


SCHEMAS: Sequence[OpenAPISchemaPlugin] = (BoundSchema(), TimeSchema(), DecimalSchema(), StructSchema())
