"""Addresses of the API that browsers open, and where the console goes on from there."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from litestar import Request
from litestar.types import HTTPScope

OAUTH_MARK = "atg_console"
"""The cookie with the state of an attempt with a provider that was begun at the console."""
_REDIRECTS: Mapping[str, str] = {
    "/": "/app/",
    "/admin": "/app/",
    "/admin/": "/app/",
    "/auth/email/confirm": "/app/confirm-email",
    "/auth/password/reset": "/app/new-password",
    "/auth/sessions/revoke": "/app/not-me",
    "/invitations/answer": "/app/invitations/answer",
}
"""The service itself, its admin panel, and the links in emails, which lead to pages of the API where there is none."""
_CERTIFICATES = "/certificates/"
_CERTIFICATE = re.compile(rf"{_CERTIFICATES}[A-Za-z0-9-]{{1,20}}")
"""What the QR code of a certificate holds."""
_SAFE = {"GET", "HEAD"}
_OAUTH = "/auth/oauth/"
_CALLBACK = re.compile(rf"{_OAUTH}[a-z]{{1,20}}/callback")


def browser_redirect(scope: HTTPScope) -> str | None:
    """Where a browser is led that has opened such an address; None for whatever else is asked."""
    path = scope["path"]
    if path in _REDIRECTS:
        inside: str | None = _REDIRECTS[path]
    elif path.startswith(_OAUTH) and _CALLBACK.fullmatch(path):
        inside = _after_provider(scope)
    elif path.startswith(_CERTIFICATES) and _CERTIFICATE.fullmatch(path):
        inside = f"/app{path}"
    else:
        return None
    if inside is None or scope["method"] not in _SAFE or not _is_browser(scope):
        return None
    query = scope["query_string"].decode("latin-1")
    return f"{inside}?{query}" if query else inside


def _is_browser(scope: HTTPScope) -> bool:
    return any(name == b"accept" and b"text/html" in value for name, value in scope["headers"])


def _after_provider(scope: HTTPScope) -> str | None:
    """Providers know one address of this service, that of the API; an attempt of the console ends at the console."""
    request: Request[Any, Any, Any] = Request({**scope, "state": {}})
    mark = request.cookies.get(OAUTH_MARK)
    given = parse_qs(scope["query_string"].decode("latin-1")).get("state")
    return f"/app/oauth/{scope['path'].removeprefix(_OAUTH)}" if mark and given == [mark] else None
