"""What homework is kept in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from atg_core.errors import Conflict, Forbidden, Invalid, NotFound
from atg_core.homework.model import (
    Answer,
    GradeChange,
    Homework,
    Question,
    QuestionType,
    Submission,
    SubmissionStatus,
    Viewer,
)


class HomeworkNotFound(NotFound):
    """Homework not found"""


class SubmissionNotFound(NotFound):
    """Submission not found"""


class GroupNotFound(NotFound):
    """Group not found"""


class NotYourHomework(Forbidden):
    """Only students of the group hand in its homework"""


class NotYourSubmission(Forbidden):
    """Only the student changes what they hand in"""


class NotYourGroup(Forbidden):
    """Only who teaches the group gives grades, and sees how they came about"""


class LessonUnknown(Invalid):
    """The group has no such lesson"""


class HomeworkHasSubmissions(Conflict):
    """Students work on this homework already; a copy of it can be changed"""


class HomeworkPublished(Conflict):
    """This homework was published, and stays with its group"""


class HomeworkIncomplete(Conflict):
    """This homework can not be published as it is"""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenChoice:
    """`id`: of the choice that it changes; None for a new one."""

    id: int | None
    text: str
    is_correct: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenQuestion:
    """`id`: of the question that it changes; None for a new one. Positions follow from the order."""

    id: int | None
    question_type: QuestionType
    text: str
    points: Decimal
    choices: Sequence[WrittenChoice] = ()


class HomeworkStore(Protocol):
    """What teachers write, within one transaction, in which jobs are enqueued, too.

    `owner`: whose it must be to be found; None: whoever's.
    """

    async def require_group(self, group_id: int, owner: UUID | None) -> None:
        """Raises GroupNotFound."""

    async def require_lesson(self, lesson_id: int, group_id: int) -> None:
        """Raises LessonUnknown."""

    async def add(self, values: Mapping[str, Any], now: datetime) -> int: ...

    async def homework(self, homework_id: int, owner: UUID | None) -> Homework:
        """Held until the end: nobody begins to work on it meanwhile. Raises HomeworkNotFound."""

    async def questions(self, homework_id: int) -> list[Question]:
        """By position, with their choices."""

    async def has_submissions(self, homework_id: int) -> bool: ...

    async def change(self, homework_id: int, values: Mapping[str, Any], now: datetime) -> None: ...

    async def write_questions(self, homework_id: int, questions: Sequence[WrittenQuestion]) -> None:
        """They take the place of what is there; ids are those of its questions and choices."""

    async def delete(self, homework_id: int) -> None: ...


class SubmissionStore(Protocol):
    """What students hand in and teachers grade, within one transaction, in which jobs are enqueued, too."""

    async def hold_student(self, homework_id: int, student_id: UUID) -> bool:
        """Whether the homework is for a group that the student is in; then others wait who open one for them."""

    async def homework(self, homework_id: int) -> Homework:
        """Held so that it does not change until the end. Raises HomeworkNotFound."""

    async def questions(self, homework_id: int) -> list[Question]:
        """By position, with their choices."""

    async def submissions_of(self, homework_id: int, student_id: UUID) -> list[Submission]:
        """By attempt."""

    async def add(self, submission: Submission) -> int:
        """Its number."""

    async def submission(self, submission_id: int, viewer: Viewer) -> Submission:
        """The viewer's own, or one of what they teach; held until the end. Raises SubmissionNotFound."""

    async def answers(self, submission_id: int) -> dict[int, Answer]:
        """By question."""

    async def put_answers(self, submission_id: int, answers: Sequence[Answer]) -> None:
        """In place of what is there to the same questions."""

    async def put_grades(self, submission_id: int, answers: Sequence[Answer], changes: Sequence[GradeChange]) -> None:
        """Grades and comments of answers, and what changes of the grades: the database takes none without the other."""

    async def save(self, submission: Submission) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSubmission(Submission):
    """With what is to be known around it. `is_late` follows from when the homework is due now."""

    is_late: bool
    student_name: str
    teacher_id: UUID

    def is_taught_by(self, viewer: Viewer) -> bool:
        return viewer.is_admin or self.teacher_id == viewer.id


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownHomework(Homework):
    max_grade: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownChange(GradeChange):
    """`actor_name`: of who changed the grade."""

    id: int
    actor_name: str


class Homeworks(Protocol):
    """Plain reads of what a viewer may see: students see what is published for the groups that they are in."""

    async def listed(
        self, viewer: Viewer, group_id: int | None, *, limit: int, offset: int
    ) -> tuple[list[ShownHomework], int]:
        """Newest first."""

    async def homework(self, viewer: Viewer, homework_id: int) -> ShownHomework:
        """Raises HomeworkNotFound."""

    async def questions(self, homework_id: int) -> list[Question]:
        """By position, with their choices."""

    async def own_submissions(self, student_id: UUID, homework_ids: Sequence[int]) -> list[ShownSubmission]:
        """By homework and attempt, in one statement."""

    async def submissions(
        self,
        homework_id: int,
        *,
        status: SubmissionStatus | None,
        student_id: UUID | None,
        limit: int,
        offset: int,
    ) -> tuple[list[ShownSubmission], int]:
        """By id."""

    async def submission(self, viewer: Viewer, submission_id: int) -> ShownSubmission:
        """The viewer's own, or one of what they teach. Raises SubmissionNotFound."""

    async def answers(self, submission_id: int) -> list[Answer]:
        """In the order of their questions."""

    async def grade_changes(self, submission_id: int, *, limit: int, offset: int) -> tuple[list[ShownChange], int]:
        """Oldest first."""


class About(StrEnum):
    """What somebody is told by mail."""

    PUBLISHED = "published"
    WAITING = "waiting"
    GRADED = "graded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """To whom it goes, and what it can say. `language`: of the profile, such as `ru` or `en-GB`."""

    to: str
    language: str
    title: str
    group_name: str
    teacher_name: str
    due_at: datetime | None
    student_name: str
    grade: Decimal | None = None
    max_grade: Decimal | None = None


class Notices(Protocol):
    """Who is told of what, within one transaction, in which jobs are enqueued, too.

    Nobody is told who has no address, wants no mail, or may not sign in any more.
    """

    async def announce(self, homework_id: int, now: datetime) -> list[UUID]:
        """The students of a published homework; nobody where it was announced before."""

    async def find_notice(self, about: About, key: int, student_id: UUID | None) -> Notice | None:
        """`key`: of the homework, with the student who is told of it, or of the submission.

        None where nobody is to be told any more.
        """
