"""Homework, its questions, and the submissions of students (spec: homework-gradebook, Homework)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from atg_core.errors import Conflict
from atg_core.late_work import LateRule


class DeadlinePassed(Conflict):
    """This homework was due before, and takes no late work"""


class AttemptsExhausted(Conflict):
    """There is no attempt left for this homework"""


class SubmissionClosed(Conflict):
    """This was handed in, and can no longer be changed"""


class NotSubmitted(Conflict):
    """This has not been handed in yet"""


class QuestionType(StrEnum):
    TEXT = "TEXT"
    SINGLE_CHOICE = "SINGLE_CHOICE"
    MULTI_CHOICE = "MULTI_CHOICE"


class SubmissionStatus(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    GRADED = "graded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """The caller: administrators see everything, teachers their groups, students what is published for theirs."""

    id: UUID
    is_admin: bool = False

    @property
    def owner(self) -> UUID | None:
        """Whose homework may be changed; None: everybody's."""
        return None if self.is_admin else self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    id: int
    position: int
    text: str
    is_correct: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """`points`: above 0, two decimals. Only choice questions have choices; only texts may be answered by files too."""

    id: int
    position: int
    question_type: QuestionType
    text: str
    points: Decimal
    allow_files: bool = False
    choices: tuple[Choice, ...] = ()

    @property
    def is_text(self) -> bool:
        return self.question_type is QuestionType.TEXT

    @property
    def correct_choice_ids(self) -> frozenset[int]:
        return frozenset(choice.id for choice in self.choices if choice.is_correct)


@dataclass(frozen=True, slots=True, kw_only=True)
class Homework:
    """`teacher_id`: the teacher of the group. `max_attempts`: None for unlimited.

    Without `allow_late` nothing is accepted after `due_at`.
    """

    id: int
    teacher_id: UUID
    group_id: int
    lesson_id: int | None
    title: str
    description: str
    due_at: datetime | None
    max_attempts: int | None
    allow_late: bool
    published_at: datetime | None
    created_at: datetime
    updated_at: datetime
    late_percent_per_day: Decimal | None = None
    late_floor_percent: Decimal | None = None
    late_zero_after_days: int | None = None

    @property
    def late_rule(self) -> LateRule | None:
        """What late work costs; None: nothing."""
        return LateRule.of(self.late_percent_per_day, self.late_floor_percent, self.late_zero_after_days)

    def is_taught_by(self, viewer: Viewer) -> bool:
        return viewer.is_admin or self.teacher_id == viewer.id

    def is_overdue(self, at: datetime) -> bool:
        return self.due_at is not None and at > self.due_at

    def is_closed(self, now: datetime) -> bool:
        """Whether submissions are no longer accepted."""
        return self.is_overdue(now) and not self.allow_late

    def is_exhausted(self, used: int) -> bool:
        return self.max_attempts is not None and used >= self.max_attempts

    def require_open(self, now: datetime) -> None:
        """Raises DeadlinePassed."""
        if self.is_closed(now):
            raise DeadlinePassed

    def next_attempt(self, used: int, now: datetime) -> int:
        """The number of the next attempt after `used`. Raises DeadlinePassed, AttemptsExhausted."""
        self.require_open(now)
        if self.is_exhausted(used):
            raise AttemptsExhausted
        return used + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to one question: `text`, or sorted `choice_ids`.

    `grade`: computed for choice questions, given by the teacher for text questions, with an optional `comment`.
    """

    id: int
    question_id: int
    text: str | None = None
    choice_ids: tuple[int, ...] = ()
    grade: Decimal | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFile:
    """A file of the answer to a question. `object_key`: where its content is kept; `digest`: SHA-256 of it."""

    id: UUID
    submission_id: int
    question_id: int
    name: str
    media_type: str
    size: int
    digest: str
    object_key: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One attempt of a student. `grade`: None until every answer has one; `max_grade`: the points of all questions."""

    id: int
    homework_id: int
    student_id: UUID
    attempt: int
    status: SubmissionStatus
    submitted_at: datetime | None
    grade: Decimal | None
    max_grade: Decimal
    created_at: datetime
    updated_at: datetime

    def require_draft(self) -> None:
        """Raises SubmissionClosed."""
        if self.status is not SubmissionStatus.DRAFT:
            raise SubmissionClosed

    def require_submitted(self) -> None:
        """Raises NotSubmitted."""
        if self.status is SubmissionStatus.DRAFT:
            raise NotSubmitted


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeChange:
    """An entry of the grade history of an answer. `old_grade`: None for the first grade."""

    question_id: int
    actor_id: UUID
    at: datetime
    old_grade: Decimal | None
    new_grade: Decimal
    reason: str | None = None
