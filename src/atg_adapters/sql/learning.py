"""Learning on SQL."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.dialects.postgresql import insert

from atg_adapters.sql.database import Database
from atg_adapters.sql.standings import SqlStandings
from atg_adapters.sql.tables.catalog import course_programs, courses, lessons, topics
from atg_adapters.sql.tables.identity import users
from atg_adapters.sql.tables.learning import certificates, user_courses, user_stats, user_topic_progress
from atg_core.learning.model import Certificate, EnrolledCourse, Enrollment, TopicProgress, Totals
from atg_core.learning.ports import CourseNotFound, TopicNotFound

_user: sa.BindParameter[UUID] = sa.bindparam("user")
_course: sa.BindParameter[UUID] = sa.bindparam("course")

_COURSE = sa.select(courses.c.id).where(courses.c.id == _course)
_entering = insert(user_stats).from_select(
    ["user_id"],
    sa.select(users.c.id)
    .join_from(users, courses, sa.true())
    .where(users.c.id == _user, courses.c.id == _course, courses.c.is_active)
    .with_for_update(read=True, of=courses),
)
_BEGIN = _entering.on_conflict_do_update(
    index_elements=["user_id"], set_={"user_id": _entering.excluded.user_id}
).returning(*user_stats.c)
_new = insert(user_courses)
# The update changes nothing; it makes RETURNING give the row that another request has stored a moment before.
_ADD_ONCE = _new.on_conflict_do_update(
    index_elements=["user_id", "course_id"], set_={"user_id": _new.excluded.user_id}
).returning(*user_courses.c)
_CANCEL = (
    sa.update(user_courses)
    .where(user_courses.c.user_id == _user, user_courses.c.course_id == _course, user_courses.c.cancelled_at.is_(None))
    .values(cancelled_at=sa.bindparam("now"))
)

_STATION_OF_TOPIC = (
    sa.select(course_programs.c.station_id)
    .select_from(topics.join(lessons).join(course_programs))
    .where(topics.c.id == sa.bindparam("topic"), topics.c.is_active, lessons.c.is_active, course_programs.c.is_active)
)
_progress = insert(user_topic_progress)
_RECORD = _progress.on_conflict_do_update(
    index_elements=["user_id", "topic_id"],
    set_={
        "completed": user_topic_progress.c.completed | _progress.excluded.completed,
        "completed_at": sa.func.coalesce(user_topic_progress.c.completed_at, _progress.excluded.completed_at),
        "position_seconds": sa.case(
            (sa.bindparam("keeps_position", type_=sa.Boolean), user_topic_progress.c.position_seconds),
            else_=_progress.excluded.position_seconds,
        ),
        "last_activity": _progress.excluded.last_activity,
        "updated_at": _progress.excluded.updated_at,
    },
).returning(*user_topic_progress.c)

_mine = sa.and_(user_courses.c.user_id == _user, user_courses.c.cancelled_at.is_(None))
_ENROLLED = (
    sa.select(user_courses, courses.c.title, courses.c.description, courses.c.station_id)
    .join(courses)
    .where(_mine)
    .order_by(user_courses.c.started_at.desc().nulls_first(), user_courses.c.id)
)
_TOTALS = sa.select(user_stats).where(user_stats.c.user_id == _user)
_ACTIVE_AT = sa.select(user_topic_progress.c.completed_at).where(
    user_topic_progress.c.user_id == _user, user_topic_progress.c.completed_at.is_not(None)
)
_CERTIFICATES = (
    sa.select(certificates)
    .where(certificates.c.user_id == _user, certificates.c.revoked_at.is_(None))
    .order_by(certificates.c.issued_at.desc(), certificates.c.number.desc())
)


class SqlLearning(SqlStandings):
    """`Enrollments` and `ProgressStore` within the transaction of `connection`."""

    async def begin(self, user_id: UUID, course_id: UUID) -> Totals:
        row = (await self.connection.execute(_BEGIN, {"user": user_id, "course": course_id})).first()
        if row is None:
            raise CourseNotFound
        return convert(row, Totals, from_attributes=True)

    async def add_once(self, enrollment: Enrollment) -> Enrollment:
        row = (await self.connection.execute(_ADD_ONCE, asdict(enrollment))).one()
        return convert(row, Enrollment, from_attributes=True)

    async def cancel(self, user_id: UUID, course_id: UUID, now: datetime) -> None:
        await self.connection.execute(_CANCEL, {"user": user_id, "course": course_id, "now": now})
        if (await self.connection.execute(_COURSE, {"course": course_id})).first() is None:
            raise CourseNotFound

    async def station_of_topic(self, topic_id: int) -> int:
        row = (await self.connection.execute(_STATION_OF_TOPIC, {"topic": topic_id})).first()
        if row is None:
            raise TopicNotFound
        station: int = row.station_id
        return station

    async def record(self, progress: TopicProgress, position_seconds: int | None, now: datetime) -> TopicProgress:
        values = {
            **asdict(progress),
            "id": uuid4(),
            "last_activity": now,
            "created_at": now,
            "updated_at": now,
            "keeps_position": position_seconds is None,
        }
        row = (await self.connection.execute(_RECORD, values)).one()
        return convert(row, TopicProgress, from_attributes=True)


class SqlLearners:
    """`Learners`: plain reads."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def enrolled_courses(self, user_id: UUID) -> list[EnrolledCourse]:
        rows = await self.database.rows(_ENROLLED, {"user": user_id})
        return [convert(row, EnrolledCourse, from_attributes=True) for row in rows]

    async def totals(self, user_id: UUID) -> Totals:
        row = await self.database.row(_TOTALS, {"user": user_id})
        return convert(row, Totals, from_attributes=True) if row else Totals()

    async def active_at(self, user_id: UUID) -> list[datetime]:
        return [row.completed_at for row in await self.database.rows(_ACTIVE_AT, {"user": user_id})]

    async def certificates(self, user_id: UUID) -> list[Certificate]:
        rows = await self.database.rows(_CERTIFICATES, {"user": user_id})
        return [convert(row, Certificate, from_attributes=True) for row in rows]
