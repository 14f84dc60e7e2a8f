"""Events as text: kind, subject and users, as short as PostgreSQL wants them (8,000 bytes)."""

from collections.abc import Iterable
from uuid import UUID

from atg_core.events import Event, EventKind

CHANNEL = "atg_events"
MOST_USERS = 200
"""In one payload."""


def head_of(event: Event) -> str:
    return f"{event.kind} {event.subject_id} "


def encoded(event: Event, user_ids: Iterable[UUID]) -> str:
    return head_of(event) + ",".join(map(str, user_ids))


def decoded(payload: str) -> tuple[Event, list[UUID]]:
    """Raises ValueError."""
    kind, subject_id, users = payload.split(" ")
    return Event(kind=EventKind(kind), subject_id=int(subject_id)), [UUID(user) for user in users.split(",")]
