"""Problem documents (RFC 9457), with `error` and `message` beside `detail`, written in the language of their reader.

They are sent as `application/json`, since the frontends that exist parse nothing else, and as
`application/problem+json` to a client whose `Accept` names that type; the body is the same.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.datastructures import Headers
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Scope, Send
from msgspec import UNSET, Struct, UnsetType

from atg_core.errors import Fault, Invalid, default_message
from atg_core.words import Language, Words, fill, phrase
from atg_entrypoints.http.locale import language_of, translator_of
from atg_entrypoints.http.untranslated import UNTRANSLATED

JSON = "application/json"
PROBLEM_JSON = "application/problem+json"
INVALID = default_message(Invalid)
"""Says nothing where there are faults, so that these are told."""


class FieldError(Struct, frozen=True):
    """What is wrong with one member of the request. `code` is stable; its parameters stand beside it, such as `low`
    and `high` of `out_of_range`.
    """

    field: str
    message: str
    code: str


class Problem(Struct, frozen=True, kw_only=True):
    """A refusal. `code` is stable; `error` and `message` repeat `detail`.

    `text`: the same in the reader's language, where `detail` keeps the words that clients compare.
    """

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    error: str
    message: str
    text: str
    errors: list[FieldError] | UnsetType = UNSET


TITLES = (
    *(phrase("Bad Request"), phrase("Unauthorized"), phrase("Forbidden"), phrase("Not Found")),
    *(phrase("Method Not Allowed"), phrase("Request Timeout"), phrase("Conflict"), phrase("Gone")),
    *(phrase("Precondition Failed"), phrase("Content Too Large"), phrase("Request Entity Too Large")),
    *(phrase("Unsupported Media Type"), phrase("Requested Range Not Satisfiable"), phrase("Range Not Satisfiable")),
    *(phrase("Unprocessable Content"), phrase("Unprocessable Entity"), phrase("Too Many Requests")),
    *(phrase("Internal Server Error"), phrase("Bad Gateway"), phrase("Service Unavailable")),
)
"""Of the statuses that are answered, as every version of Python names them."""

_NO_WEIGHT = re.compile(r"q=0(\.0*)?")

type Collect = Callable[[Request[Any, Any, Any]], Awaitable[Sequence[Fault]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What a problem says, before it is put into words."""

    status: HTTPStatus
    template: str
    parameters: Mapping[str, object] = field(default_factory=dict)
    code: str | None = None
    faults: Sequence[Fault] = ()
    beside: Mapping[str, object] = field(default_factory=dict)

    def told(self, words: Words, language: Language) -> dict[str, Any]:
        """The document."""
        errors = [_field_error(fault, words, language) for fault in self.faults]
        text = self._text(words, language, errors)
        detail = fill(self.template, dict(self.parameters)) if self.template in UNTRANSLATED else text
        problem = Problem(
            title=words.text(self.status.phrase, language),
            status=self.status.value,
            detail=detail,
            code=self.code or self.status.name.lower(),
            error=detail,
            message=detail,
            text=text,
        )
        return {**self.beside, **msgspec.to_builtins(problem), **({"errors": errors} if errors else {})}

    def _text(self, words: Words, language: Language, errors: Sequence[Mapping[str, Any]]) -> str:
        """A message that begins with a small letter is about a member, which is named then."""
        is_about_member = self.template[0].islower() and self.template not in UNTRANSLATED
        if errors and (is_about_member or self.template == INVALID):
            return "; ".join(f"{error['field']}: {error['message']}" for error in errors)
        return words.text(self.template, language, **self.parameters)


def _field_error(fault: Fault, words: Words, language: Language) -> dict[str, Any]:
    message = words.text(fault.template, language, **fault.parameters)
    return {"field": fault.field, "message": message, "code": fault.code, **fault.parameters}


class ProblemResponse(Response[Any]):
    """A refusal, told when it is sent. `collect`: reads what else is wrong with the request."""

    def __init__(
        self, refusal: Refusal, *, headers: Mapping[str, str] | None = None, collect: Collect | None = None
    ) -> None:
        super().__init__(None, status_code=refusal.status, headers=dict(headers or {}))
        self.refusal, self._collect = refusal, collect

    def to_asgi_response(  # type: ignore[override]  # whatever Litestar passes
        self, *, request: Request[Any, Any, Any], **_: Any
    ) -> ASGIResponse:
        return _Told(self, request, self._collect)


class _Told(ASGIResponse):
    __slots__ = ("_collect", "_reply", "_request")

    def __init__(self, reply: ProblemResponse, request: Request[Any, Any, Any], collect: Collect | None) -> None:
        self._reply, self._request, self._collect = reply, request, collect

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - the form of ASGI
        refusal = self._reply.refusal
        if self._collect:
            refusal = replace(refusal, faults=await self._collect(self._request))
        reply = ProblemResponse(refusal, headers=self._reply.headers)
        translate = translator_of(self._request)
        await _send(self._request.headers, send, reply, translate.words, translate.language)


async def send_problem(scope: Scope, send: Send, reply: ProblemResponse, words: Words) -> None:
    """Without asking who the reader is."""
    headers = Headers.from_scope(scope)
    await _send(headers, send, reply, words, language_of(headers.get("accept-language", ""), Language.EN))


async def _send(received: Headers, send: Send, reply: ProblemResponse, words: Words, language: Language) -> None:
    body = msgspec.json.encode(reply.refusal.told(words, language))
    headers = {
        "content-type": _media_type(received),
        "content-length": str(len(body)),
        "content-language": language.value,
        "vary": "Accept, Accept-Language",
        **{name.lower(): str(value) for name, value in reply.headers.items()},
    }
    encoded = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": reply.refusal.status.value, "headers": encoded})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _media_type(headers: Headers) -> str:
    """That of a problem where `Accept` names it, other than with a weight of 0."""
    for accepted in ",".join(headers.getall("accept", [])).split(","):
        name, *parameters = (part.strip().lower() for part in accepted.split(";"))
        if name == PROBLEM_JSON and not any(_NO_WEIGHT.fullmatch(parameter) for parameter in parameters):
            return PROBLEM_JSON
    return JSON
