"""Checks of ID tokens (OpenID Connect Core 1.0) in token responses.

No profile is read from them, since no provider here publishes keys. A token from the token endpoint is authenticated
by TLS (section 3.1.3.7, 6); audience, expiry and nonce must match, so that injected codes are detected.
"""

import jwt
from msgspec import UNSET, Struct, UnsetType, ValidationError, convert

from atg_adapters.oauth.providers import Contradiction


class IdClaims(Struct, frozen=True):
    aud: str | int | list[str | int] | UnsetType = UNSET
    exp: float | UnsetType = UNSET
    nonce: str | UnsetType = UNSET


def require_agreement(id_token: object, *, client_id: str, nonce: str, now: float) -> None:
    """`now`: seconds since 1970. Raises Contradiction."""
    try:
        if not isinstance(id_token, str) or jwt.get_unverified_header(id_token).get("alg", "none").lower() == "none":
            raise Contradiction("the ID token is not signed")
        read = jwt.decode(id_token, options={"verify_signature": False})
        claims = convert(read, IdClaims)
    except (jwt.InvalidTokenError, ValidationError, AttributeError):
        raise Contradiction("the ID token is none") from None
    audience = claims.aud if isinstance(claims.aud, list) else [claims.aud]
    if claims.aud is not UNSET and client_id not in map(str, audience):
        raise Contradiction("the ID token is for another application")
    if claims.exp is not UNSET and claims.exp <= now:
        raise Contradiction("the ID token has expired")
    if claims.nonce not in {UNSET, nonce}:
        raise Contradiction("the ID token belongs to another attempt")
