"""Ports of homework: authoring, submissions, queries, notifications."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from atg_core.errors import Conflict, Forbidden, Invalid, NotFound
from atg_core.homework.model import (
    Answer,
    AnswerFile,
    GradeChange,
    Homework,
    Question,
    QuestionType,
    Submission,
    SubmissionStatus,
    Viewer,
)
from atg_core.late_work import LateGrade, LateRule, days_late, late_grade


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


class AnswerFileNotFound(NotFound):
    """This file of an answer is not there"""


class TooManyFiles(Conflict):
    """There are as many files of this answer as are allowed"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceInput:
    """A choice as a teacher writes it. `id`: the choice to change; None for a new one."""

    id: int | None
    text: str
    is_correct: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionInput:
    """A question as a teacher writes it, in order of position. `id`: the question to change; None for a new one."""

    id: int | None
    question_type: QuestionType
    text: str
    points: Decimal
    allow_files: bool = False
    choices: Sequence[ChoiceInput] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadQuestion:
    """A question of a text in GIFT, which begins in `line`; None if it is of a kind that homework does not have."""

    line: int
    question: QuestionInput | None


class HomeworkStore(Protocol):
    """Writes homework within one transaction, which also enqueues jobs.

    `owner`: whose groups and homework are found; None: everybody's.
    """

    async def require_group(self, group_id: int, owner: UUID | None) -> None:
        """Raises GroupNotFound."""

    async def due_between(self, group_ids: Collection[int], start: datetime, end: datetime) -> list[int]:
        """Published homework of these groups, by id."""

    async def record_late_rule(
        self, homework_id: int, actor_id: UUID, before: LateRule | None, after: LateRule | None, now: datetime
    ) -> None:
        """Adds a changed rule to the history."""

    async def late_rule_of_group(self, group_id: int) -> LateRule | None:
        """That of its new homework."""

    async def require_lesson(self, lesson_id: int, group_id: int) -> None:
        """Raises LessonUnknown."""

    async def exempt(self, homework_id: int, student_ids: Mapping[UUID, bool], actor_id: UUID, now: datetime) -> None:
        """Whose grade does not count, and whose does again."""

    async def members(self, homework_id: int, student_ids: Collection[UUID]) -> set[UUID]:
        """Those of the students who are in the group of the homework."""

    async def add(self, values: Mapping[str, Any], now: datetime) -> int: ...

    async def homework(self, homework_id: int, owner: UUID | None) -> Homework:
        """Locks the homework until the end of the transaction: nobody can open a draft. Raises HomeworkNotFound."""

    async def questions(self, homework_id: int) -> list[Question]:
        """By position, with their choices."""

    async def has_submissions(self, homework_id: int) -> bool: ...

    async def change(self, homework_id: int, values: Mapping[str, Any], now: datetime) -> None: ...

    async def write_questions(self, homework_id: int, questions: Sequence[QuestionInput]) -> None:
        """Replaces the questions and choices; ids are those of existing ones."""

    async def delete(self, homework_id: int) -> None: ...


class SubmissionStore(Protocol):
    """Writes submissions, answers and grades within one transaction, which also enqueues jobs."""

    async def lock_student(self, homework_id: int, student_id: UUID) -> bool:
        """Whether the student is in the group of the homework; if so, serialises openings of drafts for them."""

    async def homework(self, homework_id: int) -> Homework:
        """Held so that it does not change until the end. Raises HomeworkNotFound."""

    async def questions(self, homework_id: int) -> list[Question]:
        """By position, with their choices."""

    async def submissions_of(self, homework_id: int, student_id: UUID) -> list[Submission]:
        """By attempt."""

    async def add(self, submission: Submission) -> int:
        """Returns the id."""

    async def submission(self, submission_id: int, viewer: Viewer) -> Submission:
        """Locks the viewer's own submission, or one of a group that they teach. Raises SubmissionNotFound."""

    async def answers(self, submission_id: int) -> dict[int, Answer]:
        """By question."""

    async def put_answers(self, submission_id: int, answers: Sequence[Answer]) -> None:
        """Replaces the answers to the same questions."""

    async def put_grades(self, submission_id: int, answers: Sequence[Answer], changes: Sequence[GradeChange]) -> None:
        """Saves grades and comments with the grade history; the database refuses one without the other."""

    async def save(self, submission: Submission) -> None: ...

    async def files(self, submission_id: int, question_id: int) -> list[AnswerFile]: ...

    async def add_file(self, file: AnswerFile) -> None: ...

    async def delete_file(self, submission_id: int, file_id: UUID) -> AnswerFile:
        """Raises AnswerFileNotFound."""


