"""FastAPI, SQLAlchemy's async ORM, asyncpg, Pydantic: as its community writes it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID, uuid4

import jwt
from fastapi import Depends, FastAPI, HTTPException, Query
from fastapi.responses import FileResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import selectinload

from bench.peers import environment
from bench.peers import fastapi_catalogue as catalogue
from bench.peers import fastapi_catalogue_wire as catalogue_wire
from bench.peers import fastapi_models as models
from bench.peers import fastapi_wire as wire
from bench.peers.fastapi_progress import save_progress

_URL = environment.DATABASE_URL.replace("postgresql://", "postgresql+asyncpg://", 1)
_engine = create_async_engine(_URL, pool_size=environment.POOL, max_overflow=environment.POOL)
_open_session = async_sessionmaker(_engine, expire_on_commit=False)
_bearer = HTTPBearer(auto_error=False)


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    yield
    await _engine.dispose()


app = FastAPI(lifespan=lifespan)


async def _session() -> AsyncIterator[AsyncSession]:
    async with _open_session() as session:
        yield session


Db = Annotated[AsyncSession, Depends(_session)]
Authorization = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


async def _caller(db: Db, authorization: Authorization) -> tuple[models.User, dict[str, Any]]:
    if authorization is None:
        raise HTTPException(401)
    try:
        claims = jwt.decode(authorization.credentials, environment.JWT_KEY, **environment.JWT)
    except jwt.PyJWTError:
        raise HTTPException(401) from None
    session = models.UserSession
    user = await db.scalar(
        select(models.User)
        .join(session, session.user_id == models.User.id)
        .where(session.id == UUID(claims["sid"]), session.revoked_at.is_(None), session.expires_at > datetime.now(UTC))
        .where(models.User.is_active)
    )
    if user is None:
        raise HTTPException(401)
    return user, claims


Caller = Annotated[tuple[models.User, dict[str, Any]], Depends(_caller)]


@app.get("/auth/me")
async def me(caller: Caller) -> wire.MeReply:
    user, claims = caller
    return wire.MeReply(
        user=wire.Me(
            sub=user.id,
            id=user.id,
            username=user.username,
            role=user.role,
            full_name=user.full_name or user.username,
            email=user.email,
            is_active=user.is_active,
            iat=claims["iat"],
            exp=claims["exp"],
        )
    )


@app.get("/stations")
async def stations(db: Db) -> catalogue_wire.Stations:
    found = await db.scalars(select(catalogue.Station).order_by(catalogue.Station.id))
    return catalogue_wire.Stations(data=[catalogue_wire.StationRow.model_validate(station) for station in found])


@app.get("/stations/{station_id}")
async def station(station_id: int, db: Db) -> catalogue_wire.StationReply:
    kind = catalogue.Station
    parts = [kind.equipment, kind.specs, kind.gas_sources, kind.photos, kind.documents]
    loaded = [selectinload(part) for part in parts]
    loaded.append(selectinload(kind.safety).selectinload(catalogue.SafetySystem.features))
    found = await db.get(kind, station_id, options=loaded)
    if found is None:
        raise HTTPException(404)
    return catalogue_wire.StationReply(
        station=catalogue_wire.StationDetails.model_validate(found),
        equipment=[catalogue_wire.EquipmentRow.model_validate(part) for part in found.equipment],
        specs=[catalogue_wire.SpecRow.model_validate(part) for part in found.specs],
        safety=[catalogue_wire.SafetyRow.model_validate(part) for part in found.safety],
        gas_sources=[catalogue_wire.GasRow.model_validate(part) for part in found.gas_sources],
        photos=[catalogue_wire.PhotoRow.model_validate(part) for part in found.photos],
        normativeDocs=[catalogue_wire.DocRow.model_validate(part) for part in found.documents],
    )


@app.get("/courses/me/enrollments")
async def enrollments(db: Db, caller: Caller) -> wire.EnrolledReply:
    kind = models.Enrollment
    found = await db.scalars(
        select(kind)
        .options(selectinload(kind.course))
        .where(kind.user_id == caller[0].id, kind.cancelled_at.is_(None))
        .order_by(kind.started_at.desc().nulls_first(), kind.id)
    )
    return wire.EnrolledReply(data=[wire.EnrolledRow.of(enrollment) for enrollment in found])


@app.get("/courses/{course_id}")
async def course(course_id: UUID, db: Db) -> catalogue_wire.CourseReply:
    found = await db.get(catalogue.Course, course_id)
    if found is None:
        raise HTTPException(404)
    kind = catalogue.Program
    programs = await db.scalars(
        select(kind).where(kind.station_id == found.station_id).order_by(kind.order_index, kind.id)
    )
    return catalogue_wire.CourseReply(
        course=catalogue_wire.CourseDetails.model_validate(found),
        programs=[catalogue_wire.ProgramRow.model_validate(program) for program in programs],
    )


def _streak(days: set[Any], today: Any) -> int:
    day, streak = today if today in days else today - timedelta(days=1), 0
    while day in days:
        day, streak = day - timedelta(days=1), streak + 1
    return streak


@app.get("/users/me/stats")
async def stats(db: Db, caller: Caller) -> wire.StatsReply:
    user_id, kind, held = caller[0].id, models.Progress, models.Certificate
    totals = await db.get(models.Stats, user_id)
    if totals is None:
        raise HTTPException(404)
    days = await db.scalars(
        select(func.date(func.timezone("UTC", kind.completed_at)))
        .where(kind.user_id == user_id, kind.completed_at.is_not(None))
        .distinct()
    )
    certificates = await db.scalars(
        select(held).where(held.user_id == user_id, held.revoked_at.is_(None)).order_by(held.issued_at.desc())
    )
    average = round(totals.best_scores / totals.tests_taken, 2) if totals.tests_taken else 0.0
    streak = _streak(set(days), datetime.now(UTC).date())
    return wire.StatsReply(
        stats=wire.StatsRow.model_validate(
            {name: getattr(totals, name, None) for name in wire.StatsRow.model_fields}
            | {"average_score": average, "streak_days": streak}
        ),
        certificates=[wire.CertRow.model_validate(certificate) for certificate in certificates],
    )


@app.put("/topics/{topic_id}/progress")
async def progress(topic_id: int, data: wire.ProgressIn, db: Db, caller: Caller) -> wire.ProgressReply:
    return await save_progress(db, caller[0].id, topic_id, data)


@app.post("/courses/{course_id}/enroll")
async def enroll(course_id: UUID, db: Db, caller: Caller) -> wire.EnrollReply:
    now, course = datetime.now(UTC), catalogue.Course
    if await db.scalar(select(course.id).where(course.id == course_id, course.is_active)) is None:
        raise HTTPException(404)
    new = insert(models.Enrollment).values(
        id=uuid4(),
        user_id=caller[0].id,
        course_id=course_id,
        progress_percent=0,
        status="in_progress",
        started_at=now,
        hours_studied=0,
        last_activity=now,
    )
    kept = new.on_conflict_do_update(
        index_elements=["user_id", "course_id"], set_={"user_id": new.excluded.user_id}
    ).returning(models.Enrollment)
    stored = await db.scalar(kept)
    await db.commit()
    return wire.EnrollReply(enrollment=wire.EnrollmentRow.model_validate(stored))


@app.post("/view/")
async def view(data: wire.ViewIn, db: Db) -> wire.ViewReply:
    now, visit, asset, seen = datetime.now(UTC), models.CampaignSession, models.Asset, models.CampaignProgress
    session = await db.scalar(select(visit).where(visit.id == data.session_id, visit.is_active).with_for_update())
    model = await db.scalar(select(asset).where(asset.slug == data.asset_slug))
    if session is None or model is None or model.campaign != session.campaign:
        raise HTTPException(404)
    new = insert(seen).values(session_id=session.id, asset_id=model.id, viewed_at=now, times_viewed=1)
    counted = new.on_conflict_do_update(
        index_elements=["session_id", "asset_id"], set_={"times_viewed": seen.times_viewed + 1}
    ).returning(seen.times_viewed)
    awarded = model.points if await db.scalar(counted) == 1 else 0
    session.score, session.last_seen = session.score + awarded, now
    db.add(models.ViewEvent(session_id=session.id, asset_id=model.id, event_type="viewed_asset", timestamp=now))
    await db.commit()
    return wire.ViewReply(
        session_id=session.id, asset_slug=model.slug, awarded_points=awarded, session_score=session.score
    )


@app.get("/courses/{course_id}/learners")
async def learners(
    course_id: UUID,
    db: Db,
    caller: Caller,
    page: Annotated[int, Query(ge=1)] = 1,
    size: Annotated[int, Query(ge=1, le=100)] = 20,
) -> wire.LearnerPage:
    if caller[0].role not in {"admin", "instructor"}:
        raise HTTPException(403)
    kind, user, profile, station = models.Enrollment, models.User, models.Profile, catalogue.Station
    match = (kind.course_id == course_id) & kind.cancelled_at.is_(None)
    total = await db.scalar(select(func.count()).select_from(kind).where(match)) or 0
    found = await db.execute(
        select(kind, user, profile, station.name)
        .join(user, user.id == kind.user_id)
        .outerjoin(profile, profile.id == user.id)
        .outerjoin(station, station.id == profile.station_id)
        .where(match)
        .order_by(func.coalesce(user.full_name, user.username), user.id)
        .limit(size)
        .offset((page - 1) * size)
    )
    items = [wire.LearnerRow.of(*row) for row in found]
    return wire.LearnerPage(items=items, page=page, size=size, total=total, pages=-(-total // size))


@app.get("/files/stream/{key:path}")
async def stream(key: str) -> FileResponse:  # noqa: ARG001 - there is one file
    return FileResponse(environment.FILE)
