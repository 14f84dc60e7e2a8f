"""Who is where: a learner's way through a course, the learners of a course, assignments and compliance."""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, get, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter, SkipValidation
from litestar.response import Stream
from msgspec import Meta, Struct

from atg_core.clock import Clock
from atg_core.identity.model import Caller
from atg_core.identity.ports import AccessClaims
from atg_core.learning.assigning import Assign, Whom
from atg_core.learning.model import EnrollmentStatus
from atg_core.learning.ports import CourseNotFound
from atg_core.learning.reporting import (
    Compliance,
    CourseStanding,
    LearnerOfCourse,
    LearnerQuery,
    LessonStanding,
    ProgramStanding,
    Reports,
    TopicStanding,
)
from atg_entrypoints.http.csv_replies import csv_reply
from atg_entrypoints.http.policy import ADMIN, AUTHOR, SIGNED_IN
from atg_entrypoints.http.wire import NO_NUL, FilledName, Instant, Page, Paging, to_wire, uuid_or

_TAGS = ["reports"]
_BATCH = 1_000

Words = Annotated[
    str | None,
    QueryParameter(
        name="q", max_length=200, pattern=NO_NUL, description="Words in a name, a username or an employee's number"
    ),
]
Status = Annotated[EnrollmentStatus | None, QueryParameter(name="status")]
OfCourse = Annotated[UUID, QueryParameter(name="course_id")]


class TopicStandingRow(Struct, frozen=True, kw_only=True):
    id: int
    code: str
    title: str
    completed: bool
    completed_at: Instant | None
    position_seconds: int


class TestStandingRow(Struct, frozen=True, kw_only=True):
    """`best_score` is null where the test was not tried."""

    id: int
    title: str
    passed: bool
    best_score: int | None


class LessonStandingRow(Struct, frozen=True, kw_only=True):
    id: int
    title: str
    topics_count: int
    topics_completed: int
    test: TestStandingRow | None
    topics: list[TopicStandingRow]

    @classmethod
    def of(cls, lesson: LessonStanding) -> "LessonStandingRow":
        return cls(
            id=lesson.id,
            title=lesson.title,
            topics_count=len(lesson.topics),
            topics_completed=_completed(lesson.topics),
            test=to_wire(lesson.test, TestStandingRow) if lesson.test else None,
            topics=to_wire(list(lesson.topics), list[TopicStandingRow]),
        )


class ProgramStandingRow(Struct, frozen=True, kw_only=True):
    id: int
    title: str
    topics_count: int
    topics_completed: int
    final_test: TestStandingRow | None
    lessons: list[LessonStandingRow]

    @classmethod
    def of(cls, program: ProgramStanding) -> "ProgramStandingRow":
        return cls(
            id=program.id,
            title=program.title,
            topics_count=len(program.topics),
            topics_completed=_completed(program.topics),
            final_test=to_wire(program.final_test, TestStandingRow) if program.final_test else None,
            lessons=[LessonStandingRow.of(lesson) for lesson in program.lessons],
        )


class ResumeAt(Struct, frozen=True, kw_only=True):
    """The topic to go on with, and the second of its video."""

    topic_id: int
    title: str
    position_seconds: int


class CourseStandingRow(Struct, frozen=True, kw_only=True):
    """`resume` is null when all topics are completed."""

    course_id: UUID
    title: str
    status: EnrollmentStatus
    progress_percent: int
    topics_count: int
    topics_completed: int
    resume: ResumeAt | None
    programs: list[ProgramStandingRow]

    @classmethod
    def of(cls, course: CourseStanding) -> "CourseStandingRow":
        at = course.resume_at
        return cls(
            course_id=course.course_id,
            title=course.title,
            status=course.status,
            progress_percent=course.progress_percent,
            topics_count=len(course.topics),
            topics_completed=_completed(course.topics),
            resume=ResumeAt(topic_id=at.id, title=at.title, position_seconds=at.position_seconds) if at else None,
            programs=[ProgramStandingRow.of(program) for program in course.programs],
        )


def _completed(topics: Iterable[TopicStanding]) -> int:
    return sum(topic.completed for topic in topics)


class LearnerRow(Struct, frozen=True, kw_only=True):
    user_id: UUID
    username: str
    full_name: str | None
    employee_id: str | None
    department: str | None
    station: str | None
    status: EnrollmentStatus
    progress_percent: int
    hours_studied: Decimal
    started_at: Instant | None
    completed_at: Instant | None
    due_at: Instant | None
    last_activity: Instant | None


class Assignment(Struct, frozen=True, kw_only=True):
    """Exactly one of `user_ids`, `department`, `station_id`; without a due date it has none."""

    course_id: UUID
    user_ids: Annotated[list[UUID], Meta(min_length=1, max_length=10_000)] | None = None
    department: FilledName | None = None
    station_id: Annotated[int, Meta(ge=1, le=2**31 - 1)] | None = None
    due_at: datetime | None = None


class AssignedRow(Struct, frozen=True, kw_only=True):
    """How many have the course now, and how many of them had it not before."""

    course_id: UUID
    due_at: Instant | None
    assigned: int
    created: int


class HeadcountRow(Struct, frozen=True, kw_only=True):
    """Who is `late` has not completed the course by its due date; they are among the others, too."""

    assigned: int
    completed: int
    in_progress: int
    not_started: int
    late: int


