"""Access tokens as JWTs (RFC 7519, HS256), refresh tokens as session id, number and HMAC."""

import hmac
from base64 import b64decode, urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections import OrderedDict
from datetime import datetime
from hashlib import sha256
from struct import Struct
from uuid import UUID, uuid4

import jwt
from msgspec import MsgspecError, convert, json
from msgspec import Struct as Wire

from atg_core.identity.model import Session, User
from atg_core.identity.ports import AccessClaims, AccessToken, InvalidToken, SessionExpired
from atg_core.identity.refresh_tokens import TokenNumber

ISSUER = AUDIENCE = "atg"
_ALGORITHM = "HS256"
_REQUIRED = ["sub", "sid", "username", "role", "type", "iat", "exp", "iss", "aud", "jti"]
_MOST_REMEMBERED = 10_000
_ID_BYTES = 16
_NUMBER = Struct(">II")  # generation, branch
_MAC_BYTES = sha256().digest_size


class _Header(Wire):
    kid: str


_HEADER = json.Decoder(_Header)


class JwtTokens:
    """`Tokens` by PyJWT. `keys`: kid → secret; the first signs, all verify.

    The claims of tokens whose signature was verified are remembered under the digest of the token until they expire.
    """

    def __init__(self, keys: dict[str, bytes], *, access_ttl: int) -> None:
        self._keys = keys
        self._kid = next(iter(keys))
        self._access_ttl = access_ttl
        self._verified: OrderedDict[bytes, AccessClaims] = OrderedDict()

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
        digest = sha256(token.encode(errors="surrogatepass")).digest()
        claims = self._verified.get(digest)
        if claims is None:
            claims = self._verified[digest] = self._verify(token, now.timestamp())
            if len(self._verified) > _MOST_REMEMBERED:
                self._verified.popitem(last=False)
        else:
            self._verified.move_to_end(digest)
        if claims.exp <= now.timestamp() and not allow_expired:
            del self._verified[digest]
            raise SessionExpired
        return claims

    def _verify(self, token: str, now: float) -> AccessClaims:
        """The claims of a token with a valid signature, expired or not. Raises InvalidToken."""
        try:
            claims = jwt.decode(
                token,
                self._keys[_key_id(token)],
                algorithms=[_ALGORITHM],
                issuer=ISSUER,
                audience=AUDIENCE,
                # Expiry is checked with the injected clock, as the session's times are.
                options={"require": _REQUIRED, "verify_exp": False, "verify_iat": False, "verify_nbf": False},
            )
            read = convert(claims, AccessClaims)
            is_early = read.iat > now + 60 or claims.get("nbf", 0) > now + 60
        except (jwt.PyJWTError, KeyError, TypeError, ValueError, MsgspecError):
            raise InvalidToken from None
        if claims["type"] != "access" or is_early:
            raise InvalidToken
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


def _key_id(token: str) -> str:
    """From the header; PyJWT would parse the whole token for it. Raises ValueError, MsgspecError."""
    header = token.partition(".")[0]
    return _HEADER.decode(urlsafe_b64decode(header + "=" * (-len(header) % 4))).kid


def _mac(key: bytes, numbered: bytes, session: Session) -> bytes:
    return hmac.digest(key, b"refresh" + numbered + session.salt, sha256)


def _decoded(refresh_token: str) -> bytes:
    """Session id, number and MAC. Raises InvalidToken if malformed."""
    try:
        raw = refresh_token.encode("ascii")
        decoded = b64decode(raw + b"=" * (-len(raw) % 4), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, NotBase64):
        raise InvalidToken from None
    if len(decoded) != _ID_BYTES + _NUMBER.size + _MAC_BYTES:
        raise InvalidToken
    return decoded
