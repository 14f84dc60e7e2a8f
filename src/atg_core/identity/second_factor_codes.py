"""Codes of the second factor: recovery codes, verification, rate limits."""

import re
import secrets
from base64 import b32encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from atg_core.attempts import Attempt, AttemptLimiter, AttemptsExhausted, Reservation, reserve_attempts, settling
from atg_core.clock import Clock
from atg_core.identity.model import Device
from atg_core.identity.ports import IdentityStore
from atg_core.identity.second_factor import CodeKind, SecondFactor, SecretVault, Totp
from atg_core.identity.sign_in import KNOWN_DEVICE_PERIOD
from atg_core.rate_limit import RateLimit
from atg_core.unit_of_work import UnitOfWork

RECOVERY_CODES = 10
_RECOVERY_CODE_BYTES = 15
"""120 bits, so that a plain hash protects them (ASVS 5.0, 6.5.2)."""
CODES_OF_ACCOUNT = RateLimit(name="second-factor", max_hits=10)
CODES_OF_ACCOUNT_A_DAY = RateLimit(name="second-factor-day", max_hits=100, minutes=24 * 60)
"""A hundred guesses find a code of six digits, of which three are valid, once in three thousand days."""
_TOTP_CODE = re.compile(r"[0-9]{6}")


def new_recovery_codes() -> list[str]:
    """Ten codes of 24 letters and digits, in groups of four."""
    texts = (b32encode(secrets.token_bytes(_RECOVERY_CODE_BYTES)).decode() for _ in range(RECOVERY_CODES))
    return ["-".join(re.findall("....", text)) for text in texts]


def recovery_code_hash(code: str) -> bytes:
    """Of the code in any case, with or without hyphens."""
    return sha256(_plain(code).upper().encode(errors="replace")).digest()


def _plain(code: str) -> str:
    return re.sub(r"[\s-]", "", code)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyCode:
    """Verifies a code of a confirmed second factor and uses it up, within the open transaction."""

    totp: Totp
    secret_vault: SecretVault
    clock: Clock

    async def __call__(self, store: IdentityStore, factor: SecondFactor, code: str) -> CodeKind | None:
        """None if the code is wrong or was used already."""
        if _TOTP_CODE.fullmatch(_plain(code)):
            step = self.time_step(factor, code)
            is_right = step is not None and await store.use_time_step(factor.user_id, step)
            return CodeKind.TOTP if is_right else None
        is_right = await store.use_recovery_code(factor.user_id, recovery_code_hash(code), self.clock())
        return CodeKind.RECOVERY if is_right else None

    def time_step(self, factor: SecondFactor, code: str) -> int | None:
        """The time step of a valid code of six digits; the code is not used up."""
        return self.totp.time_step(self.secret_vault.open_secret(factor.secret), _plain(code), self.clock())


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitCodes:
    """Counts a code before it is verified, so that concurrent guesses are counted, whatever their tickets.

    A right code, whose verification raises nothing, does not count.
    """

    open: UnitOfWork[IdentityStore]
    sign_in_rate_limiter: AttemptLimiter
    clock: Clock

    @asynccontextmanager
    async def __call__(self, user_id: UUID, device: Device | None = None) -> AsyncIterator[None]:
        """Raises TooMany. The limit of a day does not apply to known devices, nor to who is signed in (no `device`)."""
        async with settling(self.sign_in_rate_limiter, await self._reserve(user_id, device)):
            yield

    async def _reserve(self, user_id: UUID, device: Device | None) -> Reservation:
        of_minute = Attempt(limit=CODES_OF_ACCOUNT, key=str(user_id))
        if device is not None:
            of_day = Attempt(limit=CODES_OF_ACCOUNT_A_DAY, key=str(user_id))
            try:
                return await reserve_attempts(self.sign_in_rate_limiter, of_minute, of_day)
            except AttemptsExhausted as exhausted:
                if exhausted.limit != CODES_OF_ACCOUNT_A_DAY or not await self._is_known(user_id, device):
                    raise
        return await reserve_attempts(self.sign_in_rate_limiter, of_minute)

    async def _is_known(self, user_id: UUID, device: Device) -> bool:
        async with self.open() as store:
            return await store.was_signed_in_from(user_id, device, self.clock() - KNOWN_DEVICE_PERIOD)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResealSecondFactors:
    """Encrypts all secrets with the first key, so that an old key can be removed. Raises SecretUnreadable."""

    open: UnitOfWork[IdentityStore]
    secret_vault: SecretVault

    async def __call__(self) -> int:
        """The number of second factors."""
        async with self.open() as store:
            secrets_by_user = await store.second_factor_secrets()
            for user_id, sealed in secrets_by_user:
                await store.replace_secret(user_id, sealed, self.secret_vault.resealed_secret(sealed))
        return len(secrets_by_user)
