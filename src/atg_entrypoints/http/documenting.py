"""How a route is documented where Litestar by itself says less than what it does."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar

from litestar.openapi.spec import (
    OpenAPIFormat,
    OpenAPIMediaType,
    OpenAPIResponse,
    Operation,
    Parameter,
    RequestBody,
    Schema,
)

from atg_entrypoints.http.errors import PROBLEM_JSON


@dataclass
class OrderedOperation(Operation):
    """Documents parameters in an order of their own: Litestar's is not always the same.

    `needed`: parameters whose absence is refused in words of ours, so that Litestar thinks that they may be absent;
    `bodiless`: the body may be absent. What Litestar itself refuses is a problem also where ours is a page;
    the rest of a path, which it calls a URI, is none.
    """

    needed: ClassVar[Collection[str]] = ()
    bodiless: ClassVar[bool] = False

    def __post_init__(self) -> None:
        parameters = [each for each in self.parameters or [] if isinstance(each, Parameter)]
        for parameter in parameters:
            parameter.required = parameter.required or parameter.name in self.needed
            if isinstance(parameter.schema, Schema) and parameter.schema.format == OpenAPIFormat.URI:
                parameter.schema.format = None
        self.parameters = [*sorted(parameters, key=_place)]
        if isinstance(self.request_body, RequestBody):
            self.request_body.required = not self.bodiless
        for status, reply in (self.responses or {}).items():
            if status.startswith("4") and isinstance(reply, OpenAPIResponse) and reply.content:
                reply.content.setdefault(PROBLEM_JSON, self._problem())

    def _problem(self) -> OpenAPIMediaType:
        replies = [each for each in (self.responses or {}).values() if isinstance(each, OpenAPIResponse)]
        return next(each.content[PROBLEM_JSON] for each in replies if each.content and PROBLEM_JSON in each.content)


def _place(parameter: Parameter) -> tuple[str, str]:
    return parameter.param_in, parameter.name
