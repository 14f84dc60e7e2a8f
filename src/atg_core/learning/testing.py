"""Taking tests: attempts, answers graded here, and scores from outside."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from atg_core.clock import Clock
from atg_core.errors import NotFound
from atg_core.ids import NewId
from atg_core.learning.grading import (
    Answers,
    Attempt,
    Question,
    Result,
    Test,
    TestKind,
    TestOf,
    Tries,
    checked_answers,
    grade,
)
from atg_core.learning.model import Scope
from atg_core.learning.ports import Standings
from atg_core.learning.settling import Settle
from atg_core.opening import Open


class TestNotFound(NotFound):
    """Test not found"""


class TestStore(Standings, Protocol):
    """Tests and what was made of them, within one transaction."""

    async def test(self, of: TestOf) -> Test:
        """Raises TestNotFound, for what is inactive too."""

    async def questions(self, test: Test) -> list[Question]:
        """By position, with their options in order."""

    async def tries(self, user_id: UUID, test: Test) -> Tries: ...

    async def add_attempt(self, attempt_id: UUID, user_id: UUID, test: Test, attempt: Attempt) -> None: ...

    async def add_result(self, test: Test, result: Result) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class MyResult(Result):
    """A result with what is to be known of its test."""

    kind: TestKind
    title: str
    lesson_id: int | None
    program_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TheirResult(Result):
    """A result with what is to be known of its learner."""

    username: str
    full_name: str | None


class TestResults(Protocol):
    """Reads pages of results, newest first, with how many there are in all."""

    async def of_user(self, user_id: UUID, *, limit: int, offset: int) -> tuple[list[MyResult], int]: ...

    async def of_test(self, of: TestOf, *, limit: int, offset: int) -> tuple[list[TheirResult], int]:
        """Of an inactive test, too; none where there is no test."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowTest:
    """A test with its questions, and what the user has tried of it. Raises TestNotFound."""

    open: Open[TestStore]

    async def __call__(self, user_id: UUID, of: TestOf) -> tuple[Test, list[Question], Tries]:
        async with self.open() as store:
            test = await store.test(of)
            return test, await store.questions(test), await store.tries(user_id, test)


@dataclass(frozen=True, slots=True, kw_only=True)
class StartAttempt:
    """Begins an attempt, one at a time. Raises TestNotFound, AttemptRuns, AttemptsExhausted."""

    open: Open[TestStore]
    clock: Clock
    new_id: NewId

    async def __call__(self, user_id: UUID, of: TestOf) -> Attempt:
        async with self.open() as store:
            test = await store.test(of)
            await store.lock_learners(Scope(user_id=user_id))
            attempt = test.begin(await store.tries(user_id, test), self.clock())
            await store.add_attempt(self.new_id(), user_id, test, attempt)
        return attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeTest:
    """Keeps results, with all that follows from them: a passed final test may complete a course."""

    open: Open[TestStore]
    settle: Settle
    clock: Clock
    new_id: NewId

    async def submit(
        self, user_id: UUID, of: TestOf, answers: Sequence[tuple[int, Sequence[int]]], *, time_spent: int | None
    ) -> Result:
        """Grades answers (question and chosen options).

        Raises TestNotFound, AttemptNotStarted, AttemptExpired, AttemptsExhausted, TestWithoutQuestions, Invalid.
        """
        now = self.clock()
        async with self.open() as store:
            test = await store.test(of)
            questions = await store.questions(test)
            checked = checked_answers(questions, answers)
            await store.lock_learners(Scope(user_id=user_id))
            tries = await store.tries(user_id, test)
            attempt = test.submit(tries, now)
            graded = grade(questions, checked)
            if tries.begun:
                time_spent = int((now - tries.begun.started_at).total_seconds())
            result = Result(
                id=self.new_id(),
                user_id=user_id,
                score_percent=graded.score_percent,
                passed=test.is_passed_with(graded.score_percent),
                attempt=attempt,
                correct_answers=graded.correct_answers,
                total_questions=graded.total_questions,
                time_spent=time_spent,
                answers=_kept(questions, checked),
                created_at=now,
            )
            await self._add(store, test, result)
        return result

    async def record(self, user_id: UUID, of: TestOf, score_percent: int) -> Result:
        """A score from outside, which no number of attempts limits. Raises TestNotFound, LearnerNotFound."""
        async with self.open() as store:
            test = await store.test(of)
            await store.lock_learners(Scope(user_id=user_id))
            tries = await store.tries(user_id, test)
            result = Result(
                id=self.new_id(),
                user_id=user_id,
                score_percent=score_percent,
                passed=test.is_passed_with(score_percent),
                attempt=tries.used + 1,
                correct_answers=None,
                total_questions=None,
                time_spent=None,
                answers=None,
                created_at=self.clock(),
            )
            await self._add(store, test, result)
        return result

    async def _add(self, store: TestStore, test: Test, result: Result) -> None:
        await store.add_result(test, result)
        here = Scope(user_id=result.user_id, station_id=test.station_id)
        await self.settle.within(store, Scope(user_id=result.user_id), await store.standings(here))


def _kept(questions: Sequence[Question], answers: Answers) -> list[dict[str, object]]:
    """The answers with the texts as they were asked, since questions change."""
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
