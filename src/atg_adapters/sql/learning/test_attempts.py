"""Tests, attempts and results, on SQL."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert

from atg_adapters.sql.database import Database, fields_of
from atg_adapters.sql.learning.completion import SqlCompletion
from atg_adapters.sql.learning.prerequisites import has_prerequisites
from atg_adapters.sql.question_draws import draws_of
from atg_adapters.sql.result import Row
from atg_adapters.sql.tables.catalog import course_programs, courses, lessons, shows
from atg_adapters.sql.tables.identity import users
from atg_adapters.sql.tables.learning import test_answers, test_attempts, user_courses, user_test_results
from atg_adapters.sql.tables.tests import final_tests, lesson_tests, test_draws, test_options, test_questions
from atg_core.learning.grading import Attempt, AttemptHistory, Question, Test, TestKind, TestRef, TestResult
from atg_core.learning.test_attempts import ResultWithLearner, ResultWithTest, TestNotFound, answer_rows
from atg_core.question_draws import Draw

COLUMN_OF = {TestKind.LESSON: "lesson_test_id", TestKind.FINAL: "final_test_id"}

_parent: sa.BindParameter[int] = sa.bindparam("parent")
_test: sa.BindParameter[int] = sa.bindparam("test")
_user: sa.BindParameter[UUID] = sa.bindparam("user")
_has_prerequisites = sa.exists().where(shows(courses, course_programs), has_prerequisites(courses.c.id))
_of_program = (
    course_programs.c.station_id,
    course_programs.c.course_id,
    course_programs.c.id.label("program_id"),
    _has_prerequisites.label("has_prerequisites"),
)
_has_draws = {
    TestKind.LESSON: sa.exists().where(test_draws.c.lesson_test_id == lesson_tests.c.id).label("has_draws"),
    TestKind.FINAL: sa.exists().where(test_draws.c.final_test_id == final_tests.c.id).label("has_draws"),
}
_TEST = {
    TestKind.LESSON: sa.select(lesson_tests, *_of_program, _has_draws[TestKind.LESSON])
    .select_from(lesson_tests.join(lessons).join(course_programs))
    .where(lessons.c.id == _parent, lesson_tests.c.is_active, lessons.c.is_active, course_programs.c.is_active),
    TestKind.FINAL: sa.select(final_tests, *_of_program, _has_draws[TestKind.FINAL])
    .select_from(final_tests.join(course_programs))
    .where(course_programs.c.id == _parent, final_tests.c.is_active, course_programs.c.is_active),
}
_QUESTIONS = {
    kind: sa.select(test_questions).where(test_questions.c[column] == _test).order_by(test_questions.c.position)
    for kind, column in COLUMN_OF.items()
}
_OPTIONS = {
    kind: sa.select(test_options)
    .join(test_questions)
    .where(test_questions.c[column] == _test)
    .order_by(test_options.c.order_index, test_options.c.id)
    for kind, column in COLUMN_OF.items()
}
_ids: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
_BANK_QUESTIONS = sa.select(test_questions).where(test_questions.c.bank_id.is_not(None), test_questions.c.id.in_(_ids))
_BANK_OPTIONS = (
    sa.select(test_options)
    .where(test_options.c.question_id.in_(_ids))
    .order_by(test_options.c.order_index, test_options.c.id)
)
_SINCE = (
    sa.select(sa.func.max(user_courses.c.tests_since))
    .select_from(user_courses.join(courses).join(course_programs, shows(courses, course_programs)))
    .where(user_courses.c.user_id == _user, course_programs.c.id == sa.bindparam("program"))
    .scalar_subquery()
)


def _last(table: sa.Table, of_test: str, at: str) -> sa.Select[Any]:
    """The highest number of all, and of those before the open round of a course that shows the test."""
    number = table.c.attempt
    return sa.select(
        sa.func.max(number).label("last"), sa.func.max(sa.case((table.c[at] <= _SINCE, number))).label("before")
    ).where(table.c.user_id == _user, table.c[of_test] == _test)


_LAST_RESULT = {kind: _last(user_test_results, column, "created_at") for kind, column in COLUMN_OF.items()}
_LAST_ATTEMPT = {kind: _last(test_attempts, column, "started_at") for kind, column in COLUMN_OF.items()}
_RUNNING = {
    kind: sa.select(test_attempts)
    .where(
        test_attempts.c.user_id == _user,
        test_attempts.c[column] == _test,
        ~sa.exists().where(
            user_test_results.c.user_id == test_attempts.c.user_id,
            user_test_results.c[column] == test_attempts.c[column],
            user_test_results.c.attempt == test_attempts.c.attempt,
        ),
    )
    .order_by(test_attempts.c.attempt.desc())
    .limit(1)
    for kind, column in COLUMN_OF.items()
}
_SAVE_DRAFT = {
    kind: sa.update(test_attempts)
    .where(
        test_attempts.c.user_id == sa.bindparam("of_user"),
        test_attempts.c[column] == sa.bindparam("of_test"),
        test_attempts.c.attempt == sa.bindparam("of_attempt"),
    )
    .values(draft=sa.bindparam("draft"))
    for kind, column in COLUMN_OF.items()
}

_newest_first = (user_test_results.c.created_at.desc(), user_test_results.c.id)
_OF_USER = (
    sa.select(
        user_test_results,
        sa.case((user_test_results.c.lesson_test_id.is_not(None), TestKind.LESSON), else_=TestKind.FINAL).label("kind"),
        sa.func.coalesce(lesson_tests.c.title, final_tests.c.title).label("title"),
        lesson_tests.c.lesson_id,
        final_tests.c.course_program_id.label("program_id"),
    )
    .select_from(user_test_results)
    .outerjoin(lesson_tests, lesson_tests.c.id == user_test_results.c.lesson_test_id)
    .outerjoin(final_tests, final_tests.c.id == user_test_results.c.final_test_id)
    .where(user_test_results.c.user_id == _user)
    .order_by(*_newest_first)
    .limit(sa.bindparam("limit"))
    .offset(sa.bindparam("offset"))
)
_COUNT_OF_USER = sa.select(sa.func.count()).where(user_test_results.c.user_id == _user)
_of_parent = {
    TestKind.LESSON: user_test_results.c.lesson_test_id.in_(
        sa.select(lesson_tests.c.id).where(lesson_tests.c.lesson_id == _parent)
    ),
    TestKind.FINAL: user_test_results.c.final_test_id.in_(
        sa.select(final_tests.c.id).where(final_tests.c.course_program_id == _parent)
    ),
}
_OF_TEST = {
    kind: sa.select(user_test_results, users.c.username, users.c.full_name)
    .join(users)
    .where(condition)
    .order_by(*_newest_first)
    .limit(sa.bindparam("limit"))
    .offset(sa.bindparam("offset"))
    for kind, condition in _of_parent.items()
}
_COUNT_OF_TEST = {kind: sa.select(sa.func.count()).where(condition) for kind, condition in _of_parent.items()}
_OF_USER_IN_TEST = {
    kind: sa.select(user_test_results)
    .where(user_test_results.c.user_id == _user, condition)
    .order_by(*_newest_first)
    .limit(sa.bindparam("limit"))
    for kind, condition in _of_parent.items()
}
_COUNT_OF_USER_IN_TEST = {
    kind: sa.select(sa.func.count()).where(user_test_results.c.user_id == _user, condition)
    for kind, condition in _of_parent.items()
}
_PARENT_OF = {
    TestKind.LESSON: sa.select(lesson_tests.c.lesson_id).where(lesson_tests.c.id == _test),
    TestKind.FINAL: sa.select(final_tests.c.course_program_id).where(final_tests.c.id == _test),
}


class SqlTestResults:
    """`TestResults`: plain reads."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def of_user(self, user_id: UUID, *, limit: int, offset: int) -> tuple[list[ResultWithTest], int]:
        async with self.database.reader() as connection:
            total = (await connection.execute(_COUNT_OF_USER, {"user": user_id})).scalar_one()
            rows = await connection.execute(_OF_USER, {"user": user_id, "limit": limit, "offset": offset})
            return [convert(row, ResultWithTest, from_attributes=True) for row in rows], total

    async def of_test(self, of: TestRef, *, limit: int, offset: int) -> tuple[list[ResultWithLearner], int]:
        async with self.database.reader() as connection:
            total = (await connection.execute(_COUNT_OF_TEST[of.kind], {"parent": of.parent_id})).scalar_one()
            page = {"parent": of.parent_id, "limit": limit, "offset": offset}
            rows = await connection.execute(_OF_TEST[of.kind], page)
            return [convert(row, ResultWithLearner, from_attributes=True) for row in rows], total

    async def ref(self, kind: TestKind, test_id: int) -> TestRef:
        row = await self.database.row(_PARENT_OF[kind], {"test": test_id})
        if row is None:
            raise TestNotFound
        return TestRef(kind=kind, parent_id=row[0])

    async def of_user_in_test(self, user_id: UUID, of: TestRef, *, limit: int) -> tuple[list[TestResult], int]:
        given = {"user": user_id, "parent": of.parent_id}
        total, rows = await self.database.results(
            (_COUNT_OF_USER_IN_TEST[of.kind], given), (_OF_USER_IN_TEST[of.kind], {**given, "limit": limit})
        )
        return [convert(row, TestResult, from_attributes=True) for row in rows], total.scalar_one()


