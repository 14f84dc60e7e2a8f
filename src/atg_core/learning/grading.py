"""Grading tests (spec: catalog-learning): points of the questions answered exactly right over all points."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from atg_core.errors import Conflict, Invalid

GRACE = timedelta(seconds=10)
"""How much later than its end an attempt may arrive: clients send it when their own clock runs out."""

type Answers = Mapping[int, frozenset[int]]
"""The chosen options by question."""


class AttemptsExhausted(Conflict):
    """There is no attempt left for this test"""


class AttemptRuns(Conflict):
    """An attempt at this test runs already"""


class AttemptNotStarted(Conflict):
    """Start an attempt first: this test has a time limit"""


class AttemptExpired(Conflict):
    """The time for this attempt is over"""


class TestWithoutQuestions(Conflict):
    """This test has no questions yet"""


class TestKind(StrEnum):
    LESSON = "lesson"
    FINAL = "final"


@dataclass(frozen=True, slots=True, kw_only=True)
class TestOf:
    """Which test: that of a lesson, or the final test of a program, by the id of the lesson or the program."""

    kind: TestKind
    parent_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    id: int
    text: str
    is_correct: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """`question_type`: `single` or `multiple`, which a client shows; only the exact set of right options counts."""

    id: int
    position: int
    text: str
    question_type: str
    points: int
    options: tuple[Option, ...] = ()

    @property
    def right(self) -> frozenset[int]:
        return frozenset(option.id for option in self.options if option.is_correct)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A try that was begun; `expires_at` is None where the time limit is not enforced."""

    attempt: int
    started_at: datetime
    expires_at: datetime | None

    def has_expired(self, now: datetime) -> bool:
        return self.expires_at is not None and now > self.expires_at + GRACE


@dataclass(frozen=True, slots=True, kw_only=True)
class Tries:
    """What a user has tried of a test: the highest number used, and the attempt without a result, if there is one."""

    used: int
    begun: Attempt | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """`max_attempts`: None for any number; `station_id`: whose courses it belongs to."""

    id: int
    kind: TestKind
    title: str
    passing_score: int
    max_attempts: int | None
    time_limit_minutes: int
    time_limit_enforced: bool
    station_id: int

    def is_passed_with(self, score_percent: int) -> bool:
        return score_percent >= self.passing_score

    def begin(self, tries: Tries, now: datetime) -> Attempt:
        """A new attempt; one whose time is over is used up. Raises AttemptRuns, AttemptsExhausted."""
        if tries.begun and not tries.begun.has_expired(now):
            raise AttemptRuns
        limit = timedelta(minutes=self.time_limit_minutes)
        return Attempt(
            attempt=self._next(tries),
            started_at=now,
            expires_at=now + limit if self.time_limit_enforced else None,
        )

    def submit(self, tries: Tries, now: datetime) -> int:
        """The number of the attempt that is handed in now.

        Raises AttemptNotStarted, AttemptExpired, AttemptsExhausted.
        """
        if tries.begun and not tries.begun.has_expired(now):
            return tries.begun.attempt
        if self.time_limit_enforced:
            raise AttemptExpired if tries.begun else AttemptNotStarted
        return self._next(tries)

    def _next(self, tries: Tries) -> int:
        if self.max_attempts is not None and tries.used >= self.max_attempts:
            raise AttemptsExhausted
        return tries.used + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """`score_percent` is rounded down, so that a threshold is reached by who reached it."""

    score_percent: int
    correct_answers: int
    total_questions: int


def grade(questions: Sequence[Question], answers: Answers) -> Grade:
    """A question without an answer is not right. Raises TestWithoutQuestions."""
    points = sum(question.points for question in questions)
    if not points:
        raise TestWithoutQuestions
    right = [question for question in questions if answers.get(question.id, frozenset()) == question.right]
    return Grade(
        score_percent=sum(question.points for question in right) * 100 // points,
        correct_answers=len(right),
        total_questions=len(questions),
    )


def checked_answers(questions: Sequence[Question], answers: Sequence[tuple[int, Sequence[int]]]) -> Answers:
    """Answers by question. Raises Invalid for questions and options that are not of the test, or answered twice."""
    options = {question.id: {option.id for option in question.options} for question in questions}
    checked: dict[int, frozenset[int]] = {}
    for index, (question_id, option_ids) in enumerate(answers):
        if question_id not in options:
            raise Invalid("This question is not of this test", field=f"answers[{index}].question_id")
        if question_id in checked:
            raise Invalid("This question is answered twice", field=f"answers[{index}].question_id")
        if not options[question_id].issuperset(option_ids):
            raise Invalid("This option is not of this question", field=f"answers[{index}].option_ids")
        checked[question_id] = frozenset(option_ids)
    return checked


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """An attempt that was graded, or a score from outside, which has no answers."""

    id: UUID
    user_id: UUID
    score_percent: int
    passed: bool
    attempt: int
    correct_answers: int | None
    total_questions: int | None
    time_spent: int | None
    answers: list[dict[str, object]] | None
    created_at: datetime
