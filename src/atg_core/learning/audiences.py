"""What assignments are about: a course or a path, an audience, a due rule (decision 0052)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from atg_core.errors import Invalid

MOST_DAYS = 3_650
"""Of a due rule: ten years."""


class AudienceKind(StrEnum):
    """`company`: all employees; `group`: those of a department, station, position, or of their intersection."""

    COMPANY = "company"
    GROUP = "group"
    USERS = "users"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """What is assigned: a course or a learning path. A path says itself when its courses are due."""

    course_id: UUID | None = None
    learning_path_id: UUID | None = None

    def require_one(self, *, due_by: Collection[str] = ()) -> None:
        """Raises Invalid, also for a path with parts of a due rule, `due_by`."""
        if (self.course_id is None) is (self.learning_path_id is None):
            raise Invalid("Needs either a course or a learning path", field="course_id", code="exactly_one")
        if self.learning_path_id is not None and due_by:
            raise Invalid("Is said by the learning path", field=min(due_by), code="not_for_paths")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What decides whom an assignment holds for. `is_employee`: not somebody who opened the account themselves."""

    id: UUID
    is_active: bool
    is_employee: bool
    department: str | None = None
    station_id: int | None = None
    position: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """For whom an assignment holds, now and later."""

    kind: AudienceKind
    user_ids: frozenset[UUID] = frozenset()
    department: str | None = None
    station_id: int | None = None
    position: str | None = None

    def require_complete(self) -> None:
        """Raises Invalid unless there is what the kind needs, and nothing else."""
        narrowed = [name for name in ("department", "station_id", "position") if getattr(self, name) is not None]
        if self.kind is AudienceKind.GROUP and not narrowed:
            raise Invalid("Needs a department, a station or a position", field="department", code="required")
        if self.kind is not AudienceKind.GROUP and narrowed:
            raise Invalid("Is for the audience group alone", field=narrowed[0], code="not_for_audience")
        if (self.kind is AudienceKind.USERS) is not bool(self.user_ids):
            if self.user_ids:
                raise Invalid("Is for the audience users alone", field="user_ids", code="not_for_audience")
            raise Invalid("is required", field="user_ids", code="required")

    def includes(self, person: Person) -> bool:
        if not person.is_active:
            return False
        if self.kind is AudienceKind.USERS:
            return person.id in self.user_ids
        return (
            person.is_employee
            and self.department in {None, person.department}
            and self.station_id in {None, person.station_id}
            and self.position in {None, person.position}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DueRule:
    """Until when: a fixed date, days from when the person came under the assignment, the later of both, or never."""

    due_at: datetime | None = None
    due_days: int | None = None

    @property
    def parts(self) -> list[str]:
        """The names of those that are given."""
        return [name for name in ("due_at", "due_days") if getattr(self, name) is not None]

    def due_for(self, since: datetime) -> datetime | None:
        """Never before `since`: who comes after the fixed date is due when they come."""
        if self.due_at is None and self.due_days is None:
            return None
        return max(self.due_at or since, since + timedelta(days=self.due_days or 0))
