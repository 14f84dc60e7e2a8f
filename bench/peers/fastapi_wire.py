"""What is read and written, as Pydantic has it."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from pydantic import BaseModel

from bench.peers.fastapi_catalogue_wire import Row
from bench.peers.fastapi_models import Enrollment, Profile, User


class EnrolledRow(BaseModel):
    course_id: UUID
    progress_percent: int
    title: str
    description: str | None
    station_id: int | None
    status: str
    started_at: datetime | None
    completed_at: datetime | None
    due_at: datetime | None

    @classmethod
    def of(cls, enrollment: Enrollment) -> "EnrolledRow":
        course = enrollment.course
        return cls(
            course_id=enrollment.course_id,
            progress_percent=enrollment.progress_percent,
            title=course.title,
            description=course.description,
            station_id=course.station_id,
            status=enrollment.status,
            started_at=enrollment.started_at,
            completed_at=enrollment.completed_at,
            due_at=enrollment.due_at,
        )


class EnrolledReply(BaseModel):
    data: list[EnrolledRow]


class Me(BaseModel):
    sub: UUID
    id: UUID
    username: str
    role: str
    full_name: str
    email: str | None
    is_active: bool
    type: str = "access"
    iat: int
    exp: int


class MeReply(BaseModel):
    user: Me


class StatsRow(BaseModel):
    active_courses: int
    completed_courses: int
    total_progress: int
    total_hours_studied: Decimal
    certificates_count: int
    topics_completed: int
    tests_passed: int
    average_score: float
    streak_days: int


class CertRow(Row):
    id: UUID
    title: str
    issued_at: datetime
    number: str


class StatsReply(BaseModel):
    stats: StatsRow
    certificates: list[CertRow]


class ProgressIn(BaseModel):
    completed: bool | None = None
    position_seconds: int | None = None
    seconds_studied: int | None = None


class CoursePercent(Row):
    course_id: UUID
    progress_percent: int


class ProgressReply(BaseModel):
    topic_id: int
    completed: bool
    completed_at: datetime | None
    position_seconds: int
    course_id: UUID
    progress_percent: int
    courses: list[CoursePercent]


class EnrollmentRow(Row):
    id: UUID
    user_id: UUID
    course_id: UUID
    progress_percent: int
    status: str
    started_at: datetime | None
    completed_at: datetime | None
    hours_studied: Decimal
    last_activity: datetime | None
    due_at: datetime | None


class EnrollReply(BaseModel):
    success: bool = True
    enrollment: EnrollmentRow


class ViewIn(BaseModel):
    session_id: UUID
    asset_slug: str


class ViewReply(BaseModel):
    session_id: UUID
    asset_slug: str
    awarded_points: int
    session_score: int


class LearnerRow(BaseModel):
    user_id: UUID
    username: str
    full_name: str | None
    employee_id: str | None
    department: str | None
    station: str | None
    status: str
    progress_percent: int
    hours_studied: Decimal
    started_at: datetime | None
    completed_at: datetime | None
    due_at: datetime | None
    last_activity: datetime | None

    @classmethod
    def of(cls, enrollment: Enrollment, user: User, profile: Profile | None, station: str | None) -> "LearnerRow":
        return cls(
            user_id=user.id,
            username=user.username,
            full_name=user.full_name,
            employee_id=profile and profile.employee_id,
            department=profile and profile.department,
            station=station,
            status=enrollment.status,
            progress_percent=enrollment.progress_percent,
            hours_studied=enrollment.hours_studied,
            started_at=enrollment.started_at,
            completed_at=enrollment.completed_at,
            due_at=enrollment.due_at,
            last_activity=enrollment.last_activity,
        )


class LearnerPage(BaseModel):
    items: list[LearnerRow]
    total: int
    page: int
    size: int
    pages: int
