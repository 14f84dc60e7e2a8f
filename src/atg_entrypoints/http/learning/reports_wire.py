"""The JSON of reports and assignments."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar
from uuid import UUID

from msgspec import Meta, Struct

from atg_core.learning.model import EnrollmentStatus
from atg_core.learning.obligations import days_late
from atg_core.learning.reports import (
    Compliance,
    CourseLearner,
    CourseReport,
    Headcount,
    LessonReport,
    ProgramReport,
    TopicReport,
)
from atg_entrypoints.http.openapi import exactly_one
from atg_entrypoints.http.wire import FilledName, Instant, to_wire


class TopicStandingRow(Struct, frozen=True, kw_only=True):
    id: int
    code: str
    title: str
    completed: bool
    completed_at: Instant | None
    position_seconds: int


class TestStandingRow(Struct, frozen=True, kw_only=True):
    """`best_score` is null without a result."""

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
    def of(cls, lesson: LessonReport) -> "LessonStandingRow":
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
    def of(cls, program: ProgramReport) -> "ProgramStandingRow":
        return cls(
            id=program.id,
            title=program.title,
            topics_count=len(program.topics),
            topics_completed=_completed(program.topics),
            final_test=to_wire(program.final_test, TestStandingRow) if program.final_test else None,
            lessons=[LessonStandingRow.of(lesson) for lesson in program.lessons],
        )


class ResumeAt(Struct, frozen=True, kw_only=True):
    """The topic to continue with, and the playback position of its video."""

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
    def of(cls, course: CourseReport) -> "CourseStandingRow":
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


def _completed(topics: Iterable[TopicReport]) -> int:
    return sum(topic.completed for topic in topics)


class LearnerRow(Struct, frozen=True, kw_only=True):
    """`days_late`: days since the due date, each begun one counted; 0 for who is not late."""

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
    valid_until: Instant | None
    days_late: int
    last_activity: Instant | None

    @classmethod
    def of(cls, learner: CourseLearner, now: datetime) -> "LearnerRow":
        late = days_late(learner.due_at, now, completed=learner.status is EnrollmentStatus.COMPLETED)
        fields = {name: getattr(learner, name) for name in cls.__struct_fields__ if name != "days_late"}
        return to_wire({**fields, "days_late": late}, cls)


class Assignment(Struct, frozen=True, kw_only=True):
    """Exactly one of `user_ids`, `department`, `station_id`; null `due_at` for no due date."""

    documented: ClassVar[Mapping[str, Any]] = exactly_one("user_ids", "department", "station_id")

    course_id: UUID
    user_ids: Annotated[list[UUID], Meta(min_length=1, max_length=10_000)] | None = None
    department: FilledName | None = None
    station_id: Annotated[int, Meta(ge=1, le=2**31 - 1)] | None = None
    due_at: datetime | None = None


class AssignedRow(Struct, frozen=True, kw_only=True):
    """`assigned`: users who have the course now; `created`: those newly enrolled."""

    course_id: UUID
    due_at: Instant | None
    assigned: int
    created: int


class HeadcountRow(Struct, frozen=True, kw_only=True):
    """`late`: not completed by the due date; also counted in `in_progress` or `not_started`."""

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
                DepartmentRow(department=department, **numbers_of(people))
                for department, people in compliance.departments
            ],
            stations=[
                StationPeopleRow(station_id=station_id, station=station, **numbers_of(people))
                for (station_id, station), people in compliance.stations
            ],
        )


def numbers_of(people: Headcount) -> dict[str, int]:
    return {name: getattr(people, name) for name in HeadcountRow.__struct_fields__}
