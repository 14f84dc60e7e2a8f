"""Calls that may be sent twice: the first reply is kept and given again (spec: README, Conventions).

The header is that of draft-ietf-httpapi-idempotency-key-header-07.
"""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from atg_core.errors import Conflict, Unprocessable

KEPT_FOR = timedelta(hours=24)


class KeyUsedForAnotherCall(Unprocessable):
    """This Idempotency-Key was used for another request"""


class StillRunning(Conflict):
    """The first request with this Idempotency-Key still runs"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """`owner`: the caller, whose keys are apart from all others'; `fingerprint`: a hash of what is asked."""

    owner: str
    key: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What was answered: status, media type, and the bytes of the body."""

    status: int
    media_type: str
    body: bytes


class KeptReplies(Protocol):
    """Within the transaction of one call."""

    async def find(self, call: Call, now: datetime) -> Reply | None:
        """The reply of the last 24 hours to the same call. Raises KeyUsedForAnotherCall."""

    async def keep(self, call: Call, reply: Reply, now: datetime) -> None:
        """Remembers the reply, and forgets those that are too old."""


class Repeatable(Protocol):
    """Runs calls so that their effect and their reply are kept together or not at all."""

    def running(self, call: Call) -> AbstractAsyncContextManager[KeptReplies]:
        """One transaction, which every store that is opened within it joins. Raises StillRunning."""
