"""OpenAPI schemas where Litestar documents less than is validated."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from typing import Any, ClassVar

from litestar import Request
from litestar._openapi.plugin import OpenAPIPlugin
from litestar._openapi.schema_generation import SchemaCreator
from litestar._openapi.schema_generation.plugins.struct import StructSchemaPlugin
from litestar.enums import RequestEncodingType
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import (
    OpenAPIFormat,
    OpenAPIMediaType,
    OpenAPIResponse,
    OpenAPIType,
    Operation,
    Parameter,
    Reference,
    RequestBody,
    Schema,
)
from litestar.plugins import OpenAPISchemaPlugin
from litestar.typing import FieldDefinition
from msgspec import Meta, Struct

from atg_entrypoints.http.problem import JSON, PROBLEM_JSON

WINDOW_BOUND: Mapping[str, Any] = {
    "any_of": [Schema(format=OpenAPIFormat.DATE_TIME), Schema(format=OpenAPIFormat.DATE), Schema(max_length=0)]
}
"""Input of `wire.window_bound`: RFC 3339 with or without a time; other ISO 8601 formats are accepted as well."""

DECIMAL_INPUT: Mapping[str, Any] = {
    "one_of": [
        Schema(type=OpenAPIType.NUMBER, minimum=0),
        Schema(type=OpenAPIType.STRING, pattern=r"^[0-9]{1,3}(\.[0-9]{1,2})?$"),
    ],
    "type": None,
    "pattern": None,
}
"""A decimal in a request: a number, or a numeric string."""

NON_EMPTY: Mapping[str, Any] = {"extra": {"min_length": 1}}
"""A string that must not be empty; the rule is checked by us."""

_TIME = r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?$"
_DECIMAL = r"^-?[0-9]+(\.[0-9]+)?$"
_NUMBERS = {"minimum": "ge", "maximum": "le", "exclusive_minimum": "gt", "exclusive_maximum": "lt"}
_TEXTS = {"min_length": "min_length", "max_length": "max_length", "pattern": "pattern"}
_LISTS = {"min_items": "min_length", "max_items": "max_length"}
_BOUNDS = {"integer": _NUMBERS, "number": _NUMBERS, "string": _TEXTS, "array": _LISTS}


@dataclass
class OrderedOperation(Operation):
    """Documents parameters in a stable order.

    `needed`: required parameters that Litestar takes for optional, since we check them; `bodiless`: the body is
    optional; `form`: the body, where we read it as it comes. Litestar's own refusals are problems also for HTML routes,
    each in both media types; path remainders are no URIs.
    """

    needed: ClassVar[Collection[str]] = ()
    bodiless: ClassVar[bool] = False
    form: ClassVar[Schema | None] = None

    def __post_init__(self) -> None:
        parameters = [each for each in self.parameters or [] if isinstance(each, Parameter)]
        for parameter in parameters:
            parameter.required = parameter.required or parameter.name in self.needed
            if isinstance(parameter.schema, Schema) and parameter.schema.format == OpenAPIFormat.URI:
                parameter.schema.format = None
        self.parameters = [*sorted(parameters, key=_place)]
        if self.form is not None:
            self.request_body = RequestBody({RequestEncodingType.MULTI_PART: OpenAPIMediaType(schema=self.form)})
        if isinstance(self.request_body, RequestBody):
            self.request_body.required = not self.bodiless
        for status, reply in (self.responses or {}).items():
            if status.startswith("4") and isinstance(reply, OpenAPIResponse) and reply.content:
                reply.content.setdefault(PROBLEM_JSON, self._problem())
            if isinstance(reply, OpenAPIResponse) and reply.content and PROBLEM_JSON in reply.content:
                reply.content.setdefault(JSON, reply.content[PROBLEM_JSON])

    def _problem(self) -> OpenAPIMediaType:
        replies = [each for each in (self.responses or {}).values() if isinstance(each, OpenAPIResponse)]
        return next(each.content[PROBLEM_JSON] for each in replies if each.content and PROBLEM_JSON in each.content)


def _place(parameter: Parameter) -> tuple[str, str]:
    return parameter.param_in, parameter.name


class BoundSchema(OpenAPISchemaPlugin):
    """Documents the constraints of `Meta` everywhere; Litestar does so only for members of Structs."""

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
    """A time of day without an offset, which is not RFC 3339; Litestar documents it as a duration."""

    def is_plugin_supported_field(self, field_definition: FieldDefinition) -> bool:
        return field_definition.annotation is time

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: SchemaCreator) -> Schema:  # noqa: ARG002 - Litestar's form
        return Schema(type=OpenAPIType.STRING, pattern=_TIME, examples=["09:00:00"])


class DecimalSchema(OpenAPISchemaPlugin):
    """A decimal in a response: a string, without loss."""

    def is_plugin_supported_field(self, field_definition: FieldDefinition) -> bool:
        return field_definition.annotation is Decimal

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: SchemaCreator) -> Schema:  # noqa: ARG002 - Litestar's form
        return Schema(type=OpenAPIType.STRING, pattern=_DECIMAL)


def exactly_one(*names: str) -> Mapping[str, Any]:
    """Exactly one of these members is present and not null."""
    return {"one_of": [members_given(name) for name in names]}


def at_least_one(*names: str) -> Mapping[str, Any]:
    return {"any_of": [members_given(name) for name in names]}


def all_of(*names: str) -> Mapping[str, Any]:
    return {"all_of": [members_given(*names)]}


def members_given(*names: str, without: Sequence[str] = ()) -> Schema:
    """The members `names` are present and not null, those of `without` null or absent."""
    empty = Schema(type=OpenAPIType.NULL)
    filled = Schema(schema_not=empty)
    members: dict[str, Reference | Schema] = {**dict.fromkeys(names, filled), **dict.fromkeys(without, empty)}
    return Schema(required=list(names), properties=members)


class StructSchema(OpenAPISchemaPlugin):
    """A Struct that documents in `documented` dependencies between members."""

    def is_plugin_supported_field(self, field_definition: FieldDefinition) -> bool:
        kind = field_definition.annotation
        return isinstance(kind, type) and issubclass(kind, Struct) and hasattr(kind, "documented")

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: SchemaCreator) -> Schema:
        schema = StructSchemaPlugin().to_openapi_schema(field_definition, schema_creator)
        for name, value in field_definition.annotation.documented.items():
            setattr(schema, name, value)
        return schema


SCHEMAS: Sequence[OpenAPISchemaPlugin] = (BoundSchema(), TimeSchema(), DecimalSchema(), StructSchema())


_GENERIC_COMPONENT = re.compile(r"\b(Page|Data)_atg_entrypoints[a-z_.]*\.([A-Z]\w*)_(?=[\"':])")


def with_plain_names(document: str) -> str:
    """`Page_UserRow` for the component that Litestar names after the module of its Struct."""
    return _GENERIC_COMPONENT.sub(r"\1_\2", document)


class OpenAPIJson(JsonRenderPlugin):
    """`/openapi.json`, with plain names of components.

    Rendered once: what Litestar would keep of it takes many times the memory of the document.
    """

    def __init__(self) -> None:
        super().__init__(path="/")
        self._document: bytes | None = None

    def __deepcopy__(self, _memo: dict[int, Any]) -> "OpenAPIJson":
        """Litestar copies what it registers, and with the hook what that is bound to."""
        return self

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        self._document = with_plain_names(super().render(request, openapi_schema).decode()).encode()
        kept = request.app.plugins.get(OpenAPIPlugin)
        kept._openapi = kept._openapi_schema = None  # noqa: SLF001 - made anew when it is asked for
        return self._document

    async def rendered(self, request: Request[Any, Any, Any]) -> bytes | None:
        """Hook `before_request`: the document, if it was rendered before; not for paths below its own."""
        return None if request.path_params else self._document
