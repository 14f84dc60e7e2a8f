"""Tests of lessons and final tests of programs, and what the learner has achieved."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, SkipValidation

from atg_core.clock import Clock
from atg_core.learning.grading import TestKind, TestRef
from atg_core.learning.ports import CourseNotFound
from atg_core.learning.stats import ShowStats
from atg_core.learning.test_attempts import ShowTest, StartAttempt, TakeTest, TestNotFound, TestResults
from atg_entrypoints.console.forms import Form, texts_of
from atg_entrypoints.console.learning.asked import Asked, ReadsReports
from atg_entrypoints.console.pages import led_to, page
from atg_entrypoints.console.sessions import PREFIX
from atg_entrypoints.http.policy import SIGNED_IN
from atg_entrypoints.http.wire import Paging, serial_or, uuid_or

_PATH = "/courses/{course_id:str}/tests/{kind:str}/{parent_id:str}"


def _test_of(kind: str, parent_id: str) -> TestRef:
    """Raises TestNotFound."""
    if kind not in TestKind:
        raise TestNotFound
    return TestRef(kind=TestKind(kind), parent_id=serial_or(TestNotFound, parent_id))


@get(_PATH, policy=SIGNED_IN)
async def show_test_sheet(
    *,
    request: Asked,
    course_id: FromPath[str],
    kind: FromPath[str],
    parent_id: FromPath[str],
    reports: ReadsReports,
    show_test: NamedDependency[SkipValidation[ShowTest]],
    clock: NamedDependency[SkipValidation[Clock]],
) -> Response[str]:
    """What the test is about and how many attempts are left; its questions while an attempt runs."""
    course, of = await reports.course(request.user.id, uuid_or(CourseNotFound, course_id)), _test_of(kind, parent_id)
    test, questions, history = await show_test(request.user.id, of)
    running = test.current(history, clock())
    left = None if test.max_attempts is None else max(0, test.max_attempts - history.used)
    values = {"course": course, "of": of, "test": test, "questions": questions, "running": running, "left": left}
    return page(request, "learning/test", values)


@post(f"{_PATH}/begin", policy=SIGNED_IN, status_code=HTTPStatus.OK)
async def begin_test(
    *,
    request: Asked,
    course_id: FromPath[str],
    kind: FromPath[str],
    parent_id: FromPath[str],
    start_attempt: NamedDependency[SkipValidation[StartAttempt]],
) -> Response[Any]:
    course, of = uuid_or(CourseNotFound, course_id), _test_of(kind, parent_id)
    await start_attempt(request.user.id, of)
    return led_to(f"{PREFIX}/courses/{course}/tests/{of.kind}/{of.parent_id}")


@post(_PATH, policy=SIGNED_IN, status_code=HTTPStatus.OK)
async def submit_test(
    *,
    request: Asked,
    data: Form,
    course_id: FromPath[str],
    kind: FromPath[str],
    parent_id: FromPath[str],
    reports: ReadsReports,
    show_test: NamedDependency[SkipValidation[ShowTest]],
    take_test: NamedDependency[SkipValidation[TakeTest]],
) -> Response[str]:
    """Grades the sheet. Which answers were right is told where the author allows it: there may be other attempts."""
    of = _test_of(kind, parent_id)
    test, questions, _ = await show_test(request.user.id, of)
    answers = [(each.id, _options(data, f"question-{each.id}")) for each in questions]
    result = await take_test.submit(request.user.id, of, answers, time_spent=None)
    course = await reports.course(request.user.id, uuid_or(CourseNotFound, course_id))
    right = {each.id: [option.text for option in each.options if option.is_correct] for each in questions}
    told = result.answers if test.shows_right_answers else None
    values = {"course": course, "of": of, "test": test, "result": result, "answers": told or [], "right": right}
    return page(request, "learning/test_result", values)


def _options(data: dict[str, str | list[str]], name: str) -> list[int]:
    return [serial_or(TestNotFound, option) for option in texts_of(data, name)]


@get("/results", policy=SIGNED_IN)
async def show_results(
    request: Asked,
    test_results: NamedDependency[SkipValidation[TestResults]],
    show_stats: NamedDependency[SkipValidation[ShowStats]],
    paging: NamedDependency[SkipValidation[Paging]],
) -> Response[str]:
    """Certificates, and results of tests, newest first."""
    results, total = await test_results.of_user(request.user.id, limit=paging.size, offset=paging.offset)
    totals, streak, certificates = await show_stats(request.user.id)
    found = paging.of(results, total)
    values = {"found": found, "totals": totals, "streak": streak, "certificates": certificates}
    return page(request, "learning/results", values)


HANDLERS: Sequence[BaseRouteHandler] = (show_test_sheet, begin_test, submit_test, show_results)
