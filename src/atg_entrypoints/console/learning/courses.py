"""The learner's courses, and a course with its outline and player."""

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, SkipValidation

from atg_core.catalog.model import CourseQuery
from atg_core.catalog.ports import CatalogQueries, TopicNotFound
from atg_core.identity.model import Caller, Role
from atg_core.learning.enrollments import Enroll
from atg_core.learning.model import EnrolledCourse, EnrollmentStatus
from atg_core.learning.ports import CourseNotFound, NotEnrolled
from atg_core.learning.progress import RecordProgress
from atg_core.learning.reports import CourseReport, TopicReport
from atg_entrypoints.console.learning.asked import Asked, QueriesCatalog, ReadsReports, SignsUrls, SignUrls
from atg_entrypoints.console.pages import is_part, led_to, page
from atg_entrypoints.console.sessions import PREFIX
from atg_entrypoints.container import Container
from atg_entrypoints.http.policy import SIGNED_IN
from atg_entrypoints.http.wire import serial_or, uuid_or

_NEW = 3
_WITHOUT_COURSES = {Role.TEACHER, Role.STUDENT}
"""Whose start page has enough without them."""


async def home_part(caller: Caller, container: Container) -> dict[str, Any]:
    """The part of the start page about courses: where to go on, what is due, and what is new in the catalog."""
    courses, now = await container.learner_queries().enrolled_courses(caller.id), container.clock()()
    if not courses and caller.role in _WITHOUT_COURSES:
        return {}
    totals, streak, _ = await container.show_stats()(caller.id)
    newest, _ = await container.catalog_queries().courses(CourseQuery(), limit=len(courses) + _NEW, offset=0)
    mine = {each.course_id for each in courses}
    learning = {
        "running": [each for each in _by_urgency(courses, now) if each.status is not EnrollmentStatus.COMPLETED],
        "completed": [each for each in courses if each.status is EnrollmentStatus.COMPLETED],
        "new": [each for each in newest if each.id not in mine][:_NEW],
        "totals": totals,
        "streak": streak,
    }
    return {"learning": learning}


def _by_urgency(courses: Sequence[EnrolledCourse], now: datetime) -> list[EnrolledCourse]:
    """What is due first comes first, then what was begun; at the end those that are locked or without topics."""

    def urgency(course: EnrolledCourse) -> tuple[bool, bool, datetime, bool]:
        return (
            bool(course.missing) or not course.has_topics,
            course.due_at is None,
            course.due_at or now,
            not course.progress_percent,
        )

    return sorted(courses, key=urgency)


@post("/courses/{course_id:str}/enroll", policy=SIGNED_IN, status_code=HTTPStatus.OK)
async def enroll_here(
    request: Asked, course_id: FromPath[str], enroll: NamedDependency[SkipValidation[Enroll]]
) -> Response[Any]:
    course = uuid_or(CourseNotFound, course_id)
    await enroll(request.user.id, course)
    return led_to(f"{PREFIX}/courses/{course}")


@get("/courses/{course_id:str}", policy=SIGNED_IN)
async def show_course(
    *,
    request: Asked,
    course_id: FromPath[str],
    reports: ReadsReports,
    catalog_queries: QueriesCatalog,
    sign_urls: SignsUrls,
) -> Response[Any]:
    """Where the learner left it; its page in the catalog for who is not enrolled."""
    course = uuid_or(CourseNotFound, course_id)
    try:
        report = await reports.course(request.user.id, course)
    except NotEnrolled:
        return led_to(f"{PREFIX}/catalog/{course}")
    chosen = report.resume_at or next(iter(report.topics), None)
    return await _player(request, report, chosen, catalog_queries, sign_urls)


@get("/courses/{course_id:str}/topics/{topic_id:str}", policy=SIGNED_IN)
async def show_topic(
    *,
    request: Asked,
    course_id: FromPath[str],
    topic_id: FromPath[str],
    reports: ReadsReports,
    catalog_queries: QueriesCatalog,
    sign_urls: SignsUrls,
) -> Response[str]:
    report = await reports.course(request.user.id, uuid_or(CourseNotFound, course_id))
    topic = _topic_of(report, serial_or(TopicNotFound, topic_id))
    return await _player(request, report, topic, catalog_queries, sign_urls)


@post("/courses/{course_id:str}/topics/{topic_id:str}/completed", policy=SIGNED_IN, status_code=HTTPStatus.OK)
async def complete_topic(
    *,
    request: Asked,
    course_id: FromPath[str],
    topic_id: FromPath[str],
    record_progress: NamedDependency[SkipValidation[RecordProgress]],
    reports: ReadsReports,
) -> Response[Any]:
    """The topic's page for a form; for a part of the page, what has changed with it."""
    course, topic = uuid_or(CourseNotFound, course_id), serial_or(TopicNotFound, topic_id)
    _topic_of(await reports.course(request.user.id, course), topic)
    await record_progress(request.user.id, topic, completed=True, position_seconds=None, seconds_studied=0)
    if not is_part(request):
        return led_to(f"{PREFIX}/courses/{course}/topics/{topic}")
    report = await reports.course(request.user.id, course)
    return page(request, "learning/completed", {"course": report, "mine": _topic_of(report, topic)})


def _topic_of(report: CourseReport, topic_id: int) -> TopicReport:
    """Raises TopicNotFound."""
    found = next((topic for topic in report.topics if topic.id == topic_id), None)
    if found is None:
        raise TopicNotFound
    return found


async def _player(
    request: Asked, report: CourseReport, mine: TopicReport | None, catalog: CatalogQueries, sign_urls: SignUrls
) -> Response[str]:
    topic = await catalog.topic(mine.id) if mine else None
    urls = await sign_urls(request.user, [file.minio_object_name for file in topic.files]) if topic else {}
    order = report.topics
    place = order.index(mine) if mine else 0
    values = {
        "course": report,
        "topic": topic,
        "mine": mine,
        "urls": urls,
        "before": order[place - 1] if place else None,
        "after": order[place + 1] if place + 1 < len(order) else None,
    }
    return page(request, "learning/course#player" if is_part(request) else "learning/course", values)


HANDLERS: Sequence[BaseRouteHandler] = (enroll_here, show_course, show_topic, complete_topic)
