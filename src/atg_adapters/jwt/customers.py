"""Customer tokens of the shop: JWTs (RFC 7519, HS256) for the shop's routes only."""

from datetime import datetime, timedelta
from uuid import uuid4

import jwt

from atg_core.shop.ports import NotACustomer

LIFETIME = timedelta(hours=1)
_ALGORITHM, _ISSUER, _AUDIENCE, _ROLE = "HS256", "atg", "atg-shop", "customer"
_REQUIRED = ["sub", "role", "iat", "exp", "iss", "aud", "jti"]


class CustomerTokens:
    """`CustomerTokens` by PyJWT. `keys`: kid → secret; the first signs, all verify. None is stored or renewed."""

    def __init__(self, keys: dict[str, bytes]) -> None:
        self._keys = keys
        self._kid = next(iter(keys))

    def token(self, customer_id: int, now: datetime) -> str:
        claims = {
            "sub": str(customer_id),
            "role": _ROLE,
            "iat": int(now.timestamp()),
            "exp": int((now + LIFETIME).timestamp()),
            "iss": _ISSUER,
            "aud": _AUDIENCE,
            "jti": uuid4().hex,
        }
        return jwt.encode(claims, self._keys[self._kid], algorithm=_ALGORITHM, headers={"kid": self._kid})

    def customer(self, token: str, now: datetime) -> int:
        try:
            claims = jwt.decode(
                token,
                self._keys[jwt.get_unverified_header(token)["kid"]],
                algorithms=[_ALGORITHM],
                issuer=_ISSUER,
                audience=_AUDIENCE,
                # Expiry is checked with the injected clock.
                options={"require": _REQUIRED, "verify_exp": False, "verify_iat": False, "verify_nbf": False},
            )
            if claims["role"] != _ROLE or int(claims["exp"]) <= now.timestamp():
                raise NotACustomer
            return int(claims["sub"])
        except (jwt.PyJWTError, KeyError, TypeError, ValueError):
            raise NotACustomer from None