class DepartmentRow(HeadcountRow, frozen=True, kw_only=True):
    department: str | None


class StationPeopleRow(HeadcountRow, frozen=True, kw_only=True):
    station_id: int | None
    station: str | None


class ComplianceReply(Struct, frozen=True, kw_only=True):
    course_id: UUID
    title: str
    as_of: Instant
    total: HeadcountRow
    departments: list[DepartmentRow]
    stations: list[StationPeopleRow]

    @classmethod
    def of(cls, compliance: Compliance, now: datetime) -> "ComplianceReply":
        return cls(
            course_id=compliance.course_id,
            title=compliance.title,
            as_of=Instant.of(now),
            total=to_wire(compliance.total, HeadcountRow),
            departments=[
                DepartmentRow(department=department, **_numbers(people))
                for department, people in compliance.departments
            ],
            stations=[
                StationPeopleRow(station_id=station_id, station=station, **_numbers(people))
                for (station_id, station), people in compliance.stations
            ],
        )


_NUMBERS = HeadcountRow.__struct_fields__


def _numbers(people: Any) -> dict[str, int]:
    return {name: getattr(people, name) for name in _NUMBERS}


@get("/courses/{course_id:str}/progress", policy=SIGNED_IN, tags=_TAGS, summary="The caller's way through a course")
async def show_course_progress(
    request: Request[Caller, AccessClaims, Any],
    course_id: FromPath[str],
    reports: NamedDependency[SkipValidation[Reports]],
) -> CourseStandingRow:
    """Per program, lesson and topic, and where to go on."""
    return CourseStandingRow.of(await reports.course(request.user.id, uuid_or(CourseNotFound, course_id)))


@get("/courses/{course_id:str}/learners", policy=AUTHOR, tags=_TAGS, summary="The learners of a course, by name")
async def list_learners(
    course_id: FromPath[str],
    reports: NamedDependency[SkipValidation[Reports]],
    paging: NamedDependency[SkipValidation[Paging]],
    status: Status = None,
    q: Words = None,
) -> Page[LearnerRow]:
    query = LearnerQuery(status=status, q=q)
    course = uuid_or(CourseNotFound, course_id)
    learners, total = await reports.learners(course, query, limit=paging.size, offset=paging.offset)
    return paging.of(to_wire(learners, list[LearnerRow]), total)


@get(
    "/courses/{course_id:str}/learners.csv",
    policy=AUTHOR,
    tags=_TAGS,
    summary="The learners of a course as CSV",
    media_type="text/csv",
)
async def download_learners(
    course_id: FromPath[str],
    reports: NamedDependency[SkipValidation[Reports]],
    status: Status = None,
    q: Words = None,
) -> Stream:
    course, query = uuid_or(CourseNotFound, course_id), LearnerQuery(status=status, q=q)
    await reports.learners(course, query, limit=1, offset=0)
    header = LearnerRow.__struct_fields__

    async def batches() -> AsyncIterator[list[list[object]]]:
        offset = 0
        while found := (await reports.learners(course, query, limit=_BATCH, offset=offset))[0]:
            yield [_cells(learner, header) for learner in found]
            offset += _BATCH

    return csv_reply("learners", header, batches())


def _cells(learner: LearnerOfCourse, header: Sequence[str]) -> list[object]:
    row = to_wire(learner, LearnerRow)
    return [getattr(row, name) for name in header]


@put("/admin/enrollments", policy=ADMIN, tags=_TAGS, summary="Assign a course to many at once", also={404})
async def assign_course(data: JSONBody[Assignment], assign: NamedDependency[SkipValidation[Assign]]) -> AssignedRow:
    """Who has it already gets the due date, and comes back if they left it."""
    whom = Whom(
        user_ids=None if data.user_ids is None else tuple(dict.fromkeys(data.user_ids)),
        department=data.department,
        station_id=data.station_id,
    )
    due_at = data.due_at if data.due_at is None or data.due_at.tzinfo else data.due_at.replace(tzinfo=UTC)
    return to_wire(await assign(data.course_id, whom, due_at), AssignedRow)


@get(
    "/admin/reports/compliance",
    policy=ADMIN,
    tags=_TAGS,
    summary="How far departments and stations are with a course",
    also={400, 404},
)
async def show_compliance(
    course_id: OfCourse,
    reports: NamedDependency[SkipValidation[Reports]],
    clock: NamedDependency[SkipValidation[Clock]],
) -> ComplianceReply:
    now = clock()
    return ComplianceReply.of(await reports.compliance(course_id, now), now)


@get(
    "/admin/reports/compliance.csv",
    policy=ADMIN,
    tags=_TAGS,
    summary="The same by department and station, as CSV",
    media_type="text/csv",
    also={400, 404},
)
async def download_compliance(
    course_id: OfCourse,
    reports: NamedDependency[SkipValidation[Reports]],
    clock: NamedDependency[SkipValidation[Clock]],
) -> Stream:
    compliance = await reports.compliance(course_id, clock())

    async def rows() -> AsyncIterator[list[list[object]]]:
        yield [[row.department, row.station, *_numbers(row.people).values()] for row in compliance.rows]

    return csv_reply("compliance", ["department", "station", *_NUMBERS], rows())


HANDLERS: Sequence[BaseRouteHandler] = (
    show_course_progress,
    list_learners,
    download_learners,
    assign_course,
    show_compliance,
    download_compliance,
)
