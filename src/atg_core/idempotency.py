"""Idempotency keys: the first response to a key is stored and replayed (spec: README, Conventions).

The header is that of draft-ietf-httpapi-idempotency-key-header-07.
"""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from atg_core.errors import Conflict, Unprocessable

RETENTION = timedelta(hours=24)


class KeyUsedForAnotherCall(Unprocessable):
    """This Idempotency-Key was used for another request"""


class StillRunning(Conflict):
    """The first request with this Idempotency-Key still runs"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """`owner`: the caller, by whom keys are scoped; `fingerprint`: a hash of method, path and body."""

    owner: str
    key: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A stored response: status, media type and body."""

    status: int
    media_type: str
    body: bytes


class StoredReplies(Protocol):
    """Stored responses, within the transaction of one call."""

    async def find(self, call: Call, now: datetime) -> Reply | None:
        """The response to the same call within the last 24 hours. Raises KeyUsedForAnotherCall."""

    async def keep(self, call: Call, reply: Reply, now: datetime) -> None:
        """Stores the response and deletes expired ones."""


class Idempotency(Protocol):
    """Runs calls so that their effect and their response are stored atomically."""

    def running(self, call: Call) -> AbstractAsyncContextManager[StoredReplies]:
        """One transaction, which all units of work opened within it join. Raises StillRunning."""
