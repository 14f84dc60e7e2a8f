"""The refresh token that is confirmed on use, as a pure state machine (spec: identity, Tokens).

A session's tokens are numbered by generation and, within one, by branch. One token is confirmed. Presenting it offers
the next generation and confirms nothing, so that a lost reply loses nothing; presenting an offer confirms it. Siblings
of a confirmed token, and what is older, are known only to somebody who has kept a token that was passed over: a thief,
or the owner after a thief. No token is stored, only the state below.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

LEEWAY = timedelta(seconds=30)
"""How long parallel requests of one client may come in after each other and still get the same token."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class TokenNumber:
    """Which token of a session: both count from 1."""

    generation: int
    branch: int


FIRST = TokenNumber(generation=1, branch=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """The refresh state of a session.

    `generation`, `branch`: the confirmed token. `predecessor`: the branch that was confirmed in the generation before,
    None at first. `offers`: the newest branch that was offered of the next generation, 0 for none.
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

    def present(self, token: TokenNumber, now: datetime) -> "Answer | Reused | NeverOffered":
        """What happens when a token of this session, whose MAC is right, is presented."""
        if token == self.confirmed:
            return self._offer(now)
        if token.generation == self.generation + 1 and 1 <= token.branch <= self.offers:
            return self._confirm(token, now)
        if token.generation > self.generation:
            return NeverOffered()
        is_predecessor = (token.generation, token.branch) == (self.generation - 1, self.predecessor)
        if is_predecessor and now - self.confirmed_at <= LEEWAY:
            return Answer(rotation=self, token=self.confirmed)
        return Reused()

    def _offer(self, now: datetime) -> "Answer":
        if self.offered_at is not None and now - self.offered_at <= LEEWAY:
            return Answer(rotation=self, token=self.offered)
        offering = replace(self, offers=self.offers + 1, offered_at=now)
        return Answer(rotation=offering, token=offering.offered)

    def _confirm(self, token: TokenNumber, now: datetime) -> "Answer":
        confirming = Rotation(
            generation=token.generation,
            branch=token.branch,
            predecessor=self.branch,
            offers=1,
            offered_at=now,
            confirmed_at=now,
        )
        return Answer(rotation=confirming, token=confirming.offered)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The state after presenting, and the token that is given for it."""

    rotation: Rotation
    token: TokenNumber


@dataclass(frozen=True, slots=True)
class Reused:
    """A token that only a second holder can have kept: the session has to end."""


@dataclass(frozen=True, slots=True)
class NeverOffered:
    """A number that this session has not come to: nothing changes."""
