"""How the JSON of handlers is sent."""

from typing import Any

from litestar import Request, Response
from litestar.response.base import ASGIResponse
from litestar.serialization import encode_json
from litestar.types import Receive, Scope, Send

_JSON = "application/json"
_CONTENT_TYPE = (b"content-type", _JSON.encode())


class JsonResponse[Content](Response[Content]):
    """Litestar's response for what a handler returns, encoded and sent without its objects for headers and cookies.

    Whatever else than plain JSON it is, Litestar makes the reply.
    """

    def to_asgi_response(  # type: ignore[override]  # whatever Litestar passes
        self, *, request: Request[Any, Any, Any], status_code: int | None = None, **more: Any
    ) -> ASGIResponse:
        status = self.status_code or status_code or 200
        is_plain = self.media_type == _JSON and self.content is not None and status >= 200
        beside = self.headers or self.cookies or self.background or self.response_type_encoders or any(more.values())
        if beside or not is_plain:
            return super().to_asgi_response(request=request, status_code=status_code, **more)
        return _Encoded(status, encode_json(self.content))


class _Encoded(ASGIResponse):
    __slots__ = ()

    def __init__(self, status: int, body: bytes) -> None:
        self.status_code, self.body = status, body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - the form of ASGI
        headers = [_CONTENT_TYPE, (b"content-length", b"%d" % len(self.body))]
        await send({"type": "http.response.start", "status": self.status_code, "headers": headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": False})
