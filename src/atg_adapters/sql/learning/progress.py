"""Topic progress, on SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.dialects.postgresql import insert

from atg_adapters.sql.learning.completion import SqlCompletion, saving
from atg_adapters.sql.learning.prerequisites import has_prerequisites
from atg_adapters.sql.learning.streaks import columns_of, streak_of
from atg_adapters.sql.learning.totals import SUMS
from atg_adapters.sql.result import Row
from atg_adapters.sql.tables.catalog import course_programs, courses, lessons, shows, topics
from atg_adapters.sql.tables.learning import user_courses, user_stats, user_topic_progress
from atg_core.learning.model import Enrollment, Scope, TopicProgress
from atg_core.learning.ports import TopicNotFound
from atg_core.learning.topic_standing import TopicStanding
from atg_core.learning.totals import Totals

_user: sa.BindParameter[UUID] = sa.bindparam("user")

_LOCK = sa.select(user_stats).where(user_stats.c.user_id == _user).with_for_update(key_share=True)
_other_programs = course_programs.alias("other_programs")
_topics = (
    sa.select(sa.func.sum(_other_programs.c.topics_count))
    .where(shows(courses, _other_programs), _other_programs.c.is_active)
    .correlate(courses)
    .scalar_subquery()
)
_my_progress = (user_topic_progress.c.topic_id == topics.c.id) & (user_topic_progress.c.user_id == _user)
_my_enrollment = (
    (user_courses.c.course_id == courses.c.id)
    & (user_courses.c.user_id == _user)
    & user_courses.c.cancelled_at.is_(None)
)
_may_be_locked = user_courses.c.started_at.is_(None) & has_prerequisites(user_courses.c.course_id)
_FIND = (
    sa.select(
        course_programs.c.station_id,
        course_programs.c.course_id.label("own_course_id"),
        _topics.label("topics"),
        _may_be_locked.label("may_be_locked"),
        user_topic_progress.c.completed,
        user_topic_progress.c.completed_at.label("topic_completed_at"),
        user_topic_progress.c.position_seconds,
        user_topic_progress.c.renewed_at,
        user_courses,
    )
    .select_from(topics.join(lessons).join(course_programs))
    .outerjoin(user_topic_progress, _my_progress)
    .outerjoin(courses.join(user_courses, _my_enrollment), shows(courses, course_programs))
    .where(topics.c.id == sa.bindparam("topic"), topics.c.is_active, lessons.c.is_active, course_programs.c.is_active)
    .order_by(user_courses.c.started_at.nulls_last(), user_courses.c.id)
)
_progress = insert(user_topic_progress)
_RECORD = _progress.on_conflict_do_update(
    index_elements=["user_id", "topic_id"],
    set_={
        name: _progress.excluded[name]
        for name in ("completed", "completed_at", "renewed_at", "position_seconds", "last_activity", "updated_at")
    },
)
_HEARD = sa.update(user_stats).where(user_stats.c.user_id == _user).values(last_progress_at=sa.bindparam("heard_at"))
_CHANGED = _HEARD.values(
    {name: sa.bindparam(name) for name in (*SUMS, "last_updated", "streak_first_day", "streak_last_day")}
)


class SqlProgress(SqlCompletion):
    """`ProgressStore` within the transaction of `connection`."""

    async def lock_topic(self, user_id: UUID, topic_id: int) -> TopicStanding:
        stats, rows = await self._locked(user_id, topic_id)
        if stats is None:
            await self.lock_learners(Scope(user_id=user_id))
            stats, rows = await self._locked(user_id, topic_id)
        if stats is None or not rows:
            raise TopicNotFound
        return _standing_of(user_id, topic_id, stats, rows)

    async def _locked(self, user_id: UUID, topic_id: int) -> tuple[Row | None, Sequence[Row]]:
        """Two statements, of which the second begins after the lock: it sees what others have committed before."""
        stats, rows = await self.connection.results(
            (_LOCK, {"user": user_id}), (_FIND, {"user": user_id, "topic": topic_id})
        )
        return stats.first(), rows.all()

    async def record(self, before: TopicStanding, after: TopicStanding, now: datetime) -> None:
        progress = after.progress
        times = {"last_activity": now, "created_at": now, "updated_at": now}
        recorded = {
            "id": uuid4(),
            "user_id": progress.user_id,
            "topic_id": progress.topic_id,
            "completed": progress.completed,
            "completed_at": progress.completed_at,
            "renewed_at": progress.renewed_at,
            "position_seconds": progress.position_seconds,
        }
        heard = {"user": progress.user_id, "heard_at": after.heard_at}
        stats: tuple[sa.Executable, dict[str, Any]] = (_HEARD, heard)
        if (after.totals, after.streak) != (before.totals, before.streak):
            totals = {name: getattr(after.totals, name) for name in SUMS}
            stats = (_CHANGED, {**heard, **totals, **columns_of(after.streak), "last_updated": now})
        self.connection.later_as_one((_RECORD, {**recorded, **times}), stats, saving(after.enrollments))


def _standing_of(user_id: UUID, topic_id: int, stats: Row, rows: Sequence[Row]) -> TopicStanding:
    row = rows[0]
    return TopicStanding(
        station_id=row.station_id,
        course_id=row.own_course_id,
        topics=[each.topics for each in rows if each.id],
        progress=TopicProgress(
            user_id=user_id,
            topic_id=topic_id,
            completed=bool(row.completed),
            completed_at=row.topic_completed_at,
            position_seconds=row.position_seconds or 0,
            renewed_at=row.renewed_at,
        ),
        enrollments=[convert(each, Enrollment, from_attributes=True) for each in rows if each.id],
        totals=convert(stats, Totals, from_attributes=True),
        streak=streak_of(stats),
        heard_at=stats.last_progress_at,
        may_be_locked=[each.course_id for each in rows if each.id and each.may_be_locked],
    )
