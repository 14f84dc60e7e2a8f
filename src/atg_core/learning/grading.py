"""Automatic grading of tests and the rules of attempts (spec: catalog-learning)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from atg_core.errors import Conflict, Faults, Invalid

GRACE = timedelta(seconds=10)
"""How late an attempt may be submitted: clients submit when their own clock runs out."""

type Answers = Mapping[int, frozenset[int]]
"""Ids of the chosen options by question id."""


class AttemptsExhausted(Conflict):
    """There is no attempt left for this test"""


class AttemptRuns(Conflict):
    """An attempt at this test runs already"""


class AttemptNotStarted(Conflict):
    """Start an attempt first: this test has a time limit, or draws its questions"""


class NoAttemptRuns(Conflict):
    """No attempt at this test runs"""


class AttemptExpired(Conflict):
    """The time for this attempt is over"""


class TestWithoutQuestions(Conflict):
    """This test has no questions yet"""


class TestKind(StrEnum):
    LESSON = "lesson"
    FINAL = "final"


@dataclass(frozen=True, slots=True, kw_only=True)
class TestRef:
    """A reference to the test of a lesson or the final test of a program, by the id of the lesson or program."""

    kind: TestKind
    parent_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    id: int
    text: str
    is_correct: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """`question_type`: `single` or `multiple`, for display; only the exact set of correct options scores."""

    id: int
    position: int
    text: str
    question_type: str
    points: int
    image: str | None = None
    explanation: str | None = None
    options: tuple[Option, ...] = ()

    @property
    def right(self) -> frozenset[int]:
        return frozenset(option.id for option in self.options if option.is_correct)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftAnswer:
    """The options chosen so far for a question."""

    question_id: int
    option_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A started attempt; `attempt` is its number, `expires_at` is None unless the time limit is enforced.

    `draft`: what was answered so far, by question id. `questions`: as drawn for it, with their options in its order;
    None in a test that draws nothing.
    """

    attempt: int
    started_at: datetime
    expires_at: datetime | None
    draft: tuple[DraftAnswer, ...] = ()
    questions: tuple[Question, ...] | None = None

    def answered(self, answers: Answers) -> "Attempt":
        """With these answers in the place of those to the same questions; one without options is taken back."""
        chosen = {each.question_id: each.option_ids for each in self.draft}
        chosen |= {question_id: tuple(sorted(options)) for question_id, options in answers.items()}
        kept = sorted((question_id, options) for question_id, options in chosen.items() if options)
        return replace(self, draft=tuple(DraftAnswer(question_id=each, option_ids=options) for each, options in kept))

    def has_expired(self, now: datetime) -> bool:
        return self.expires_at is not None and now > self.expires_at + GRACE


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptHistory:
    """A user's attempts at a test: `last` is the highest number, `running` the latest without a result, if any.

    `before`: how many were made before the open round of the course began, and count no more.
    """

    last: int
    running: Attempt | None
    before: int = 0

    @property
    def used(self) -> int:
        return self.last - self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """A test to take. `passing_score` in percent; `max_attempts`: None if unlimited; it belongs to the programs of
    `station_id` or of `course_id`. `has_prerequisites`: whether a course that shows it may require something.

    `questions_count`: of an attempt. `shows_right_answers`: to learners before the end, for a page that grades itself.
    `has_draws`: questions are drawn from banks beside its own. `shuffle_options`: each attempt has an order of its own.
    """

    id: int
    kind: TestKind
    title: str
    description: str | None = None
    passing_score: int
    max_attempts: int | None
    time_limit_minutes: int
    time_limit_enforced: bool
    shows_right_answers: bool = False
    station_id: int | None
    course_id: UUID | None
    program_id: int
    has_prerequisites: bool = False
    questions_count: int = 0
    has_draws: bool = False
    shuffle_options: bool = False

    @property
    def is_drawn(self) -> bool:
        """Whether each attempt has questions, or an order of options, of its own."""
        return self.has_draws or self.shuffle_options

    @property
    def needs_attempt(self) -> bool:
        """Whether an attempt has to be started before answers are taken."""
        return self.time_limit_enforced or self.is_drawn

    def is_passed_with(self, score_percent: int) -> bool:
        return score_percent >= self.passing_score

    def start(self, history: AttemptHistory, now: datetime) -> Attempt:
        """A new attempt; an expired one counts as used. Raises AttemptRuns, AttemptsExhausted."""
        if self.current(history, now):
            raise AttemptRuns
        limit = timedelta(minutes=self.time_limit_minutes)
        return Attempt(
            attempt=self._next_attempt(history),
            started_at=now,
            expires_at=now + limit if self.time_limit_enforced else None,
        )

    def current(self, history: AttemptHistory, now: datetime) -> Attempt | None:
        """The attempt to continue; none if it has expired, or was started before the test drew questions."""
        running = history.running
        if running is None or running.has_expired(now) or (self.is_drawn and running.questions is None):
            return None
        return running

    def running(self, history: AttemptHistory, now: datetime) -> Attempt:
        """Raises NoAttemptRuns, AttemptExpired."""
        if history.running is None:
            raise NoAttemptRuns
        current = self.current(history, now)
        if current is None:
            raise AttemptExpired
        return current

    def submit(self, history: AttemptHistory, now: datetime) -> int:
        """The number of the attempt that is submitted now.

        Raises AttemptNotStarted, AttemptExpired, AttemptsExhausted.
        """
        if current := self.current(history, now):
            return current.attempt
        if self.needs_attempt:
            raise AttemptExpired if history.running else AttemptNotStarted
        return self._next_attempt(history)

    def _next_attempt(self, history: AttemptHistory) -> int:
        if self.max_attempts is not None and history.used >= self.max_attempts:
            raise AttemptsExhausted
        return history.last + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """`score_percent` is rounded down, so that 69.9 does not pass a test that needs 70."""

    score_percent: int
    correct_answers: int
    total_questions: int


def grade(questions: Sequence[Question], answers: Answers) -> Grade:
    """Points of the questions answered exactly right over all points. Raises TestWithoutQuestions."""
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
    """Answers by question id. Raises Invalid for foreign questions or options, and for a question answered twice."""
    options = {question.id: {option.id for option in question.options} for question in questions}
    checked: dict[int, frozenset[int]] = {}
    faults = Faults()
    for index, (question_id, option_ids) in enumerate(answers):
        with faults:
            if question_id not in options:
                raise Invalid(
                    "is no question of this test", field=f"answers[{index}].question_id", code="unknown_question"
                )
            if question_id in checked:
                raise Invalid("is named twice", field=f"answers[{index}].question_id", code="named_twice")
            if not options[question_id].issuperset(option_ids):
                raise Invalid(
                    "is no option of this question", field=f"answers[{index}].option_ids", code="unknown_option"
                )
            checked[question_id] = frozenset(option_ids)
    faults.raise_any()
    return checked


@dataclass(frozen=True, slots=True, kw_only=True)
class TestResult:
    """A graded attempt, or an external score, which has no answers. `time_spent` in seconds."""

    id: UUID
    user_id: UUID
    score_percent: int
    passed: bool
    attempt: int
    correct_answers: int | None
    total_questions: int | None
    time_spent: int | None
    answers: list[dict[str, Any]] | None
    created_at: datetime
