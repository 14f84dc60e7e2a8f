"""Refresh token rotation with reuse detection, as a pure state machine (spec: identity, Tokens).

A session's tokens are numbered by generation and, within one, by branch. One token is confirmed. Presenting it offers
a token of the next generation and confirms nothing, so that a lost response does no harm; presenting an offered token
confirms it. Siblings and predecessors of a confirmed token are held only by a second party: presenting one is reuse.
No token is stored, only the state below.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

LEEWAY = timedelta(seconds=30)
"""Concurrent refreshes of a client within this time get the same token."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class TokenNumber:
    """The number of a token within its session; both count from 1."""

    generation: int
    branch: int


FIRST = TokenNumber(generation=1, branch=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """The refresh state of a session.

    `generation`, `branch`: the confirmed token. `predecessor`: the confirmed branch of the previous generation, None at
    first. `offers`: the newest offered branch of the next generation, 0 for none.
    """

    generation: int
    branch: int
    predecessor: int | None
    offers: int
    offered_at: datetime | None
    confirmed_at: datetime

    @classmethod
    def begin(cls, now: datetime) -> Self:
        """The state at sign-in: the first token is confirmed, nothing is offered."""
        return cls(
            generation=FIRST.generation,
            branch=FIRST.branch,
            predecessor=None,
            offers=0,
            offered_at=None,
            confirmed_at=now,
        )

    @property
    def confirmed(self) -> TokenNumber:
        return TokenNumber(generation=self.generation, branch=self.branch)

    @property
    def offered(self) -> TokenNumber:
        """The newest offer; meaningless while there is none."""
        return TokenNumber(generation=self.generation + 1, branch=self.offers)

    def present(self, token: TokenNumber, now: datetime) -> "Rotated | Reused | NeverOffered":
        """The result of presenting a token of this session with a valid MAC."""
        if token == self.confirmed:
            return self._offer(now)
        if token.generation == self.generation + 1 and 1 <= token.branch <= self.offers:
            return self._confirm(token, now)
        if token.generation > self.generation:
            return NeverOffered()
        is_predecessor = (token.generation, token.branch) == (self.generation - 1, self.predecessor)
        if is_predecessor and now - self.confirmed_at <= LEEWAY:
            return Rotated(rotation=self, token=self.confirmed)
        return Reused()

    def _offer(self, now: datetime) -> "Rotated":
        if self.offered_at is not None and now - self.offered_at <= LEEWAY:
            return Rotated(rotation=self, token=self.offered)
        offering = replace(self, offers=self.offers + 1, offered_at=now)
        return Rotated(rotation=offering, token=offering.offered)

    def _confirm(self, token: TokenNumber, now: datetime) -> "Rotated":
        confirming = Rotation(
            generation=token.generation,
            branch=token.branch,
            predecessor=self.branch,
            offers=1,
            offered_at=now,
            confirmed_at=now,
        )
        return Rotated(rotation=confirming, token=confirming.offered)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotated:
    """The new state, and the token to issue."""

    rotation: Rotation
    token: TokenNumber


@dataclass(frozen=True, slots=True)
class Reused:
    """Token reuse: the session has to be revoked."""


@dataclass(frozen=True, slots=True)
class NeverOffered:
    """A number that was never issued: nothing changes."""
