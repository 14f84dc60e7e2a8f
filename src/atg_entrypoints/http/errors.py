"""Errors as clients see them: problem+json (RFC 9457), with `error` and `message` beside `detail`."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.types import ExceptionHandlersMap
from msgspec import UNSET, Struct, UnsetType, field, to_builtins

from atg_core.errors import (
    AtgError,
    BadGateway,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    NotSignedIn,
    TooLarge,
    TooMany,
    Unavailable,
    Unprocessable,
)

PROBLEM_JSON = "application/problem+json"
_STATUS: Mapping[type[AtgError], HTTPStatus] = {
    Invalid: HTTPStatus.BAD_REQUEST,
    NotSignedIn: HTTPStatus.UNAUTHORIZED,
    Forbidden: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Unprocessable: HTTPStatus.UNPROCESSABLE_ENTITY,
    TooMany: HTTPStatus.TOO_MANY_REQUESTS,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    BadGateway: HTTPStatus.BAD_GATEWAY,
}
RETRY_SECONDS = 2
_IN_LIST = re.compile(r" at `\$\.data(\[.+)`$")
_MISSING = re.compile(r"Object missing required field `([^`]+)`")
_log = structlog.get_logger("atg.http")


class FieldError(Struct, frozen=True):
    """What is wrong with one member of the request."""

    field: str
    message: str


class Problem(Struct, frozen=True, kw_only=True):
    """A refusal. `code` is stable; `error` and `message` repeat `detail`."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    error: str = field(default="")
    message: str = field(default="")
    errors: list[FieldError] | UnsetType = UNSET


def problem(
    status: HTTPStatus,
    detail: str,
    *,
    code: str | None = None,
    errors: list[FieldError] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response[Problem]:
    body = Problem(
        title=status.phrase,
        status=status,
        detail=detail,
        code=code or status.name.lower(),
        error=detail,
        message=detail,
        errors=errors or UNSET,
    )
    return Response(body, status_code=status, media_type=PROBLEM_JSON, headers=dict(headers or {}))


def problem_of(error: AtgError, **beside: Any) -> Response[Any]:
    """The problem of an error with other members beside its own."""
    reply = _refused(None, error)
    return Response(
        beside | to_builtins(reply.content),
        status_code=reply.status_code,
        media_type=reply.media_type,
        headers=reply.headers,
    )


def _refused(_: Request[Any, Any, Any] | None, error: AtgError) -> Response[Problem]:
    status = next(status for kind, status in _STATUS.items() if isinstance(error, kind))
    errors = None
    if isinstance(error, Invalid) and error.field:
        errors = [FieldError(field=error.field, message=str(error))]
    if isinstance(error, Conflict) and error.faults:
        errors = [FieldError(field=name, message=message) for name, message in error.faults]
    headers = {}
    if isinstance(error, NotSignedIn):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, TooMany):
        headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, Unavailable):
        headers["Retry-After"] = str(RETRY_SECONDS)
        _log.warning("a part is away", part=str(error), cause=type(error.__cause__).__name__)
    return problem(status, str(error), code=error.code, errors=errors, headers=headers)


def _invalid(request: Request[Any, Any, Any], error: ValidationException) -> Response[Problem]:
    body = _named_in_list(request, error)
    faults = [fault for fault in error.extra or [] if isinstance(fault, dict)]
    # Once it was described, Litestar takes the parameters of a path for absent beside what is wrong with the body.
    errors = [_field_error(fault, body) for fault in faults if not _is_absent(request, fault)]
    detail = "; ".join(f"{fault.field}: {fault.message}" for fault in errors) or "The request is not valid"
    return problem(HTTPStatus.BAD_REQUEST, detail, code="invalid", errors=errors)


def _is_absent(request: Request[Any, Any, Any], fault: Mapping[str, Any]) -> bool:
    name, message = fault.get("key"), str(fault.get("message"))
    return name in request.path_params and ("required" in message or message == repr(name))


def _named_in_list(request: Request[Any, Any, Any], error: ValidationException) -> str:
    """Which member of a body that is a list: Litestar does not tell, msgspec does. The list is called `list_of`."""
    found = _IN_LIST.search(str(error.__cause__))
    return f"{request.route_handler.opt.get('list_of', '')}{found[1]}" if found else ""


def _field_error(fault: Mapping[str, Any], body: str) -> FieldError:
    """Litestar's words for a fault; a missing member is named by its path, not only in the sentence."""
    path, message = str(fault.get("key", "")), str(fault.get("message", ""))
    path = body if path == "data" else path
    if missing := _MISSING.search(message):
        path, message = f"{path}.{missing[1]}".lstrip("."), "is required"
    elif message == "'data'":  # there is no body at all
        message = "is required"
    elif "matching regex" in message:
        message = "does not have the right form"
    return FieldError(field=path or "body", message=message)


def _http_error(request: Request[Any, Any, Any], error: HTTPException) -> Response[Problem]:
    """What Litestar refuses by itself: paths, methods, bodies that are no JSON or too large."""
    if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _bug(request, error)
    status = HTTPStatus(error.status_code)
    detail = {400: "The request is malformed", 404: "Not found", 413: "The body is larger than 1 MB"}
    return problem(status, detail.get(status, status.phrase), headers=error.headers)


def _too_deep(_: Request[Any, Any, Any], _error: RecursionError) -> Response[Problem]:
    """A body of thousands of brackets; no code of ours recurses."""
    return problem(HTTPStatus.BAD_REQUEST, "The request is nested too deeply", code="invalid")


def _no_text(_: Request[Any, Any, Any], _error: UnicodeDecodeError) -> Response[Problem]:
    """A body with bytes that are no UTF-8 in one of its texts, which Litestar does not expect."""
    return problem(HTTPStatus.BAD_REQUEST, "The request is malformed")


def _bug(_: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
    _log.error("unexpected error", exc_info=error)
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong on our side")


EXCEPTION_HANDLERS: ExceptionHandlersMap = {
    AtgError: _refused,
    ValidationException: _invalid,
    HTTPException: _http_error,
    RecursionError: _too_deep,
    UnicodeDecodeError: _no_text,
    Exception: _bug,
}
