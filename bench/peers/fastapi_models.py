"""The tables of people as SQLAlchemy's ORM maps them."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bench.peers.fastapi_catalogue import Base, Course


class User(Base):
    __tablename__ = "users"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    username: Mapped[str]
    password_hash: Mapped[str | None]
    full_name: Mapped[str | None]
    email: Mapped[str | None]
    role: Mapped[str]
    is_active: Mapped[bool]
    created_at: Mapped[datetime]
    profile: Mapped["Profile"] = relationship()


class Profile(Base):
    __tablename__ = "user_profiles"
    id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    employee_id: Mapped[str | None]
    department: Mapped[str | None]
    station_id: Mapped[int | None] = mapped_column(ForeignKey("stations.id"))


class UserSession(Base):
    __tablename__ = "user_sessions"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    expires_at: Mapped[datetime]
    created_at: Mapped[datetime]
    last_activity: Mapped[datetime]
    confirmed_at: Mapped[datetime]
    salt: Mapped[bytes]
    revoked_at: Mapped[datetime | None]
    user: Mapped[User] = relationship()


class Enrollment(Base):
    __tablename__ = "user_courses"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    course_id: Mapped[UUID] = mapped_column(ForeignKey("courses.id"))
    progress_percent: Mapped[int]
    status: Mapped[str]
    started_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    hours_studied: Mapped[Decimal]
    last_activity: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    course: Mapped[Course] = relationship()
    user: Mapped[User] = relationship()


class Progress(Base):
    __tablename__ = "user_topic_progress"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID]
    topic_id: Mapped[int]
    completed: Mapped[bool]
    completed_at: Mapped[datetime | None]
    last_activity: Mapped[datetime | None]
    position_seconds: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Stats(Base):
    __tablename__ = "user_stats"
    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    active_courses: Mapped[int]
    completed_courses: Mapped[int]
    total_progress: Mapped[int]
    total_hours_studied: Mapped[Decimal]
    certificates_count: Mapped[int]
    topics_completed: Mapped[int]
    tests_passed: Mapped[int]
    tests_taken: Mapped[int]
    best_scores: Mapped[int]
    last_updated: Mapped[datetime | None]


class Certificate(Base):
    __tablename__ = "certificates"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID]
    title: Mapped[str]
    number: Mapped[str]
    issued_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class CampaignSession(Base):
    __tablename__ = "campaign_sessions"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    campaign: Mapped[str]
    last_seen: Mapped[datetime]
    score: Mapped[int]
    is_active: Mapped[bool]


class Asset(Base):
    __tablename__ = "campaign_assets"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str]
    campaign: Mapped[str]
    points: Mapped[int]


class CampaignProgress(Base):
    __tablename__ = "campaign_progress"
    session_id: Mapped[UUID] = mapped_column(primary_key=True)
    asset_id: Mapped[int] = mapped_column(primary_key=True)
    viewed_at: Mapped[datetime]
    times_viewed: Mapped[int]


class ViewEvent(Base):
    __tablename__ = "view_events"
    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[UUID]
    asset_id: Mapped[int | None]
    event_type: Mapped[str]
    timestamp: Mapped[datetime]
