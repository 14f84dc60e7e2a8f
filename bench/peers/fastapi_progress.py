"""`PUT /topics/{id}/progress` with the ORM: the topic's state, the percentages of its courses, the person's totals."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from fastapi import HTTPException
from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bench.peers.fastapi_catalogue import Course, Lesson, Program, Topic
from bench.peers.fastapi_models import Enrollment, Progress, Stats
from bench.peers.fastapi_wire import CoursePercent, ProgressIn, ProgressReply

_ACTIVE = Topic.is_active & Lesson.is_active & Program.is_active


async def save_progress(db: AsyncSession, user_id: UUID, topic_id: int, data: ProgressIn) -> ProgressReply:
    now = datetime.now(UTC)
    station_id = await db.scalar(
        select(Program.station_id)
        .join(Lesson, Lesson.course_program_id == Program.id)
        .join(Topic, Topic.lesson_id == Lesson.id)
        .where(Topic.id == topic_id, _ACTIVE)
    )
    if station_id is None:
        raise HTTPException(404)
    totals = await db.scalar(select(Stats).where(Stats.user_id == user_id).with_for_update())
    stored = await _store(db, user_id, topic_id, data, now)
    mine = await _recount(db, user_id, station_id, now)
    if not mine or totals is None or stored is None:
        raise HTTPException(403)
    await _add_up(db, user_id, totals)
    totals.last_updated = now
    await db.commit()
    return ProgressReply(
        topic_id=topic_id,
        completed=stored.completed,
        completed_at=stored.completed_at,
        position_seconds=stored.position_seconds,
        course_id=mine[0].course_id,
        progress_percent=mine[0].progress_percent,
        courses=[CoursePercent.model_validate(enrollment) for enrollment in mine],
    )


async def _store(db: AsyncSession, user_id: UUID, topic_id: int, data: ProgressIn, now: datetime) -> Progress | None:
    new = insert(Progress).values(
        id=uuid4(),
        user_id=user_id,
        topic_id=topic_id,
        completed=bool(data.completed),
        completed_at=now if data.completed else None,
        last_activity=now,
        position_seconds=data.position_seconds or 0,
        created_at=now,
        updated_at=now,
    )
    position = Progress.position_seconds if data.position_seconds is None else new.excluded.position_seconds
    changes = {
        "completed": Progress.completed | new.excluded.completed,
        "completed_at": func.coalesce(Progress.completed_at, new.excluded.completed_at),
        "position_seconds": position,
        "last_activity": now,
        "updated_at": now,
    }
    kept = new.on_conflict_do_update(index_elements=["user_id", "topic_id"], set_=changes).returning(Progress)
    stored: Progress | None = await db.scalar(kept)
    return stored


def _topics_of(station_id: int) -> Select[tuple[int]]:
    return (
        select(func.count())
        .select_from(Topic)
        .join(Lesson, Lesson.id == Topic.lesson_id)
        .join(Program, Program.id == Lesson.course_program_id)
        .where(Program.station_id == station_id, _ACTIVE)
    )


async def _recount(db: AsyncSession, user_id: UUID, station_id: int, now: datetime) -> list[Enrollment]:
    mine = await db.scalars(
        select(Enrollment)
        .join(Course)
        .where(Enrollment.user_id == user_id, Course.station_id == station_id, Enrollment.cancelled_at.is_(None))
        .order_by(Enrollment.started_at.nulls_last(), Enrollment.id)
    )
    topics = _topics_of(station_id)
    total = await db.scalar(topics) or 1
    mastered = topics.join(Progress, Progress.topic_id == Topic.id).where(
        Progress.user_id == user_id, Progress.completed
    )
    done = await db.scalar(mastered) or 0
    enrollments = list(mine)
    for enrollment in enrollments:
        enrollment.progress_percent, enrollment.last_activity = done * 100 // total, now
        if enrollment.progress_percent == 100 and enrollment.status != "completed":
            enrollment.status, enrollment.completed_at = "completed", now
    await db.flush()
    return enrollments


async def _add_up(db: AsyncSession, user_id: UUID, totals: Stats) -> None:
    sums = await db.execute(
        select(
            func.count().filter(Enrollment.status != "completed"),
            func.count().filter(Enrollment.status == "completed"),
            func.coalesce(func.sum(Enrollment.progress_percent), 0),
            func.coalesce(func.sum(Enrollment.hours_studied), 0),
        ).where(Enrollment.user_id == user_id, Enrollment.cancelled_at.is_(None))
    )
    totals.active_courses, totals.completed_courses, totals.total_progress, totals.total_hours_studied = sums.one()
    totals.topics_completed = (
        await db.scalar(
            select(func.count()).select_from(Progress).where(Progress.user_id == user_id, Progress.completed)
        )
        or 0
    )
