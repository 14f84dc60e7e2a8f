"""What authors see of the catalog: also what is not shown to learners, and who has begun it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from atg_core.catalog.curriculum_records import Id, RecordKind
from atg_core.catalog.model import Course, Material, Program, TopicFile
from atg_core.catalog.prerequisites import Prerequisite

MOST_USES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthoredCourses:
    """Filters of the list of courses; `is_active`: None for both."""

    q: str | None = None
    station_id: int | None = None
    is_active: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlineTest:
    """`questions_count`: of an attempt."""

    id: int
    title: str
    questions_count: int
    is_active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlineTopic:
    id: int
    lesson_id: int
    code: str
    title: str
    duration: str | None
    order_index: int
    is_active: bool
    files_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlineLesson:
    """A lesson with its topics in order."""

    id: int
    title: str
    duration: str | None
    order_index: int
    is_active: bool
    test: OutlineTest | None = None
    topics: tuple[OutlineTopic, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A program with all its lessons and topics in order, active or not.

    `place`: the name of its station, or the title of its course.
    """

    program: Program
    place: str
    final_test: OutlineTest | None
    lessons: tuple[OutlineLesson, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthoredLesson:
    """A lesson as its author edits it, with its materials."""

    id: int
    program_id: int
    program_title: str
    code: str | None
    title: str
    duration: str | None
    is_active: bool
    materials: tuple[Material, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FileUse:
    """Another topic that has an object of the store among its files, too."""

    object_name: str
    topic_id: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthoredTopic:
    """A topic as its author edits it, with its active files. `content` is Markdown.

    `uses`: other topics that have the same files, at most `MOST_USES`.
    """

    id: int
    lesson_id: int
    program_id: int
    program_title: str
    code: str
    title: str
    duration: str | None
    content: str | None
    is_active: bool
    updated_at: datetime
    files: tuple[TopicFile, ...] = ()
    uses: tuple[FileUse, ...] = ()


class AuthoringQueries(Protocol):
    """Each is a fixed number of statements, whatever the size of the result."""

    async def courses(self, query: AuthoredCourses, *, limit: int, offset: int) -> tuple[list[Course], int]:
        """A page of the courses, newest first, and their total number."""

    async def requirable(self, course_id: UUID, *, limit: int) -> list[Prerequisite]:
        """What a course could require: at most `limit` other courses and as many final tests, each by title."""

    async def outline(self, program_id: int) -> Outline:
        """Raises ProgramNotFound."""

    async def lesson(self, lesson_id: int) -> AuthoredLesson:
        """Active or not. Raises LessonNotFound."""

    async def topic(self, topic_id: int) -> AuthoredTopic:
        """Active or not. Raises TopicNotFound."""

    async def learners(self, kind: RecordKind, record_id: Id) -> int:
        """How many people have progress in a record or below it, which keeps it from being deleted.

        Raises the kind's `not_found`.
        """
