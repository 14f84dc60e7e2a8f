"""Test attempts: starting, submitting and grading them, and recording external scores."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from atg_core.clock import Clock
from atg_core.errors import NotFound
from atg_core.ids import NewId
from atg_core.learning.completion import UpdateCompletion
from atg_core.learning.grading import (
    Answers,
    Attempt,
    AttemptHistory,
    Question,
    Test,
    TestKind,
    TestRef,
    TestResult,
    checked_answers,
    grade,
)
from atg_core.learning.model import Scope
from atg_core.learning.ports import CompletionStore
from atg_core.unit_of_work import UnitOfWork


class TestNotFound(NotFound):
    """Test not found"""


class TestAttemptStore(CompletionStore, Protocol):
    """Tests, attempts and results within a transaction."""

    async def test(self, of: TestRef) -> Test:
        """Raises TestNotFound, also for an inactive test, lesson or program."""

    async def questions(self, test: Test) -> list[Question]:
        """By position, with their options in order."""

    async def attempt_history(self, user_id: UUID, test: Test) -> AttemptHistory: ...

    async def add_attempt(self, attempt_id: UUID, user_id: UUID, test: Test, attempt: Attempt) -> None: ...

    async def save_draft(self, user_id: UUID, test: Test, attempt: Attempt) -> None:
        """Of a stored attempt."""

    async def add_result(self, test: Test, result: TestResult) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultWithTest(TestResult):
    """A result with its test, for the learner."""

    kind: TestKind
    title: str
    lesson_id: int | None
    program_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultWithLearner(TestResult):
    """A result with its learner, for authors."""

    username: str
    full_name: str | None


class TestResults(Protocol):
    """Queries of pages of results, newest first, with their total number."""

    async def of_user(self, user_id: UUID, *, limit: int, offset: int) -> tuple[list[ResultWithTest], int]: ...

    async def of_test(self, of: TestRef, *, limit: int, offset: int) -> tuple[list[ResultWithLearner], int]:
        """Also of an inactive test; empty if there is no test."""

    async def ref(self, kind: TestKind, test_id: int) -> TestRef:
        """Of a test by its own id. Raises TestNotFound."""

    async def of_user_in_test(self, user_id: UUID, of: TestRef, *, limit: int) -> tuple[list[TestResult], int]:
        """The newest first, and how many there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowTest:
    """A test with its questions and the user's attempts. Raises TestNotFound."""

    open: UnitOfWork[TestAttemptStore]

    async def __call__(self, user_id: UUID, of: TestRef) -> tuple[Test, list[Question], AttemptHistory]:
        async with self.open() as store:
            test = await store.test(of)
            return test, await store.questions(test), await store.attempt_history(user_id, test)


@dataclass(frozen=True, slots=True, kw_only=True)
class StartAttempt:
    """Starts an attempt; only one runs at a time. Raises TestNotFound, AttemptRuns, AttemptsExhausted."""

    open: UnitOfWork[TestAttemptStore]
    clock: Clock
    new_id: NewId

    async def __call__(self, user_id: UUID, of: TestRef) -> Attempt:
        async with self.open() as store:
            test = await store.test(of)
            await store.lock_learners(Scope(user_id=user_id))
            attempt = test.start(await store.attempt_history(user_id, test), self.clock())
            await store.add_attempt(self.new_id(), user_id, test, attempt)
        return attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepDraft:
    """Keeps answers of the running attempt until it is submitted; other questions stay as they are.

    Raises TestNotFound, NoAttemptRuns, AttemptExpired, Invalid.
    """

    open: UnitOfWork[TestAttemptStore]
    clock: Clock

    async def __call__(self, user_id: UUID, of: TestRef, answers: Sequence[tuple[int, Sequence[int]]]) -> Attempt:
        async with self.open() as store:
            test = await store.test(of)
            checked = checked_answers(await store.questions(test), answers)
            await store.lock_learners(Scope(user_id=user_id))
            attempt = test.running(await store.attempt_history(user_id, test), self.clock()).answered(checked)
            await store.save_draft(user_id, test, attempt)
        return attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeTest:
    """Stores results and updates completion: a passed final test may complete a course."""

    open: UnitOfWork[TestAttemptStore]
    update_completion: UpdateCompletion
    clock: Clock
    new_id: NewId

    async def submit(
        self, user_id: UUID, of: TestRef, answers: Sequence[tuple[int, Sequence[int]]], *, time_spent: int | None
    ) -> TestResult:
        """Grades answers (question id and chosen option ids) and stores the result.

        Raises TestNotFound, AttemptNotStarted, AttemptExpired, AttemptsExhausted, TestWithoutQuestions, Invalid.
        """
        now = self.clock()
        async with self.open() as store:
            test = await store.test(of)
            questions = await store.questions(test)
            checked = checked_answers(questions, answers)
            await store.lock_learners(Scope(user_id=user_id))
            history = await store.attempt_history(user_id, test)
            attempt = test.submit(history, now)
            graded = grade(questions, checked)
            if history.running:
                time_spent = int((now - history.running.started_at).total_seconds())
            result = TestResult(
                id=self.new_id(),
                user_id=user_id,
                score_percent=graded.score_percent,
                passed=test.is_passed_with(graded.score_percent),
                attempt=attempt,
                correct_answers=graded.correct_answers,
                total_questions=graded.total_questions,
                time_spent=time_spent,
                answers=_answer_records(questions, checked),
                created_at=now,
            )
            await self._add(store, test, result)
        return result

    async def record(self, user_id: UUID, of: TestRef, score_percent: int) -> TestResult:
        """Records an external score, not limited by `max_attempts`. Raises TestNotFound, LearnerNotFound."""
        async with self.open() as store:
            test = await store.test(of)
            await store.lock_learners(Scope(user_id=user_id))
            history = await store.attempt_history(user_id, test)
            result = TestResult(
                id=self.new_id(),
                user_id=user_id,
                score_percent=score_percent,
                passed=test.is_passed_with(score_percent),
                attempt=history.used + 1,
                correct_answers=None,
                total_questions=None,
                time_spent=None,
                answers=None,
                created_at=self.clock(),
            )
            await self._add(store, test, result)
        return result

    async def _add(self, store: TestAttemptStore, test: Test, result: TestResult) -> None:
        await store.add_result(test, result)
        here = Scope(user_id=result.user_id, station_id=test.station_id)
        await self.update_completion.within(store, Scope(user_id=result.user_id), await store.enrollment_progress(here))


def _answer_records(questions: Sequence[Question], answers: Answers) -> list[dict[str, object]]:
    """The answers with the texts of questions and options, since those may change later."""
    return [
        {
            "question_id": question.id,
            "text": question.text,
            "chosen": [option.text for option in question.options if option.id in answers.get(question.id, ())],
            "option_ids": sorted(answers.get(question.id, ())),
            "correct": answers.get(question.id, frozenset()) == question.right,
        }
        for question in questions
    ]