class AnswerFileContents(Protocol):
    """What files of answers hold, kept by another context, which counts them to the quota of who uploads."""

    async def put(self, owner: UUID, key: str, chunks: AsyncIterator[bytes], *, media_type: str, max_bytes: int) -> int:
        """Returns the size. Raises TooLarge for more than `max_bytes`, and beyond the quota."""

    async def delete(self, key: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionView(Submission):
    """A submission for display. `is_late`: submitted after the current `due_at`, with which lateness is counted."""

    is_late: bool
    student_name: str
    teacher_id: UUID
    due_at: datetime | None = None
    late_percent_per_day: Decimal | None = None
    late_floor_percent: Decimal | None = None
    late_zero_after_days: int | None = None

    @property
    def days_late(self) -> int:
        return days_late(self.submitted_at, self.due_at) if self.submitted_at else 0

    @property
    def late_grade(self) -> LateGrade | None:
        """None before it is graded."""
        if self.grade is None or self.submitted_at is None:
            return None
        rule = LateRule.of(self.late_percent_per_day, self.late_floor_percent, self.late_zero_after_days)
        return late_grade(self.grade, self.submitted_at, self.due_at, rule)

    @property
    def final_grade(self) -> Decimal | None:
        """What counts: the grade less what lateness takes off."""
        reduced = self.late_grade
        return reduced.grade if reduced else None

    def is_taught_by(self, viewer: Viewer) -> bool:
        return viewer.is_admin or self.teacher_id == viewer.id


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedSubmission(SubmissionView):
    """A submission among those of all homework."""

    homework_title: str
    group_id: int
    group_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionFilter:
    """None: any. `late`: handed in after `due_at`, or not; `q`: a part of the student's name."""

    status: SubmissionStatus | None = None
    group_id: int | None = None
    homework_id: int | None = None
    student_id: UUID | None = None
    late: bool | None = None
    q: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingStudent:
    """Who is in the group and has handed in nothing. `has_draft`: whether they have begun."""

    student_id: UUID
    student_name: str
    has_draft: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeworkTally:
    """`students`: in the group; `begun`, `handed_in`: how many students did; `to_grade`: submissions that wait."""

    homework_id: int
    group_name: str
    students: int
    begun: int
    handed_in: int
    to_grade: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeworkView(Homework):
    max_grade: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeChangeView(GradeChange):
    """`actor_name`: the name of who changed the grade."""

    id: int
    actor_name: str


class HomeworkQueries(Protocol):
    """Reads what a viewer may see: teachers all homework of their groups, students what is published for theirs."""

    async def listed(
        self, viewer: Viewer, group_id: int | None, *, limit: int, offset: int
    ) -> tuple[list[HomeworkView], int]:
        """Newest first."""

    async def homework(self, viewer: Viewer, homework_id: int) -> HomeworkView:
        """Raises HomeworkNotFound."""

    async def questions(self, homework_id: int) -> list[Question]:
        """By position, with their choices."""

    async def own_submissions(self, student_id: UUID, homework_ids: Sequence[int]) -> list[SubmissionView]:
        """By homework and attempt; one statement."""

    async def submissions(
        self,
        homework_id: int,
        *,
        status: SubmissionStatus | None,
        student_id: UUID | None,
        limit: int,
        offset: int,
    ) -> tuple[list[SubmissionView], int]:
        """By id."""

    async def submission(self, viewer: Viewer, submission_id: int) -> SubmissionView:
        """The viewer's own, or one of a group that they teach. Raises SubmissionNotFound."""

    async def answers(self, submission_id: int) -> list[Answer]:
        """In question order."""

    async def files(self, submission_id: int) -> list[AnswerFile]:
        """In the order in which they came."""

    async def queue(
        self, viewer: Viewer, wanted: SubmissionFilter, *, limit: int, offset: int
    ) -> tuple[list[QueuedSubmission], int]:
        """Submissions of all homework that the viewer teaches: who handed in first comes first, drafts come last."""

    async def next_in_queue(self, viewer: Viewer, wanted: SubmissionFilter, after: Submission) -> int | None:
        """The id of the first one of the queue behind this one, else of the first one; None if there is no other."""

    async def missing(self, homework_id: int, *, limit: int, offset: int) -> tuple[list[MissingStudent], int]:
        """By name."""

    async def tallies(self, homework_ids: Sequence[int]) -> list[HomeworkTally]:
        """One statement."""

    async def grade_changes(self, submission_id: int, *, limit: int, offset: int) -> tuple[list[GradeChangeView], int]:
        """Oldest first."""
