"""The second factor: TOTP (RFC 6238) with recovery codes; tickets of sign-ins that lack it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from atg_core.errors import Conflict, Forbidden, Invalid, NotFound, NotSignedIn, Unavailable

TICKET_LIFETIME = timedelta(minutes=5)
TRIES_OF_TICKET = 5


class SecondFactorRequired(NotSignedIn):
    """A code of the second factor is required

    `ticket`: what `POST /auth/second-factor` takes; with `setup` it is valid for setting up a second factor only.
    """

    def __init__(self, ticket: str, *, setup: bool) -> None:
        super().__init__("A second factor must be set up first" if setup else None)
        self.ticket, self.setup = ticket, setup


class InvalidTicket(NotSignedIn):
    """This ticket is not valid, or no longer: sign in again"""


class InvalidCode(NotSignedIn):
    """Invalid code"""


class WrongCode(Invalid):
    """This code is wrong, or was used already"""

    def __init__(self) -> None:
        super().__init__(field="code")


class SecondFactorExists(Conflict):
    """There is a second factor already: remove it first"""


class SecondFactorNotFound(NotFound):
    """There is no second factor"""


class RecentSignInRequired(Forbidden):
    """Sign in again, and do this within ten minutes"""


class OwnSecondFactor(Forbidden):
    """Remove your own second factor with your password and a code"""


class SecretUnreadable(Unavailable):
    """No key decrypts this secret"""


class CodeKind(StrEnum):
    TOTP = "totp"
    RECOVERY = "recovery"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactor:
    """`secret`: encrypted; `last_step`: the time step of the last code that was used, whose successors are valid."""

    user_id: UUID
    secret: str = field(repr=False)
    created_at: datetime
    confirmed_at: datetime | None = None
    last_step: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInTicket:
    """A sign-in that lacks the second factor. `for_setup`: good for setting one up, and for nothing else."""

    id: UUID
    ticket_hash: bytes
    user_id: UUID
    for_setup: bool
    created_at: datetime
    expires_at: datetime
    tries: int = 0
    used_at: datetime | None = None

    def allows_try(self, now: datetime) -> bool:
        return self.used_at is None and now < self.expires_at and self.tries < TRIES_OF_TICKET


class SecondFactors(Protocol):
    """Second factors, recovery codes and tickets, within the open transaction."""

    async def find_second_factor(self, user_id: UUID) -> SecondFactor | None:
        """Also one that is not confirmed yet."""

    async def put_second_factor(self, factor: SecondFactor) -> None:
        """Adds a second factor, or replaces that of the user."""

    async def use_time_step(self, user_id: UUID, step: int) -> bool:
        """Sets the last time step and returns whether it was lower; of concurrent calls one succeeds."""

    async def second_factor_secrets(self) -> list[tuple[UUID, str]]:
        """The encrypted secrets of all users."""

    async def replace_secret(self, user_id: UUID, old: str, new: str) -> None:
        """Stores another encryption of the secret, unless it has changed."""

    async def remove_second_factor(self, user_id: UUID) -> bool:
        """Removes it with its recovery codes and the user's tickets; returns whether there was a confirmed one."""

    async def replace_recovery_codes(self, user_id: UUID, hashes: list[bytes]) -> None: ...

    async def use_recovery_code(self, user_id: UUID, code_hash: bytes, now: datetime) -> bool:
        """Marks a code as used and returns whether it was valid; of concurrent calls one succeeds."""

    async def count_recovery_codes(self, user_id: UUID) -> int:
        """Those that are not used."""

    async def add_ticket(self, ticket: SignInTicket) -> None: ...

    async def try_ticket(self, ticket_hash: bytes, now: datetime) -> SignInTicket | None:
        """Counts a try; None if the ticket is unknown, used, expired or has no tries left."""

    async def use_ticket(self, ticket_id: UUID, now: datetime) -> bool:
        """Marks it as used and returns whether it was valid; of concurrent calls one succeeds."""

    async def delete_tickets(self, before: datetime) -> int:
        """Deletes tickets that expired before then; their number."""


class Totp(Protocol):
    """Time-based one-time passwords of six digits, valid for 30 seconds and one time step more in either direction."""

    def new_secret(self) -> str:
        """In base32."""

    def uri(self, secret: str, account: str) -> str:
        """The otpauth URI for authenticator apps."""

    def time_step(self, secret: str, code: str, now: datetime) -> int | None:
        """The time step of a valid code."""


class SecretVault(Protocol):
    """Encrypts secrets. The first key encrypts, all keys decrypt."""

    def seal_secret(self, secret: str) -> str: ...

    def open_secret(self, sealed: str) -> str:
        """Raises SecretUnreadable for what no key decrypts."""

    def resealed_secret(self, sealed: str) -> str:
        """Encrypted again with the first key. Raises as `open_secret` does."""
