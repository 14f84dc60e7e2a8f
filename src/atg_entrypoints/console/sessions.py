"""Being signed in at the console: tokens in cookies that scripts can not read, and requests of its own pages alone."""

from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from litestar import Request
from litestar.datastructures import Cookie, MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from atg_core.errors import NotSignedIn, TooMany, Unavailable
from atg_core.identity.session_start import TokenPair
from atg_core.words import phrase
from atg_entrypoints.console.browser_redirects import browser_redirect
from atg_entrypoints.container import Container
from atg_entrypoints.http.concurrency_limit import Refuse
from atg_entrypoints.http.problem import ProblemResponse, Refusal
from atg_entrypoints.settings import Settings

PREFIX = "/app"
_API = f"{PREFIX}/api"
_SAFE = {"GET", "HEAD"}
_ACCESS, _REFRESH = "atg_access", "atg_refresh"
_EARLIER_SECONDS = 30
"""The access cookie ends that much before its token, so that a token is never sent when it has just ended."""

_FROM_ANOTHER_SITE = Refusal(
    status=HTTPStatus.FORBIDDEN,
    template=phrase("This form was sent from another site. Open its page here and send it again."),
)


class ConsoleSessions:
    """Below `/app` a cookie stands for the bearer token; `/app/api/…` is the API for the console's own scripts.

    Unsafe methods are for the console's own pages alone (Fetch Metadata, else Origin), which is what protects against
    cross-site request forgery: the API itself knows no cookie. An access token that has ended is renewed on the way.
    """

    def __init__(self, app: ASGIApp, container: Container, refuse: Refuse) -> None:
        self._app, self._container, self._refuse = app, container, refuse
        self._settings: Settings = container.settings()
        self._policy = _content_security_policy(self._settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        if not _is_below(scope["path"], PREFIX):
            inside = browser_redirect(scope)
            await (_lead_to(inside, send) if inside else self._app(scope, receive, send))
            return
        # What a request has read of its headers is kept in its `state`: those that are made here are others.
        request: Request[Any, Any, Any] = Request({**scope, "state": {}})
        if scope["method"] not in _SAFE and not _is_own(request):
            await self._refuse(scope, self._with_headers(send), ProblemResponse(_FROM_ANOTHER_SITE))
            return
        access, renewed = request.cookies.get(access_cookie(request)), None
        if access is None and (refresh := request.cookies.get(refresh_cookie(request))):
            renewed = await self._renewed(refresh)
            access = renewed.access if renewed else None
        cookies = cookies_of(renewed, request, self._settings) if renewed else []
        await self._app(_with_token(scope, access), receive, self._with_headers(send, cookies))

    def _with_headers(self, send: Send, cookies: Sequence[Cookie] = ()) -> Send:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableScopeHeaders.from_message(message)
                headers.setdefault("content-security-policy", self._policy)
                headers.setdefault("cross-origin-resource-policy", "same-origin")
                # With no-referrer a form says `Origin: null`, and nobody can tell whose it is.
                headers.setdefault("referrer-policy", "same-origin")
                for cookie in cookies:
                    headers.add("set-cookie", cookie.to_header(header=""))
            await send(message)

        return send_with_headers

    async def _renewed(self, refresh: str) -> TokenPair | None:
        try:
            tokens: TokenPair = await self._container.refresh()(refresh)
        except (NotSignedIn, TooMany, Unavailable):
            return None
        return tokens


async def _lead_to(path: str, send: Send) -> None:
    """Its query may hold a code or a token, which nobody may keep nor be told of."""
    headers: Iterable[tuple[bytes, bytes]] = [
        (b"location", path.encode("latin-1")),
        (b"vary", b"Accept, Cookie"),
        (b"cache-control", b"no-store"),
        (b"referrer-policy", b"no-referrer"),
    ]
    await send({"type": "http.response.start", "status": 303, "headers": headers})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def access_cookie(request: Request[Any, Any, Any]) -> str:
    return _name(_ACCESS, request)


def refresh_cookie(request: Request[Any, Any, Any]) -> str:
    return _name(_REFRESH, request)


def cookies_of(tokens: TokenPair, request: Request[Any, Any, Any], settings: Settings) -> list[Cookie]:
    """What signing in sets; the refresh token's lasts as long as that."""
    access = _cookie(_ACCESS, tokens.access, max(0, tokens.expires_in - _EARLIER_SECONDS), request)
    return [access, _cookie(_REFRESH, tokens.refresh, settings.refresh_ttl, request)] if tokens.refresh else [access]


def ended_cookies(request: Request[Any, Any, Any]) -> list[Cookie]:
    return [_cookie(name, "", 0, request) for name in (_ACCESS, _REFRESH)]


def _name(name: str, request: Request[Any, Any, Any]) -> str:
    return f"__Secure-{name}" if request.url.scheme == "https" else name


def _cookie(name: str, value: str, seconds: int, request: Request[Any, Any, Any]) -> Cookie:
    secure = request.url.scheme == "https"
    return Cookie(
        key=_name(name, request),
        value=value,
        path=PREFIX,
        max_age=seconds,
        httponly=True,
        samesite="lax",
        secure=secure,
    )


def _with_token(scope: Scope, access: str | None) -> Scope:
    """The request with the token as bearer, at the path that it has without `/app/api`."""
    headers = [(name, value) for name, value in scope["headers"] if name != b"authorization"]
    if access:
        headers.append((b"authorization", f"Bearer {access}".encode("latin-1", "replace")))
    path = scope["path"].removeprefix(_API) if _is_below(scope["path"], _API) else scope["path"]
    return {**scope, "headers": headers, "path": path or "/", "raw_path": quote(path or "/").encode()}  # type: ignore[return-value]


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")


def _is_own(request: Request[Any, Any, Any]) -> bool:
    """Whether a page of this origin has sent it (Fetch Metadata Request Headers, section 2.3; RFC 6454, section 7)."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    return request.headers.get("origin") == f"{request.url.scheme}://{request.headers.get('host', '')}"


def _content_security_policy(settings: Settings) -> str:
    """Everything from here; files also from where a store gives them out."""
    store = f" {settings.s3_public_endpoint}" if settings.s3_public_endpoint else ""
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:{store}; "
        f"font-src 'self'; connect-src 'self'{store}; media-src 'self'{store}; worker-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
