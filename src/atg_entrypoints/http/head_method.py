"""`HEAD` wherever `GET` works (RFC 9110, sections 9.1 and 9.3.2)."""

from collections.abc import Collection

from litestar import Litestar
from litestar.enums import HttpMethod, ScopeType
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send
from litestar.utils.path import normalize_path


def allowed(methods: Collection[str]) -> str:
    """The value of `Allow` for the methods of a route's handlers."""
    return ", ".join(sorted({*methods, *({"HEAD"} if "GET" in methods else ())}))


class HeadMiddleware:
    """Answers `HEAD` as `GET` without the content, except on routes that serve it themselves, as those of files do."""

    def __init__(self, app: ASGIApp, api: Litestar) -> None:
        self._app, self._router = app, api.asgi_router

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["method"] != HttpMethod.HEAD:
            await self._app(scope, receive, send)
            return
        asked = HttpMethod.GET if self._serves(scope, "GET") and not self._serves(scope, "HEAD") else HttpMethod.HEAD

        async def send_without_content(message: Message) -> None:
            if message["type"] == "http.response.body":
                if message.get("more_body"):
                    return
                message["body"] = b""
            # The server and the log know the method by the scope: here it is that of the request.
            scope["method"] = HttpMethod.HEAD
            await send(message)
            scope["method"] = asked

        scope["method"] = asked
        try:
            await self._app(scope, receive, send_without_content)
        finally:
            scope["method"] = HttpMethod.HEAD

    def _serves(self, scope: HTTPScope, method: str) -> bool:
        try:
            self._router.handle_routing(path=normalize_path(scope["path"]), method=method)
        except HTTPException:
            return False
        return True
