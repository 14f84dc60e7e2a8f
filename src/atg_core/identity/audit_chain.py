"""The audit log: queries, and a hash chain that makes later changes evident (Z7)."""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Protocol
from uuid import UUID

from atg_core.clock import Clock
from atg_core.identity.audit import Action, AuditEvent
from atg_core.unit_of_work import UnitOfWork

SEAL_AUDIT, VERIFY_AUDIT = "seal_audit", "verify_audit"
_AT_ONCE = 1_000
_FIRST = bytes(32)
_SEALED_FIELDS = ("id", "at", "action", "actor_id", "user_id", "session_id", "ip_address", "user_agent")

LATE = timedelta(days=1)
"""How much older than the sealed events an unsealed one may be, because of long transactions."""

type Fields = Mapping[str, Any]
"""A stored event by field name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditQuery:
    """Filters of the audit log; `start` is inclusive, `end` exclusive."""

    actor_id: UUID | None = None
    user_id: UUID | None = None
    action: Action | None = None
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """An entry of the hash chain. `number`: from 1 without gaps; `hash`: SHA-256 over the previous hash and the event.

    `latest_at`: the latest time of all events so far.
    """

    number: int
    event_id: UUID
    hash: bytes
    sealed_at: datetime
    latest_at: datetime

    @property
    def closed_before(self) -> datetime:
        """Events before this time are no longer sealed."""
        return min(self.latest_at, self.sealed_at) - LATE


class AuditLog(Protocol):
    """Queries of the audit log."""

    async def events(self, query: AuditQuery, *, limit: int, offset: int) -> tuple[list[AuditEvent], int]:
        """A page, newest first, and the total."""

    def all_events(self, query: AuditQuery) -> AsyncIterator[Sequence[AuditEvent]]:
        """All events in batches, oldest first."""

    def sealed(self) -> AsyncGenerator[Sequence[tuple[Seal, Fields | None]]]:
        """The seals in batches by number, each with its event as stored now; None if it is missing."""

    async def first_unsealed(self, before: datetime) -> UUID | None:
        """The oldest unsealed event before then."""


class AuditSeals(Protocol):
    """The hash chain, within one transaction that excludes other writers of the chain."""

    async def last_seal(self) -> Seal | None: ...

    async def unsealed(self, since: datetime | None, limit: int) -> Sequence[Fields]:
        """Unsealed events since then, oldest first."""

    async def add_seals(self, seals: Sequence[Seal]) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SealAudit:
    """The periodic job `seal_audit`: extends the hash chain by the new events."""

    open: UnitOfWork[AuditSeals]
    clock: Clock

    async def __call__(self) -> int:
        """Returns the number of sealed events."""
        sealed = some = await self._seal_some()
        while some == _AT_ONCE:
            some = await self._seal_some()
            sealed += some
        return sealed

    async def _seal_some(self) -> int:
        async with self.open() as store:
            last, now, seals = await store.last_seal(), self.clock(), []
            since = min(last.closed_before, now - LATE) if last else None
            for event in await store.unsealed(since, _AT_ONCE):
                last = _sealed(last, event, now)
                seals.append(last)
            if seals:
                await store.add_seals(seals)
        return len(seals)


def _sealed(last: Seal | None, event: Fields, now: datetime) -> Seal:
    return Seal(
        number=last.number + 1 if last else 1,
        event_id=event["id"],
        hash=chained(last.hash if last else _FIRST, event),
        sealed_at=now,
        latest_at=max(last.latest_at, event["at"]) if last else event["at"],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`sealed`: number of verified events; `last`: the hash of the last one.

    `fault`, `event_id`: what is wrong with the first event that fails.
    """

    sealed: int
    last: bytes
    fault: str | None = None
    event_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyAudit:
    """Verifies the chain from its start up to the first event that was changed, deleted or inserted later."""

    audit_log: AuditLog

    async def __call__(self) -> Verdict:
        number, previous, closed_before = 0, _FIRST, None
        async with aclosing(self.audit_log.sealed()) as batches:
            async for batch in batches:
                for seal, event in batch:
                    if fault := _fault(number, previous, seal, event):
                        return Verdict(sealed=number, last=previous, fault=fault, event_id=seal.event_id)
                    number, previous, closed_before = seal.number, seal.hash, seal.closed_before
        if closed_before and (stray := await self.audit_log.first_unsealed(closed_before)):
            return Verdict(sealed=number, last=previous, fault="was put in later", event_id=stray)
        return Verdict(sealed=number, last=previous)


class AuditBroken(Exception):
    """The audit log is not as it was written"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckAudit:
    """The periodic job `verify_audit`: it is dead, and so shown to the operator, where the log is not as it was."""

    verify_audit: VerifyAudit

    async def __call__(self) -> None:
        """Raises AuditBroken."""
        verdict = await self.verify_audit()
        if verdict.fault:
            raise AuditBroken(f"event {verdict.event_id} {verdict.fault}; {verdict.sealed} before it are as they were")


def _fault(number: int, previous: bytes, seal: Seal, event: Fields | None) -> str | None:
    if seal.number != number + 1:
        return f"follows a gap: the seal {number + 1} is gone"
    if event is None:
        return "is gone"
    return None if chained(previous, event) == seal.hash else "was changed"


def chained(previous: bytes, event: Fields) -> bytes:
    """The chain hash of an event: over the previous hash and the event's fields as JSON in a fixed order.

    Without a source it is what it was before events had one.
    """
    texts = [_text(event[name]) for name in _SEALED_FIELDS]
    if event["source"] is not None:
        texts.append(event["source"])
    return sha256(previous + json.dumps(texts).encode()).digest()


def _text(value: Any) -> str | None:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return None if value is None else str(value)
