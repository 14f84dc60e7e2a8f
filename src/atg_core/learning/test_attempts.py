"""Test attempts: starting, submitting and grading them, and recording external scores."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Protocol
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
    TestWithoutQuestions,
    checked_answers,
    grade,
)
from atg_core.learning.model import Scope
from atg_core.learning.ports import CompletionStore
from atg_core.learning.prerequisites import require_one_open
from atg_core.learning.test_drawing import arranged, drawn_ids, require_enough
from atg_core.question_draws import Draw
from atg_core.unit_of_work import UnitOfWork


class TestNotFound(NotFound):
    """Test not found"""


class TestAttemptStore(CompletionStore, Protocol):
    """Tests, attempts and results within a transaction."""

    async def test(self, of: TestRef) -> Test:
        """Raises TestNotFound, also for an inactive test, lesson or program."""

    async def questions(self, test: Test) -> list[Question]:
        """The test's own, by position, with their options in order."""

    async def draws(self, test: Test) -> list[Draw]:
        """In their order; the candidates are questions of the bank that are not retired."""

    async def bank_questions(self, ids: Sequence[int]) -> list[Question]:
        """In this order, also retired ones, with their options in order; those that are not there are left out."""

    async def attempt_history(self, user_id: UUID, test: Test) -> AttemptHistory: ...

    async def add_attempt(self, attempt_id: UUID, user_id: UUID, test: Test, attempt: Attempt) -> None: ...

    async def save_draft(self, user_id: UUID, test: Test, attempt: Attempt) -> None:
        """Of a stored attempt."""

    async def add_result(self, test: Test, result: TestResult) -> None:
        """With its answers one by one, for statistics."""


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


async def _asked(store: TestAttemptStore, test: Test, current: Attempt | None) -> Sequence[Question]:
    """The questions of the current attempt; the test's own where it has none."""
    if current is not None and current.questions is not None:
        return current.questions
    return await store.questions(test)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowTest:
    """A test with its questions and the user's attempts: those of the current attempt, in a test that draws them.

    It has none before one is started. Raises TestNotFound.
    """

    open: UnitOfWork[TestAttemptStore]
    clock: Clock

    async def __call__(self, user_id: UUID, of: TestRef) -> tuple[Test, Sequence[Question], AttemptHistory]:
        async with self.open() as store:
            test = await store.test(of)
            history = await store.attempt_history(user_id, test)
            current = test.current(history, self.clock())
            if test.is_drawn and current is None:
                return test, [], history
            return test, await _asked(store, test, current), history


@dataclass(frozen=True, slots=True, kw_only=True)
class StartAttempt:
    """Starts an attempt, and draws its questions where the test says so; only one runs at a time.

    `random`: nobody can predict it. Raises TestNotFound, CourseLocked, AttemptRuns, AttemptsExhausted; of a test that
    draws also NotEnoughQuestions, TestWithoutQuestions.
    """

    open: UnitOfWork[TestAttemptStore]
    clock: Clock
    new_id: NewId
    random: Random

    async def __call__(self, user_id: UUID, of: TestRef) -> Attempt:
        async with self.open() as store:
            test = await store.test(of)
            await _require_access(store, user_id, test)
            await store.lock_learners(Scope(user_id=user_id))
            attempt = test.start(await store.attempt_history(user_id, test), self.clock())
            if test.is_drawn:
                attempt = replace(attempt, questions=await self._drawn(store, test))
            await store.add_attempt(self.new_id(), user_id, test, attempt)
        return attempt

    async def _drawn(self, store: TestAttemptStore, test: Test) -> tuple[Question, ...]:
        questions = await store.questions(test)
        if test.has_draws:
            draws = await store.draws(test)
            drawn = await store.bank_questions(drawn_ids(draws, self.random))
            require_enough(drawn, draws)  # one may have been deleted meanwhile
            questions += drawn
        if not questions:
            raise TestWithoutQuestions
        return arranged(questions, self.random if test.shuffle_options else None)


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
            await store.lock_learners(Scope(user_id=user_id))
            attempt = test.running(await store.attempt_history(user_id, test), self.clock())
            attempt = attempt.answered(checked_answers(await _asked(store, test, attempt), answers))
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

        Raises TestNotFound, CourseLocked, AttemptNotStarted, AttemptExpired, AttemptsExhausted, TestWithoutQuestions,
        Invalid.
        """
        now = self.clock()
        async with self.open() as store:
            test = await store.test(of)
            await _require_access(store, user_id, test)
            await store.lock_learners(Scope(user_id=user_id))
            history = await store.attempt_history(user_id, test)
            attempt = test.submit(history, now)
            questions = await _asked(store, test, test.current(history, now))
            checked = checked_answers(questions, answers)
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
                attempt=history.last + 1,
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
        here = Scope(user_id=result.user_id, station_id=test.station_id, course_id=test.course_id)
        await self.update_completion.within(store, Scope(user_id=result.user_id), await store.enrollment_progress(here))


async def _require_access(store: TestAttemptStore, user_id: UUID, test: Test) -> None:
    """Raises CourseLocked if every course that shows the test is locked."""
    if test.has_prerequisites:
        require_one_open(await store.access_to_program(user_id, test.program_id))


def _answer_records(questions: Sequence[Question], answers: Answers) -> list[dict[str, Any]]:
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


def answer_rows(result: TestResult) -> list[dict[str, Any]]:
    """The answers of a result one by one: a row for each chosen option, or one without where none was chosen."""
    return [
        {
            "result_id": result.id,
            "question_id": answer["question_id"],
            "option_id": option,
            "is_correct": answer["correct"],
        }
        for answer in result.answers or ()
        for option in answer["option_ids"] or (None,)
    ]
