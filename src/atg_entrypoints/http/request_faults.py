"""Every fault of a request that Litestar refused: of its parameters and its body."""

from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import Any

from litestar import Request
from litestar.enums import ParamType, RequestEncodingType
from litestar.exceptions import HTTPException, SerializationException
from litestar.params import ParameterKwarg

from atg_core.errors import MOST_FAULTS, Fault
from atg_entrypoints.value_faults import faults_of, required

_BODY = "data"
_FORMS = {RequestEncodingType.URL_ENCODED, RequestEncodingType.MULTI_PART}

type AnyRequest = Request[Any, Any, Any]


async def faults_of_request(request: AnyRequest) -> Sequence[Fault]:
    """At most a hundred. All is looked at: Litestar ends at the first parameter that is missing."""
    of_parameters = (fault for each in _parameters(request) for fault in each.faults(request))
    of_body: Iterator[Fault] = iter(())
    if _BODY in request.route_handler.parsed_fn_signature.parameters:
        try:
            of_body = _of_body(request, await _body(request))
        except (HTTPException, SerializationException):
            of_body = iter(())
    return list(islice(chain(of_parameters, of_body), MOST_FAULTS))


class _Parameter:
    """A parameter of the path, the query or a header: `alias` is its name there."""

    def __init__(self, name: str, model: Any) -> None:
        self._field = model._fields[name]
        self._annotation = model.__annotations__[name]
        definition = self._field.kwarg_definition
        self.alias = getattr(definition, "name", None) or name
        self._is_header = getattr(definition, "param_type", None) is ParamType.HEADER

    def faults(self, request: AnyRequest) -> Iterator[Fault]:
        value = self._value(request)
        if value is not None:
            yield from faults_of(value, self._annotation, self.alias, request.route_handler.default_deserializer)
        elif not (self._field.has_default or self._field.is_optional):
            yield required(self.alias)

    def _value(self, request: AnyRequest) -> Any:
        if self.alias in request.path_params:
            return request.path_params[self.alias]
        if self._is_header:
            return request.headers.get(self.alias)
        if self._field.is_non_string_sequence:
            return request.query_params.getall(self.alias, None)
        return request.query_params.get(self.alias)


def _parameters(request: AnyRequest) -> Iterator[_Parameter]:
    """Those of the handler and of its dependencies."""
    handler = request.route_handler
    provided = handler.resolve_dependencies()
    used = [provided[name].signature_model for name in handler.parsed_fn_signature.parameters if name in provided]
    for model in (handler.signature_model, *used):
        for name in model.__annotations__:
            definition = model._fields[name].kwarg_definition
            is_parameter = isinstance(definition, ParameterKwarg) and name not in provided
            if is_parameter or name in request.path_params:
                yield _Parameter(name, model)


async def _body(request: AnyRequest) -> Any:
    return dict(await request.form()) if request.content_type[0] in _FORMS else await request.json()


def _of_body(request: AnyRequest, body: Any) -> Iterator[Fault]:
    """`list_of`: the name of a body that is a list."""
    handler = request.route_handler
    if body is None:
        if not handler.parsed_fn_signature.parameters[_BODY].is_optional:
            yield required("body")
        return
    whole, annotation = str(handler.opt.get("list_of", "")), handler.signature_model.__annotations__[_BODY]
    for fault in faults_of(body, annotation, whole, handler.default_deserializer):
        yield Fault(fault.field or "body", fault.template, fault.code, fault.parameters)
