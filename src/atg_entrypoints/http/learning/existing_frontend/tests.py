"""Tests in the form of the existing frontend.

It marks its own page by comparing the chosen index with `correctAnswer`, and sends the score that it found beside the
answers. Here the answers alone count: they are graded as ever. `correctAnswer` is null, not absent, unless the author
allows it: an absent one would equal the answer to a question that was left out.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Annotated, Any, ClassVar
from uuid import UUID

import msgspec
from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, SkipValidation
from msgspec import Meta, Struct

from atg_core.catalog.test_authoring import EditTests
from atg_core.errors import Invalid
from atg_core.identity.model import Caller, Role
from atg_core.identity.ports import AccessClaims
from atg_core.learning.grading import AttemptRuns, Question, Test, TestKind, TestRef, TestResult
from atg_core.learning.test_attempts import ShowTest, StartAttempt, TakeTest, TestNotFound, TestResults
from atg_entrypoints.http.learning.existing_frontend.test_editor import EditedTestReply, find_edited
from atg_entrypoints.http.openapi import all_of
from atg_entrypoints.http.policy import SIGNED_IN
from atg_entrypoints.http.wire import NO_NUL, Data, Instant, serial_or

_TAGS = ["existing frontend"]
_MOST_RESULTS = 1_000

type Serial = Annotated[int, Meta(ge=1, le=2**31 - 1)]
type Digits = Annotated[str, Meta(pattern=r"^[0-9]{1,10}$", examples=["12"])]
type Index = Annotated[int, Meta(ge=0, le=1_000)]


class QuestionRow(Struct, frozen=True, kw_only=True, rename="camel"):
    """`correct_answer`: the index of the right option of a single choice.

    Null, and no explanation, unless the author allows to show right answers.
    """

    id: int
    question: str
    options: list[str]
    correct_answer: int | None
    points: int
    image: str = ""
    explanation: str = ""
    order_index: Annotated[int, Meta(description="From 0")] = msgspec.field(name="order_index")

    @classmethod
    def of(cls, question: Question, index: int, *, shows_right_answer: bool) -> "QuestionRow":
        right = [number for number, option in enumerate(question.options) if option.is_correct]
        return cls(
            id=question.id,
            question=question.text,
            options=[option.text for option in question.options],
            correct_answer=right[0] if shows_right_answer and len(right) == 1 else None,
            points=question.points,
            image=question.image or "",
            explanation=(question.explanation or "") if shows_right_answer else "",
            order_index=index,
        )


class TestRow(Struct, frozen=True, kw_only=True, rename="camel"):
    """`time_limit` in minutes; `attempts`: null if unlimited."""

    id: int
    title: str
    description: str = ""
    questions: list[QuestionRow]
    passing_score: int
    time_limit: int
    attempts: int | None

    @classmethod
    def of(cls, test: Test, questions: Sequence[Question]) -> "TestRow":
        return cls(
            id=test.id,
            title=test.title,
            description=test.description or "",
            questions=[
                # Never those of a bank, which other attempts draw: they would be learnt from page to page.
                QuestionRow.of(question, index, shows_right_answer=test.shows_right_answers and not test.has_draws)
                for index, question in enumerate(questions)
            ],
            passing_score=test.passing_score,
            time_limit=test.time_limit_minutes,
            attempts=test.max_attempts,
        )


class TestReply(Struct, frozen=True, kw_only=True):
    """`test` is null where there is none, or none with questions."""

    test: TestRow | None


class AnswerSent(Struct, frozen=True, kw_only=True, rename="camel"):
    """`selected_answer`: the index of the chosen option; null for a question that was left out."""

    question_id: Serial | None = None
    selected_answer: Index | None = None


type Position = Annotated[str, Meta(max_length=20, pattern=NO_NUL)]
type AnswersSent = Annotated[dict[Position, AnswerSent], Meta(max_length=1_000)]
"""By the index of the question, which counts where an answer does not name its question."""


class ResultSent(Struct, frozen=True, kw_only=True):
    """What the frontend sends of its own score is ignored."""

    documented: ClassVar[Mapping[str, Any]] = all_of("answers_data")

    test_id: Serial | Digits
    test_type: TestKind
    answers_data: AnswersSent | None = None
    time_spent: Annotated[float, Meta(ge=0, le=2**31 - 1, description="Seconds")] | None = None


class MyResultRow(Struct, frozen=True, kw_only=True):
    id: UUID
    score: int
    is_passed: bool
    correct_answers: int | None
    total_questions: int | None
    time_spent: int | None
    completed_at: Instant

    @classmethod
    def members_of(cls, result: TestResult) -> dict[str, Any]:
        return {
            "id": result.id,
            "score": result.score_percent,
            "is_passed": result.passed,
            "correct_answers": result.correct_answers,
            "total_questions": result.total_questions,
            "time_spent": result.time_spent,
            "completed_at": Instant.of(result.created_at),
        }


class ResultRow(MyResultRow, frozen=True, kw_only=True):
    test_id: int
    test_type: TestKind


class ResultReply(Struct, frozen=True, kw_only=True):
    data: ResultRow


class MyResultsReply(Data[MyResultRow], frozen=True):
    total_attempts: int


async def _shown(show_test: ShowTest, start_attempt: StartAttempt, user_id: UUID, of: TestRef) -> TestReply:
    """Of a test that draws its questions an attempt is started if none runs: that page does not know of attempts.

    Raises AttemptsExhausted, NotEnoughQuestions.
    """
    try:
        test, questions, _ = await show_test(user_id, of)
    except TestNotFound:
        return TestReply(test=None)
    if test.is_drawn and test.questions_count and not questions:
        with suppress(AttemptRuns):  # the same page, asked for twice
            await start_attempt(user_id, of)
        test, questions, _ = await show_test(user_id, of)
    return TestReply(test=TestRow.of(test, questions) if questions else None)


@get(
    "/courses/tests/course-program/{program_id:str}",
    policy=SIGNED_IN,
    tags=_TAGS,
    summary="The final test of a program",
    also={409},
)
async def show_final_test(
    request: Request[Caller, AccessClaims, Any],
    program_id: FromPath[str],
    show_test: NamedDependency[SkipValidation[ShowTest]],
    start_attempt: NamedDependency[SkipValidation[StartAttempt]],
) -> TestReply:
    """A test that draws its questions starts an attempt, or goes on with the one that runs."""
    of = TestRef(kind=TestKind.FINAL, parent_id=serial_or(TestNotFound, program_id))
    return await _shown(show_test, start_attempt, request.user.id, of)


@get("/courses/tests/lesson/{lesson_id:str}", policy=SIGNED_IN, tags=_TAGS, summary="The test of a lesson", also={409})
async def show_lesson_test(
    request: Request[Caller, AccessClaims, Any],
    lesson_id: FromPath[str],
    show_test: NamedDependency[SkipValidation[ShowTest]],
    start_attempt: NamedDependency[SkipValidation[StartAttempt]],
    edit_tests: NamedDependency[SkipValidation[EditTests]],
) -> TestReply | EditedTestReply:
    """To an administrator the test of this id of its own with its right answers, as the page that edits tests asks.

    The lesson's, where there is none; one that draws its questions starts an attempt, or goes on with the one that
    runs.
    """
    number = serial_or(TestNotFound, lesson_id)
    if request.user.role is Role.ADMIN and (edited := await find_edited(edit_tests, TestKind.LESSON, number)):
        return EditedTestReply(edited)
    return await _shown(show_test, start_attempt, request.user.id, TestRef(kind=TestKind.LESSON, parent_id=number))


@post("/courses/tests/results/create", policy=SIGNED_IN, tags=_TAGS, summary="Submit a test", also={404, 409})
async def create_result(
    request: Request[Caller, AccessClaims, Any],
    data: JSONBody[ResultSent],
    show_test: NamedDependency[SkipValidation[ShowTest]],
    take_test: NamedDependency[SkipValidation[TakeTest]],
    test_results: NamedDependency[SkipValidation[TestResults]],
) -> ResultReply:
    """Graded by the server from `answers_data` alone."""
    if data.answers_data is None:
        raise Invalid("is required", field="answers_data", code="required")
    test_id = serial_or(TestNotFound, str(data.test_id))
    of = await test_results.ref(data.test_type, test_id)
    test, questions, _ = await show_test(request.user.id, of)
    # Without an attempt, whose questions alone could be answered, `submit` says so.
    chosen = [] if test.is_drawn and not questions else _chosen(questions, data.answers_data)
    spent = None if data.time_spent is None else int(data.time_spent)
    result = await take_test.submit(request.user.id, of, chosen, time_spent=spent)
    return ResultReply(data=ResultRow(**MyResultRow.members_of(result), test_id=test_id, test_type=data.test_type))


def _chosen(questions: Sequence[Question], answers: Mapping[str, AnswerSent]) -> list[tuple[int, list[int]]]:
    """The ids of questions with those of the chosen options. Raises Invalid."""
    by_id = {question.id: question for question in questions}
    at_index = {str(index): question for index, question in enumerate(questions)}
    chosen: list[tuple[int, list[int]]] = []
    for index, answer in answers.items():
        field = f"answers_data.{index}"
        question = at_index.get(index) if answer.question_id is None else by_id.get(answer.question_id)
        if question is None:
            raise Invalid("is no question of this test", field=f"{field}.questionId", code="unknown_question")
        if answer.selected_answer is None:
            continue
        if answer.selected_answer >= len(question.options):
            raise Invalid("is no option of this question", field=f"{field}.selectedAnswer", code="unknown_option")
        chosen.append((question.id, [question.options[answer.selected_answer].id]))
    return chosen


def _my_results(kind: TestKind) -> BaseRouteHandler:
    @get(
        f"/courses/tests/{kind}/{{test_id:str}}/results",
        policy=SIGNED_IN,
        tags=_TAGS,
        summary=f"The caller's results in a {kind} test, newest first",
        name=f"my results in a {kind} test",
    )
    async def list_my_results(
        request: Request[Caller, AccessClaims, Any],
        test_id: FromPath[str],
        test_results: NamedDependency[SkipValidation[TestResults]],
    ) -> MyResultsReply:
        of = await test_results.ref(kind, serial_or(TestNotFound, test_id))
        found, total = await test_results.of_user_in_test(request.user.id, of, limit=_MOST_RESULTS)
        rows = [MyResultRow(**MyResultRow.members_of(result)) for result in found]
        return MyResultsReply(rows, total_attempts=total)

    return list_my_results


HANDLERS: Sequence[BaseRouteHandler] = (
    show_final_test,
    show_lesson_test,
    create_result,
    *(_my_results(kind) for kind in TestKind),
)
