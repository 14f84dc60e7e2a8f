"""A search over the students that one teaches (spec: schedule, Groups and lessons)."""

from dataclasses import dataclass
from typing import Protocol

from atg_core.schedule.model import Student, Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentGroup:
    id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaughtStudent(Student):
    """`groups`: those of the student that the viewer teaches, by id; for administrators all."""

    groups: tuple[StudentGroup, ...]


class StudentQueries(Protocol):
    """Read-only queries of students in groups."""

    async def students(
        self, viewer: Viewer, words: str | None = None, not_in: int | None = None, *, limit: int, offset: int
    ) -> tuple[list[TaughtStudent], int]:
        """Active students of the viewer's groups, by name; for administrators those of all groups.

        `words`: a part of name, username or email, in any case. `not_in`: without those of this group; another's
        group leaves out nobody, so that nothing is told of who is in it. In at most three statements.
        """
