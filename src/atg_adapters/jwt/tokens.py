"""Tokens: the access token is a JWT (RFC 7519, HS256), the refresh token names a session and proves it by a MAC."""

import hmac
from base64 import b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from datetime import datetime
from hashlib import sha256
from struct import Struct
from typing import Any
from uuid import UUID, uuid4

import jwt
from msgspec import ValidationError, convert

from atg_core.identity.model import Session, User
from atg_core.identity.ports import AccessClaims, AccessToken, InvalidToken, SessionExpired
from atg_core.identity.rotation import TokenNumber

ISSUER = AUDIENCE = "atg"
_ALGORITHM = "HS256"
_REQUIRED = ["sub", "sid", "username", "role", "type", "iat", "exp", "iss", "aud", "jti"]
_ID_BYTES = 16
_NUMBER = Struct(">II")  # generation, branch
_MAC_BYTES = sha256().digest_size


class JwtTokens:
    """`Tokens` by PyJWT. `keys`: kid → secret; the first signs, all verify."""

    def __init__(self, keys: dict[str, bytes], *, access_ttl: int) -> None:
        self._keys = keys
        self._kid = next(iter(keys))
        self._access_ttl = access_ttl

    def access(self, user: User, session: Session, now: datetime) -> AccessToken:
        issued = int(now.timestamp())
        expires = min(issued + self._access_ttl, int(session.expires_at.timestamp()))
        claims = {
            "sub": str(user.id),
            "sid": str(session.id),
            "username": user.username,
            "role": user.role.value,
            "type": "access",
            "iat": issued,
            "exp": expires,
            "iss": ISSUER,
            "aud": AUDIENCE,
            "jti": uuid4().hex,
        }
        text = jwt.encode(claims, self._keys[self._kid], algorithm=_ALGORITHM, headers={"kid": self._kid})
        return AccessToken(text=text, expires_in=expires - issued)

    def read_access(self, token: str, now: datetime, *, allow_expired: bool = False) -> AccessClaims:
        try:
            header = jwt.get_unverified_header(token)
            claims = jwt.decode(
                token,
                self._keys[header["kid"]],
                algorithms=[_ALGORITHM],
                issuer=ISSUER,
                audience=AUDIENCE,
                # The clock is ours, so that expiry and the session's own times are judged by the same one.
                options={"require": _REQUIRED, "verify_exp": False, "verify_iat": False, "verify_nbf": False},
            )
            return self._checked(claims, now.timestamp(), allow_expired=allow_expired)
        except (jwt.PyJWTError, KeyError, TypeError, ValueError, ValidationError):
            raise InvalidToken from None

    def _checked(self, claims: dict[str, Any], now: float, *, allow_expired: bool) -> AccessClaims:
        read = convert(claims, AccessClaims)
        if claims["type"] != "access" or read.iat > now + 60 or claims.get("nbf", 0) > now + 60:
            raise InvalidToken
        if read.exp <= now and not allow_expired:
            raise SessionExpired
        return read

    def refresh(self, session: Session, number: TokenNumber) -> str:
        numbered = session.id.bytes + _NUMBER.pack(number.generation, number.branch)
        token = numbered + _mac(self._keys[self._kid], numbered, session)
        return urlsafe_b64encode(token).decode().rstrip("=")

    def session_id(self, refresh_token: str) -> UUID:
        return UUID(bytes=_decoded(refresh_token)[:_ID_BYTES])

    def number(self, refresh_token: str, session: Session) -> TokenNumber:
        decoded = _decoded(refresh_token)
        numbered, mac = decoded[:-_MAC_BYTES], decoded[-_MAC_BYTES:]
        if not any(hmac.compare_digest(mac, _mac(key, numbered, session)) for key in self._keys.values()):
            raise InvalidToken
        generation, branch = _NUMBER.unpack(numbered[_ID_BYTES:])
        return TokenNumber(generation=generation, branch=branch)


def _mac(key: bytes, numbered: bytes, session: Session) -> bytes:
    return hmac.digest(key, b"refresh" + numbered + session.salt, sha256)


def _decoded(refresh_token: str) -> bytes:
    """Session id, number and MAC. Raises InvalidToken for anything of another form."""
    try:
        raw = refresh_token.encode("ascii")
        decoded = b64decode(raw + b"=" * (-len(raw) % 4), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, NotBase64):
        raise InvalidToken from None
    if len(decoded) != _ID_BYTES + _NUMBER.size + _MAC_BYTES:
        raise InvalidToken
    return decoded