class SqlTestAttempts(SqlCompletion):
    """`TestAttemptStore` within the transaction of `connection`."""

    async def test(self, of: TestRef) -> Test:
        row = (await self.connection.execute(_TEST[of.kind], {"parent": of.parent_id})).first()
        if row is None:
            raise TestNotFound
        return convert({**fields_of(row), "kind": of.kind, "has_prerequisites": bool(row.has_prerequisites)}, Test)

    async def questions(self, test: Test) -> list[Question]:
        given = {"test": test.id}
        return _with_options(
            *await self.connection.results((_QUESTIONS[test.kind], given), (_OPTIONS[test.kind], given))
        )

    async def draws(self, test: Test) -> list[Draw]:
        return [draw for _, draw in await draws_of(self.connection, COLUMN_OF[test.kind], test.id)]

    async def bank_questions(self, ids: Sequence[int]) -> list[Question]:
        given = {"ids": ids}
        rows, options = await self.connection.results((_BANK_QUESTIONS, given), (_BANK_OPTIONS, given))
        found = {each.id: each for each in _with_options(rows, options)}
        return [found[each] for each in ids if each in found]

    async def attempt_history(self, user_id: UUID, test: Test) -> AttemptHistory:
        given = {"user": user_id, "test": test.id}
        of_program = {**given, "program": test.program_id}
        rows = [
            (await self.connection.execute(last[test.kind], of_program)).one() for last in (_LAST_RESULT, _LAST_ATTEMPT)
        ]
        running = (await self.connection.execute(_RUNNING[test.kind], given)).first()
        return AttemptHistory(
            last=max(row.last or 0 for row in rows),
            before=max(row.before or 0 for row in rows),
            running=convert(running, Attempt, from_attributes=True) if running else None,
        )

    async def add_attempt(self, attempt_id: UUID, user_id: UUID, test: Test, attempt: Attempt) -> None:
        row = {"id": attempt_id, "user_id": user_id, COLUMN_OF[test.kind]: test.id, **asdict(attempt)}
        await self.connection.execute(sa.insert(test_attempts), row)

    async def save_draft(self, user_id: UUID, test: Test, attempt: Attempt) -> None:
        values = {
            "of_user": user_id,
            "of_test": test.id,
            "of_attempt": attempt.attempt,
            "draft": [asdict(each) for each in attempt.draft],
        }
        await self.connection.execute(_SAVE_DRAFT[test.kind], values)

    async def add_result(self, test: Test, result: TestResult) -> None:
        row = {**asdict(result), COLUMN_OF[test.kind]: test.id, "updated_at": result.created_at}
        await self.connection.execute(sa.insert(user_test_results), row)
        if answers := answer_rows(result):
            await self.connection.execute(sa.insert(test_answers), answers)


def _with_options(questions: Iterable[Row], options: Iterable[Row]) -> list[Question]:
    options_of: dict[int, list[dict[str, Any]]] = {}
    for option in options:
        options_of.setdefault(option.question_id, []).append(fields_of(option))
    return [convert({**fields_of(row), "options": options_of.get(row.id, [])}, Question) for row in questions]
