"""What the demo's learners have done: topics, tests and a certificate, played in the past by the use cases."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from atg_core.catalog.model import CourseQuery
from atg_core.clock import Clock
from atg_core.learning.completion import UpdateCompletion
from atg_core.learning.grading import TestKind, TestRef
from atg_core.learning.reports import CourseReport
from atg_entrypoints.container import Container

_MINUTES_OF_A_TOPIC = 25
_MINUTES_OF_A_TEST = 12


class Learning(msgspec.Struct):
    """The course with this title. A step every so many hours, the first so many hours ago: topics and tests in the
    order of the course; the first test is passed at the second attempt. `steps`: all where it is not given.
    """

    username: str
    course: str
    hours_ago: float
    every_hours: float
    steps: int | None = None


async def play_learning(container: Container, played: Sequence[Learning]) -> None:
    now, enroll = container.clock()(), container.enroll()
    for each in played:
        account = await container.callers().find_account(each.username)
        courses, _ = await container.catalog_queries().courses(CourseQuery(q=each.course), limit=1, offset=0)
        if account is None or not courses:
            raise LookupError(each.username, each.course)
        user_id, course_id = account.user.id, courses[0].id
        await replace(enroll, clock=_at(now, each.hours_ago))(user_id, course_id)
        steps = list(_steps(await container.reports().course(user_id, course_id)))
        first_test = next((step for step in steps if isinstance(step, TestRef)), None)
        for number, step in enumerate(steps[: each.steps]):
            clock = _at(now, each.hours_ago - number * each.every_hours)
            if isinstance(step, int):
                await _study(container, user_id, step, clock)
                continue
            if step is first_test:
                await _take(container, user_id, step, _before(clock, minutes=60), is_right=False)
            await _take(container, user_id, step, clock, is_right=True)


def _steps(course: CourseReport) -> Iterator[int | TestRef]:
    """Ids of topics, and tests, in the order in which they are learned."""
    for program in course.programs:
        for lesson in program.lessons:
            yield from (topic.id for topic in lesson.topics)
            if lesson.test:
                yield TestRef(kind=TestKind.LESSON, parent_id=lesson.id)
        if program.final_test:
            yield TestRef(kind=TestKind.FINAL, parent_id=program.id)


async def _study(container: Container, user_id: UUID, topic_id: int, clock: Clock) -> None:
    record = container.record_progress()
    record = replace(record, clock=clock, update_completion=_then(record.update_completion, clock))
    seconds = 60 * _MINUTES_OF_A_TOPIC
    await record(user_id, topic_id, completed=True, position_seconds=None, seconds_studied=seconds)


async def _take(container: Container, user_id: UUID, of: TestRef, clock: Clock, *, is_right: bool) -> None:
    """One question is answered wrong by who is not `is_right`."""
    take = container.take_test()
    take = replace(take, clock=clock, update_completion=_then(take.update_completion, clock))
    _, questions, _ = await container.show_test()(user_id, of)
    await replace(container.start_attempt(), clock=_before(clock, minutes=_MINUTES_OF_A_TEST))(user_id, of)
    answers = [(question.id, sorted(question.right)) for question in questions[0 if is_right else 1 :]]
    await take.submit(user_id, of, answers, time_spent=None)


def _then(update: UpdateCompletion, clock: Clock) -> UpdateCompletion:
    return replace(update, clock=clock)


def _before(clock: Clock, *, minutes: int) -> Clock:
    moment = clock() - timedelta(minutes=minutes)
    return lambda: moment


def _at(now: datetime, hours_ago: float) -> Clock:
    moment = now - timedelta(hours=max(hours_ago, 0))
    return lambda: moment
