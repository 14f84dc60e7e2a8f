"""Prerequisites: courses and final tests that have to be passed before a course can be begun.

They never lead back to their course: every course can be begun by who does first what it requires. A final test can be
passed by who can begin one of the courses that show its program.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from atg_core.clock import Clock
from atg_core.errors import Conflict, Invalid
from atg_core.unit_of_work import UnitOfWork


class PrerequisiteKind(StrEnum):
    COURSE = "course"
    FINAL_TEST = "final_test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prerequisite:
    """Either `course_id` or `final_test_id` is given; `title` is its own."""

    course_id: UUID | None
    final_test_id: int | None
    title: str

    @property
    def kind(self) -> PrerequisiteKind:
        return PrerequisiteKind.FINAL_TEST if self.course_id is None else PrerequisiteKind.COURSE


class PrerequisiteCycle(Conflict):
    """These prerequisites lead back to the course: {chain}

    `beside`: `chain`, each course with its id and title, the first one again at the end.
    """

    def __init__(self, chain: Sequence[tuple[UUID, str]]) -> None:
        super().__init__(chain=" → ".join(title for _, title in chain))
        self.beside = {"chain": [{"course_id": str(course), "title": title} for course, title in chain]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Required:
    """What one course requires."""

    courses: frozenset[UUID] = frozenset()
    final_tests: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirements:
    """What all courses require. `shown_by`: the courses that show the program of a final test."""

    of: Mapping[UUID, Required] = field(default_factory=dict)
    shown_by: Mapping[int, Collection[UUID]] = field(default_factory=dict)

    def with_course(self, course_id: UUID, required: Required) -> "Requirements":
        return replace(self, of={**self.of, course_id: required})

    def cycle_at(self, course_id: UUID) -> list[UUID] | None:
        """A chain of requirements that ends where it begins, if it keeps the course from ever being begun."""
        never = self._never_begun()
        chain = [course_id]
        while chain[-1] in never:
            following = self._hindrance(chain[-1], never)
            if following in chain:
                return [*chain[chain.index(following) :], following]
            chain.append(following)
        return None

    def _never_begun(self) -> set[UUID]:
        """The courses that nobody could ever begin."""
        never = set(self.of)
        while freed := {course for course in never if self._is_open(self.of[course], never)}:
            never -= freed
        return never

    def _is_open(self, required: Required, never: Collection[UUID]) -> bool:
        shut_tests = (test for test in required.final_tests if self._is_shut(test, never))
        return required.courses.isdisjoint(never) and next(shut_tests, None) is None

    def _is_shut(self, final_test: int, never: Collection[UUID]) -> bool:
        """A test that no course shows is open to everybody."""
        showing = self.shown_by.get(final_test, ())
        return bool(showing) and all(course in never for course in showing)

    def _hindrance(self, course_id: UUID, never: Collection[UUID]) -> UUID:
        required = self.of[course_id]
        shut = (course for course in sorted(required.courses) if course in never)
        tests = (test for test in sorted(required.final_tests) if self._is_shut(test, never))
        return next(shut, None) or min(self.shown_by[next(tests)])


class PrerequisiteStore(Protocol):
    """The prerequisites of all courses, within a transaction."""

    async def lock(self, course_id: UUID) -> None:
        """Keeps others from changing any prerequisites until the end. Raises CourseNotFound."""

    async def requirements(self) -> Requirements: ...

    async def titles(self, course_ids: Collection[UUID]) -> dict[UUID, str]:
        """Of those that are there."""

    async def final_tests(self, ids: Collection[int]) -> dict[int, Collection[UUID]]:
        """Those that are there, with the courses that show the program of each."""

    async def replace(self, course_id: UUID, required: Required, now: datetime) -> None:
        """What was required before stays as it was."""

    async def prerequisites(self, course_id: UUID) -> list[Prerequisite]:
        """In the order in which they were added."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditPrerequisites:
    """Replaces what a course requires; None leaves that part as it is.

    Who is enrolled in the course keeps access. Raises CourseNotFound, Invalid, PrerequisiteCycle.
    """

    open: UnitOfWork[PrerequisiteStore]
    clock: Clock

    async def __call__(
        self, course_id: UUID, course_ids: Collection[UUID] | None, final_test_ids: Collection[int] | None
    ) -> list[Prerequisite]:
        async with self.open() as store:
            await store.lock(course_id)
            all_of = await store.requirements()
            former = all_of.of.get(course_id, Required())
            required = Required(
                courses=former.courses if course_ids is None else frozenset(course_ids),
                final_tests=former.final_tests if final_test_ids is None else frozenset(final_test_ids),
            )
            titles = await store.titles([course_id, *required.courses])
            tests = await store.final_tests(required.final_tests)
            _require_known("course_ids", required.courses, titles)
            _require_known("final_test_ids", required.final_tests, tests)
            changed = replace(all_of, shown_by={**all_of.shown_by, **tests}).with_course(course_id, required)
            if cycle := changed.cycle_at(course_id):
                names = await store.titles(cycle)
                raise PrerequisiteCycle([(course, names[course]) for course in cycle])
            await store.replace(course_id, required, self.clock())
            return await store.prerequisites(course_id)


def _require_known(field: str, ids: Collection[object], known: Collection[object]) -> None:
    if missing := set(ids) - set(known):
        example = min(map(str, missing))
        raise Invalid(
            "Among these are {count} that are not there, such as {example}",
            field=field,
            code="unknown_id",
            count=len(missing),
            example=example,
        )
