"""TOTP with pyotp: HMAC-SHA1, six digits, 30 seconds, which all authenticator apps understand."""

from datetime import datetime

import pyotp
from pyotp.utils import strings_equal

ISSUER = "ATG"
_STEPS = (0, -1, 1)
"""The current time step, and one more in either direction for clocks that differ (RFC 6238, section 5.2)."""


class PyotpTotp:
    """`Totp` with pyotp."""

    def new_secret(self) -> str:
        """160 bits, as RFC 4226 recommends."""
        return pyotp.random_base32()

    def uri(self, secret: str, account: str) -> str:
        """`Totp.uri`."""
        return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=ISSUER)

    def time_step(self, secret: str, code: str, now: datetime) -> int | None:
        """`Totp.time_step`."""
        totp = pyotp.TOTP(secret)
        steps = (totp.timecode(now) + step for step in _STEPS)
        return next((step for step in steps if strings_equal(totp.generate_otp(step), code)), None)
