"""Statistics of questions, on SQL: those of a page in one statement."""

from collections.abc import Mapping
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from msgspec import convert

from atg_adapters.sql.database import Database
from atg_adapters.sql.tables.learning import test_answers, user_test_results
from atg_adapters.sql.tables.tests import final_tests, lesson_tests, question_banks, test_options, test_questions
from atg_core.learning.grading import TestKind, TestRef
from atg_core.learning.question_statistics import BankNotFound, QuestionStatistics
from atg_core.learning.test_attempts import TestNotFound

_parent: sa.BindParameter[int] = sa.bindparam("parent")
_bank: sa.BindParameter[int] = sa.bindparam("bank")
_answers, _results, _questions = test_answers.c, user_test_results.c, test_questions.c
_with_results = test_answers.join(user_test_results, _results.id == _answers.result_id).join(
    test_questions, _questions.id == _answers.question_id
)
_TESTS = {
    TestKind.LESSON: sa.select(lesson_tests.c.id).where(lesson_tests.c.lesson_id == _parent),
    TestKind.FINAL: sa.select(final_tests.c.id).where(final_tests.c.course_program_id == _parent),
}
_BANK = sa.select(question_banks.c.id).where(question_banks.c.id == _bank)
_of_test = {
    TestKind.LESSON: _results.lesson_test_id.in_(_TESTS[TestKind.LESSON]),
    TestKind.FINAL: _results.final_test_id.in_(_TESTS[TestKind.FINAL]),
}
_of_bank = _questions.bank_id == _bank


def _count(matching: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return sa.select(sa.func.count(_answers.question_id.distinct())).select_from(_with_results).where(matching)


def _page(matching: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """A row for each option of each question of the page. Several options may be chosen in one attempt."""
    page = (
        sa.select(_answers.question_id)
        .select_from(_with_results)
        .where(matching)
        .group_by(_answers.question_id)
        .order_by(_answers.question_id)
        .limit(sa.bindparam("limit"))
        .offset(sa.bindparam("offset"))
        .cte("page")
    )
    of_page = sa.and_(matching, _answers.question_id.in_(sa.select(page.c.question_id)))
    asked = (
        sa.select(_answers.question_id, _answers.is_correct, _results.score_percent.label("score"))
        .select_from(_with_results)
        .where(of_page)
        .group_by(_answers.question_id, _answers.result_id, _answers.is_correct, _results.score_percent)
        .cte("asked")
    )
    score, is_right = asked.c.score, asked.c.is_correct
    of_question = (
        sa.select(
            asked.c.question_id,
            sa.func.count().label("shown"),
            sa.func.sum(sa.case((is_right, 1), else_=0)).label("right"),
            sa.func.sum(score).label("scores"),
            sa.func.sum(score * score).label("squares"),
            sa.func.sum(sa.case((is_right, score), else_=0)).label("scores_when_right"),
        )
        .group_by(asked.c.question_id)
        .cte("of_question")
    )
    chosen = (
        sa.select(_answers.option_id, sa.func.count().label("chosen"))
        .select_from(_with_results)
        .where(of_page)
        .group_by(_answers.option_id)
        .cte("chosen")
    )
    names = ("shown", "right", "scores", "squares", "scores_when_right")
    return (
        sa.select(
            _questions.id,
            _questions.bank_id,
            _questions.category,
            _questions.text,
            _questions.question_type,
            *(of_question.c[name] for name in names),
            test_options.c.id.label("option_id"),
            test_options.c.text.label("option_text"),
            test_options.c.is_correct.label("option_is_correct"),
            sa.func.coalesce(chosen.c.chosen, 0).label("chosen"),
        )
        .select_from(of_question)
        .join(test_questions, _questions.id == of_question.c.question_id)
        .outerjoin(test_options, test_options.c.question_id == _questions.id)
        .outerjoin(chosen, chosen.c.option_id == test_options.c.id)
        .order_by(_questions.id, test_options.c.order_index, test_options.c.id)
    )


_COUNT_OF_TEST = {kind: _count(matching) for kind, matching in _of_test.items()}
_PAGE_OF_TEST = {kind: _page(matching) for kind, matching in _of_test.items()}
_COUNT_OF_BANK, _PAGE_OF_BANK = _count(_of_bank), _page(_of_bank)


class SqlQuestionStatisticsQueries:
    """`QuestionStatisticsQueries` on a database."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def of_test(self, of: TestRef, *, limit: int, offset: int) -> tuple[list[QuestionStatistics], int]:
        given = {"parent": of.parent_id}
        there, total, rows = await self.database.results(
            (_TESTS[of.kind], given),
            (_COUNT_OF_TEST[of.kind], given),
            (_PAGE_OF_TEST[of.kind], {**given, "limit": limit, "offset": offset}),
        )
        if there.first() is None:
            raise TestNotFound
        return _statistics(rows.mappings()), total.scalar_one()

    async def of_bank(self, bank_id: int, *, limit: int, offset: int) -> tuple[list[QuestionStatistics], int]:
        given = {"bank": bank_id}
        there, total, rows = await self.database.results(
            (_BANK, given), (_COUNT_OF_BANK, given), (_PAGE_OF_BANK, {**given, "limit": limit, "offset": offset})
        )
        if there.first() is None:
            raise BankNotFound
        return _statistics(rows.mappings()), total.scalar_one()


def _statistics(rows: list[dict[str, Any]]) -> list[QuestionStatistics]:
    found = []
    for _, group in groupby(rows, key=lambda row: row["id"]):
        of_question = list(group)
        options = [_option(row) for row in of_question if row["option_id"] is not None]
        found.append(convert({**of_question[0], "options": options}, QuestionStatistics))
    return found


def _option(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": row["option_id"],
        "text": row["option_text"],
        "is_correct": row["option_is_correct"],
        "chosen": row["chosen"],
    }
