"""Tests: their questions, attempts, submission and results."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import JSONBody, SkipValidation
from msgspec import Meta, Struct

from atg_core.errors import Forbidden, Invalid
from atg_core.identity.model import Caller
from atg_core.identity.ports import AccessClaims
from atg_core.learning.grading import AttemptHistory, Question, Test, TestKind, TestRef
from atg_core.learning.test_attempts import ShowTest, StartAttempt, TakeTest, TestNotFound, TestResults
from atg_entrypoints.http.openapi import members_given
from atg_entrypoints.http.policy import COURSE_STAFF, SIGNED_IN, SIGNED_IN_OR_SERVICE
from atg_entrypoints.http.wire import Instant, Page, Paging, serial_or, to_wire
from atg_entrypoints.value_faults import absent

_TAGS = ["tests"]

type Serial = Annotated[int, Meta(ge=1, le=2**31 - 1)]


class OptionRow(Struct, frozen=True, kw_only=True):
    id: int
    text: str


class QuestionRow(Struct, frozen=True, kw_only=True):
    id: int
    position: int
    text: str
    question_type: Literal["single", "multiple"]
    points: int
    options: list[OptionRow]


class AnswerGiven(Struct, frozen=True, kw_only=True):
    question_id: Serial
    option_ids: Annotated[list[Serial], Meta(max_length=1_000)]


class AttemptRow(Struct, frozen=True, kw_only=True):
    """`expires_at` is null unless the time limit is enforced; `draft`: what was answered so far."""

    attempt: int
    started_at: Instant
    expires_at: Instant | None
    draft: list[AnswerGiven]


class TestRow(Struct, frozen=True, kw_only=True):
    """A test without its correct options; `running`: the attempt that was started and not submitted.

    `questions_count`: of an attempt. `needs_attempt`: one has to be started before answers are taken. A test that draws
    its questions, or their order of options, shows those of the attempt that runs, and none before.
    """

    id: int
    title: str
    passing_score: int
    max_attempts: int | None
    attempts_used: int
    time_limit_minutes: int
    time_limit_enforced: bool
    questions_count: int
    needs_attempt: bool
    running: AttemptRow | None
    questions: list[QuestionRow]

    @classmethod
    def of(cls, test: Test, questions: Sequence[Question], history: AttemptHistory) -> "TestRow":
        return cls(
            id=test.id,
            title=test.title,
            passing_score=test.passing_score,
            max_attempts=test.max_attempts,
            attempts_used=history.used,
            time_limit_minutes=test.time_limit_minutes,
            time_limit_enforced=test.time_limit_enforced,
            questions_count=test.questions_count,
            needs_attempt=test.needs_attempt,
            running=to_wire(history.running, AttemptRow) if history.running else None,
            questions=to_wire(list(questions), list[QuestionRow]),
        )


class ResultGiven(Struct, frozen=True, kw_only=True):
    """Either answers, which the server grades, or an external score with its user."""

    documented: ClassVar[Mapping[str, Any]] = {
        "any_of": [
            members_given("answers", without=("user_id", "score_percent")),
            members_given("user_id", "score_percent"),
        ]
    }

    answers: Annotated[list[AnswerGiven], Meta(max_length=10_000)] | None = None
    time_spent: Annotated[int, Meta(ge=0, le=2**31 - 1, description="Seconds")] | None = None
    user_id: UUID | None = None
    score_percent: Annotated[int, Meta(ge=0, le=100)] | None = None


class GradedRow(Struct, frozen=True, kw_only=True):
    """`correct_answers` and `total_questions` are null for an external score."""

    id: UUID
    attempt: int
    score_percent: int
    passed: bool
    correct_answers: int | None
    total_questions: int | None


class MyResultRow(GradedRow, frozen=True, kw_only=True):
    kind: TestKind
    title: str
    lesson_id: int | None
    program_id: int | None
    time_spent: int | None
    created_at: Instant


class KeptAnswer(Struct, frozen=True, kw_only=True):
    """The texts are those of the time of the attempt."""

    question_id: int
    text: str
    chosen: list[str]
    option_ids: list[int]
    correct: bool


class TheirResultRow(GradedRow, frozen=True, kw_only=True):
    user_id: UUID
    username: str
    full_name: str | None
    time_spent: int | None
    created_at: Instant
    answers: list[KeptAnswer] | None


def _routes(path: str, kind: TestKind, name: str) -> list[BaseRouteHandler]:
    """The routes of lesson tests, or of final tests."""

    parameter = "lesson_id" if kind is TestKind.LESSON else "program_id"

    def test_of(request: Request[Any, Any, Any]) -> TestRef:
        return TestRef(kind=kind, parent_id=serial_or(TestNotFound, request.path_params[parameter]))

    @get(path, policy=SIGNED_IN, tags=_TAGS, summary=f"The questions of {name}", name=f"show {kind} test")
    async def show(
        request: Request[Caller, AccessClaims, Any],
        show_test: NamedDependency[SkipValidation[ShowTest]],
    ) -> TestRow:
        return TestRow.of(*await show_test(request.user.id, test_of(request)))

    @post(
        f"{path}/attempts",
        policy=SIGNED_IN,
        tags=_TAGS,
        summary=f"Start an attempt at {name}",
        name=f"begin {kind} test",
        also={409},
    )
    async def begin(
        request: Request[Caller, AccessClaims, Any],
        start_attempt: NamedDependency[SkipValidation[StartAttempt]],
    ) -> AttemptRow:
        """Needed only if the time limit is enforced or the test draws its questions; one attempt at a time.

        The questions that are drawn are in the reply of the test, and the same until the attempt is submitted.
        """
        return to_wire(await start_attempt(request.user.id, test_of(request)), AttemptRow)

    @post(
        f"{path}/results",
        policy=SIGNED_IN_OR_SERVICE,
        tags=_TAGS,
        summary=f"Submit {name}",
        name=f"hand in {kind} test",
        also={403, 409},
    )
    async def hand_in(
        request: Request[Caller | None, Any, Any],
        data: JSONBody[ResultGiven],
        take_test: NamedDependency[SkipValidation[TakeTest]],
    ) -> GradedRow:
        """Answers are graded by the server; external scores are for instructors, staff of training and services."""
        test, caller = test_of(request), request.user
        if data.user_id is not None or data.score_percent is not None or caller is None:
            if caller is not None and caller.role not in COURSE_STAFF.roles:
                raise Forbidden
            if data.user_id is None or data.score_percent is None:
                missing = absent(user_id=data.user_id, score_percent=data.score_percent is not None)
                raise Invalid("A score from outside needs a user and a score", faults=missing)
            return to_wire(await take_test.record(data.user_id, test, data.score_percent), GradedRow)
        if data.answers is None:
            raise Invalid("is required", field="answers", code="required")
        answers = [(answer.question_id, answer.option_ids) for answer in data.answers]
        return to_wire(await take_test.submit(caller.id, test, answers, time_spent=data.time_spent), GradedRow)

    @get(
        f"{path}/results",
        policy=COURSE_STAFF,
        tags=_TAGS,
        summary=f"The results of {name}",
        name=f"results of {kind} test",
        also={400},
    )
    async def results(
        request: Request[Caller, AccessClaims, Any],
        test_results: NamedDependency[SkipValidation[TestResults]],
        paging: NamedDependency[SkipValidation[Paging]],
    ) -> Page[TheirResultRow]:
        """Newest first, with the answers."""
        found, total = await test_results.of_test(test_of(request), limit=paging.size, offset=paging.offset)
        return paging.of(to_wire(found, list[TheirResultRow]), total)

    return [show, begin, hand_in, results]


@get("/users/me/test-results", policy=SIGNED_IN, tags=_TAGS, summary="The caller's results, newest first", also={400})
async def list_my_results(
    request: Request[Caller, AccessClaims, Any],
    test_results: NamedDependency[SkipValidation[TestResults]],
    paging: NamedDependency[SkipValidation[Paging]],
) -> Page[MyResultRow]:
    found, total = await test_results.of_user(request.user.id, limit=paging.size, offset=paging.offset)
    return paging.of(to_wire(found, list[MyResultRow]), total)


HANDLERS: Sequence[BaseRouteHandler] = (
    *_routes("/lessons/{lesson_id:str}/test", TestKind.LESSON, "the test of a lesson"),
    *_routes("/programs/{program_id:str}/final-test", TestKind.FINAL, "a final test"),
    list_my_results,
)
