"""Errors as problem documents: which refusal answers which error."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.types import ExceptionHandlersMap

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
from atg_core.words import phrase
from atg_entrypoints.http.head_method import allowed
from atg_entrypoints.http.problem import INVALID, ProblemResponse, Refusal
from atg_entrypoints.http.request_faults import faults_of_request
from atg_entrypoints.http.wire import Instant

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
CLIENT_CLOSED_REQUEST = 499
"""nginx's status of a request whose client has left: nobody reads it, but for logs and metrics."""

_CLIENT_LEFT = "client disconnected prematurely"
"""What Litestar says of a body that ends early, which is a fault of the server to it."""

_OF_LITESTAR: Mapping[int, str] = {
    400: phrase("The request is malformed"),
    404: phrase("Not found"),
    413: phrase("The body is larger than 1 MB"),
}
_log = structlog.get_logger("atg.http")


def problem(
    status: HTTPStatus, template: str, *, code: str | None = None, headers: Mapping[str, str] | None = None
) -> ProblemResponse:
    return ProblemResponse(Refusal(status=status, template=template, code=code), headers=headers)


def status_of(error: AtgError) -> HTTPStatus:
    return next(status for kind, status in _STATUS.items() if isinstance(error, kind))


def problem_of(error: AtgError, **beside: Any) -> ProblemResponse:
    """The problem of an error, with additional members."""
    status = status_of(error)
    told = {**error.beside, **beside}
    refusal = Refusal(
        status=status,
        template=error.template,
        parameters=error.parameters,
        code=error.code,
        faults=error.faults,
        beside={name: Instant.of(each) if isinstance(each, datetime) else each for name, each in told.items()},
    )
    return ProblemResponse(refusal, headers=_headers(error))


def _headers(error: AtgError) -> Mapping[str, str]:
    if isinstance(error, NotSignedIn):
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(error, TooMany):
        return {"Retry-After": str(error.retry_after)}
    return {"Retry-After": str(RETRY_SECONDS)} if isinstance(error, Unavailable) else {}


def refused(_: Request[Any, Any, Any], error: AtgError) -> ProblemResponse:
    if isinstance(error, Unavailable):
        _log.warning("a part is away", part=str(error), cause=type(error.__cause__).__name__)
    return problem_of(error)


def _invalid(_: Request[Any, Any, Any], _error: ValidationException) -> ProblemResponse:
    refusal = Refusal(status=HTTPStatus.BAD_REQUEST, template=INVALID, code="invalid")
    return ProblemResponse(refusal, collect=faults_of_request)


def _http_error(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """Litestar's own refusals: paths, methods, malformed or too large bodies."""
    if error.detail == _CLIENT_LEFT:
        return Response(None, status_code=CLIENT_CLOSED_REQUEST)
    if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _bug(request, error)
    status = HTTPStatus(error.status_code)
    headers = error.headers
    if status is HTTPStatus.METHOD_NOT_ALLOWED and headers:
        headers = {"allow": allowed(headers["allow"].split(", "))}
    return problem(status, _OF_LITESTAR.get(status, status.phrase), headers=headers)


def _too_deep(_: Request[Any, Any, Any], _error: RecursionError) -> ProblemResponse:
    """A body nested too deeply; no code of ours recurses."""
    return problem(HTTPStatus.BAD_REQUEST, phrase("The request is nested too deeply"), code="invalid")


def _no_text(_: Request[Any, Any, Any], _error: UnicodeDecodeError) -> ProblemResponse:
    """A body with invalid UTF-8 in a string, which Litestar does not handle."""
    return problem(HTTPStatus.BAD_REQUEST, phrase("The request is malformed"))


def log_bug(error: Exception) -> None:
    _log.error("unexpected error", exc_info=error)


def _bug(_: Request[Any, Any, Any], error: Exception) -> ProblemResponse:
    log_bug(error)
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, phrase("Something went wrong on our side"))


EXCEPTION_HANDLERS: ExceptionHandlersMap = {
    AtgError: refused,
    ValidationException: _invalid,
    HTTPException: _http_error,
    RecursionError: _too_deep,
    UnicodeDecodeError: _no_text,
    Exception: _bug,
}
