"""What a course requires before a learner can begin it, and what of that is missing (spec: catalog-learning)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from atg_core.errors import Conflict


class RequirementKind(StrEnum):
    COURSE = "course"
    FINAL_TEST = "final_test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One thing that a course requires: a course or a final test, either of the two ids is given.

    What is inactive, and a test without questions, is not required. `title` is its own.
    """

    course_id: UUID | None
    final_test_id: int | None
    title: str
    added_at: datetime
    is_met: bool

    @property
    def kind(self) -> RequirementKind:
        return RequirementKind.FINAL_TEST if self.course_id is None else RequirementKind.COURSE


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseAccess:
    """What a course requires of one learner, with their enrollment in it, if any.

    `enrolled_at`: when they were enrolled or assigned, None if that is not known; `is_enrolled`: not of a cancelled
    enrollment.
    """

    course_id: UUID
    title: str
    requirements: tuple[Requirement, ...] = ()
    is_enrolled: bool = False
    enrolled_at: datetime | None = None
    started_at: datetime | None = None

    @property
    def missing(self) -> list[Requirement]:
        """What the learner still has to pass before: nothing in a course that they have begun, and nothing that is
        required only since they were enrolled."""
        if self.is_enrolled and self.started_at is not None:
            return []
        return [each for each in self.requirements if not each.is_met and not self._was_enrolled_before(each)]

    def _was_enrolled_before(self, requirement: Requirement) -> bool:
        return self.is_enrolled and (self.enrolled_at is None or self.enrolled_at < requirement.added_at)


class CourseLocked(Conflict):
    """First pass what the course {course} requires: {titles}

    `beside`: `missing`, each with its `kind`, `course_id` or `final_test_id`, and `title`.
    """

    def __init__(self, access: CourseAccess) -> None:
        super().__init__(course=access.title, titles=", ".join(each.title for each in access.missing))
        self.access = access
        self.beside = {"course_id": str(access.course_id), "missing": [_told(each) for each in access.missing]}


def _told(requirement: Requirement) -> dict[str, object]:
    """A requirement as clients see it."""
    course_id = None if requirement.course_id is None else str(requirement.course_id)
    return {
        "kind": requirement.kind,
        "course_id": course_id,
        "final_test_id": requirement.final_test_id,
        "title": requirement.title,
    }


def require_one_open(courses: Iterable[CourseAccess]) -> None:
    """Raises CourseLocked if there are courses and each of them is locked: of them, the one that misses least."""
    found = list(courses)
    if found and all(each.missing for each in found):
        raise CourseLocked(min(found, key=lambda each: (len(each.missing), each.course_id)))


class PrerequisiteQueries(Protocol):
    """Queries of what courses require of a learner; each is one statement."""

    async def of_courses(self, user_id: UUID, course_ids: Collection[UUID]) -> Mapping[UUID, CourseAccess]:
        """Active courses, by id; others are left out."""

    async def of_program(self, user_id: UUID, program_id: int) -> list[CourseAccess]:
        """The active courses that show a program."""

    async def with_requirements(self, user_id: UUID) -> list[CourseAccess]:
        """The active courses that require something, by title."""
