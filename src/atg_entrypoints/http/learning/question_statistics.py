"""Statistics of questions, for who writes tests."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

from litestar import get
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, SkipValidation
from msgspec import Struct

from atg_core.learning.grading import TestKind, TestRef
from atg_core.learning.question_statistics import BankNotFound, QuestionStatisticsQueries
from atg_core.learning.test_attempts import TestNotFound
from atg_entrypoints.http.policy import COURSE_STAFF
from atg_entrypoints.http.wire import Page, Paging, serial_or, to_wire

_TAGS = ["question banks"]

Queries = NamedDependency[SkipValidation[QuestionStatisticsQueries]]
Pages = NamedDependency[SkipValidation[Paging]]


class OptionStatisticsRow(Struct, frozen=True, kw_only=True):
    """`chosen`: in how many attempts, by itself or with others."""

    id: int
    text: str
    is_correct: bool
    chosen: int


class QuestionStatisticsRow(Struct, frozen=True, kw_only=True):
    """`shown`: in how many submitted attempts; `right`: in how many of them it was answered right.

    `discrimination`: the correlation of a right answer with the score of the attempt, from -1 to 1; null where all
    answers or all scores are alike. `bank_id`: null for a test's own question.
    """

    id: int
    bank_id: int | None
    category: str | None
    text: str
    question_type: Literal["single", "multiple"]
    shown: int
    right: int
    discrimination: Decimal | None
    options: list[OptionStatisticsRow]


@get(
    "/lessons/{lesson_id:str}/test/statistics",
    policy=COURSE_STAFF,
    tags=_TAGS,
    summary="How the questions of the test of a lesson were answered",
    also={400},
)
async def show_statistics_of_lesson_test(
    lesson_id: FromPath[str], question_statistics_queries: Queries, paging: Pages
) -> Page[QuestionStatisticsRow]:
    """Of those that are still there, in all submitted attempts at it."""
    return await _of_test(TestKind.LESSON, lesson_id, question_statistics_queries, paging)


@get(
    "/programs/{program_id:str}/final-test/statistics",
    policy=COURSE_STAFF,
    tags=_TAGS,
    summary="How the questions of a final test were answered",
    also={400},
)
async def show_statistics_of_final_test(
    program_id: FromPath[str], question_statistics_queries: Queries, paging: Pages
) -> Page[QuestionStatisticsRow]:
    """As that of a lesson."""
    return await _of_test(TestKind.FINAL, program_id, question_statistics_queries, paging)


async def _of_test(
    kind: TestKind, parent_id: str, queries: QuestionStatisticsQueries, paging: Paging
) -> Page[QuestionStatisticsRow]:
    of = TestRef(kind=kind, parent_id=serial_or(TestNotFound, parent_id))
    found, total = await queries.of_test(of, limit=paging.size, offset=paging.offset)
    return paging.of(to_wire(found, list[QuestionStatisticsRow]), total)


@get(
    "/question-banks/{bank_id:str}/statistics",
    policy=COURSE_STAFF,
    tags=_TAGS,
    summary="How the questions of a bank were answered",
    also={400},
)
async def show_statistics_of_bank(
    bank_id: FromPath[str], question_statistics_queries: Queries, paging: Pages
) -> Page[QuestionStatisticsRow]:
    """In all tests that draw them, retired ones too."""
    bank = serial_or(BankNotFound, bank_id)
    found, total = await question_statistics_queries.of_bank(bank, limit=paging.size, offset=paging.offset)
    return paging.of(to_wire(found, list[QuestionStatisticsRow]), total)


HANDLERS: Sequence[BaseRouteHandler] = (
    show_statistics_of_lesson_test,
    show_statistics_of_final_test,
    show_statistics_of_bank,
)
