"""The response of every sign-in, and the device cookie."""

import re
import secrets
from hashlib import sha256
from typing import Any

from litestar import Request, Response
from litestar.datastructures import Cookie
from msgspec import UNSET

from atg_core.identity.model import Account, Device
from atg_core.identity.session_start import TokenPair
from atg_core.identity.sign_in import KNOWN_DEVICE_PERIOD
from atg_entrypoints.http.identity.wire import SignedInReply, SignedInUser

_DEVICE_COOKIE = "atg_device"
_COOKIE_VALUE = re.compile(r"[A-Za-z0-9_-]{32}")

AnyRequest = Request[Any, Any, Any]


class SignInRequest:
    """A sign-in request: its device, and its response with the device cookie."""

    def __init__(self, request: AnyRequest, *, cookie_path: str = "/auth") -> None:
        given, agent = request.cookies.get(_DEVICE_COOKIE, ""), request.headers.get("user-agent")
        self._known_by = given if _COOKIE_VALUE.fullmatch(given) else secrets.token_urlsafe(24)
        self._secure, self._cookie_path = request.url.scheme == "https", cookie_path
        self.device = Device(
            ip_address=request.client.host[:45] if request.client else None,
            user_agent=agent.replace("\x00", "")[:500] if agent else None,
            hash=sha256(self._known_by.encode()).digest(),
        )

    def response(self, tokens: TokenPair, account: Account, *, status: int = 200) -> Response[SignedInReply]:
        return Response(_reply(tokens, account), status_code=status, cookies=[self.cookie])

    def redirect(self, url: str) -> Response[None]:
        return Response(None, status_code=302, headers={"Location": url}, cookies=[self.cookie])

    @property
    def cookie(self) -> Cookie:
        return Cookie(
            key=_DEVICE_COOKIE,
            value=self._known_by,
            path=self._cookie_path,
            max_age=int(KNOWN_DEVICE_PERIOD.total_seconds()),
            httponly=True,
            samesite="lax",
            secure=self._secure,
        )


def _reply(tokens: TokenPair, account: Account) -> SignedInReply:
    user, refresh = account.user, tokens.refresh or ""
    return SignedInReply(
        token=tokens.access,
        refreshToken=refresh,
        expiresIn=tokens.expires_in,
        user=SignedInUser(
            id=user.id,
            username=user.username,
            role=user.role,
            full_name=user.full_name or user.username,
            email=user.email,
        ),
        access_token=tokens.access,
        refresh_token=refresh,
        expires_in=tokens.expires_in,
        requires_registration=account.profile.requires_registration or UNSET,
    )
