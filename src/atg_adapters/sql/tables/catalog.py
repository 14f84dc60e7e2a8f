"""Stations with their parts, courses, programs, lessons, topics and files (spec: catalog-learning)."""

import sqlalchemy as sa

from atg_adapters.sql.folding import folded
from atg_adapters.sql.tables.metadata import (
    is_active,
    metadata,
    order_index,
    reference,
    serial,
    timestamps,
    uuid,
    written,
)
from atg_adapters.sql.types import one_of
from atg_core.catalog.model import FileType, PhotoView, StationStatus
from atg_core.catalog.validity import MOST_MONTHS, MOST_RENEW_DAYS, RENEW_DAYS

stations = sa.Table(
    "stations",
    metadata,
    serial(),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("short_name", sa.String(50), nullable=False, unique=True),
    sa.Column("description", sa.Text),
    sa.Column("image", sa.String(1024)),
    sa.Column("tech_map_image", sa.String(1024)),
    sa.Column("power", sa.String(100)),
    sa.Column("commission_date", sa.String(100)),
    sa.Column("courses_count", sa.Integer, nullable=False, server_default=sa.text("0")),
    sa.Column("status", sa.String(20), nullable=False, server_default=StationStatus.ACTIVE),
    *(
        sa.Column(name, sa.String(255))
        for name in (
            "location",
            "type",
            "design_capacity",
            "gas_pressure",
            "distance_from_border",
            "pipeline_diameter",
            "input_pressure",
            "output_pressure",
            "parallel_lines",
        )
    ),
    *timestamps(),
    one_of("status", StationStatus),
)

station_gas_supply_sources = sa.Table(
    "station_gas_supply_sources",
    metadata,
    serial(),
    reference("station_id", "stations", index=False),
    sa.Column("source_name", sa.String(255), nullable=False),
    order_index(),
    written(),
    sa.UniqueConstraint("station_id", "source_name"),
)

station_equipment = sa.Table(
    "station_equipment",
    metadata,
    serial(),
    reference("station_id", "stations"),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("model", sa.String(255)),
    sa.Column("manufacturer", sa.String(255)),
    sa.Column("quantity", sa.Integer, nullable=False, server_default=sa.text("1")),
    sa.Column("power", sa.String(100)),
    sa.Column("description", sa.Text),
    order_index(),
    written(),
)

station_specifications = sa.Table(
    "station_specifications",
    metadata,
    serial(),
    reference("station_id", "stations"),
    sa.Column("category", sa.String(255), nullable=False),
    sa.Column("value", sa.String(255), nullable=False),
    sa.Column("unit", sa.String(50)),
    sa.Column("description", sa.Text),
    order_index(),
    written(),
)

station_safety_systems = sa.Table(
    "station_safety_systems",
    metadata,
    serial(),
    reference("station_id", "stations"),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("description", sa.Text),
    sa.Column("manufacturer", sa.String(255)),
    order_index(),
    written(),
)

station_safety_system_features = sa.Table(
    "station_safety_system_features",
    metadata,
    serial(),
    reference("safety_system_id", "station_safety_systems"),
    sa.Column("feature_name", sa.String(500), nullable=False),
    order_index(),
    written(),
)

station_photos = sa.Table(
    "station_photos",
    metadata,
    serial(),
    reference("station_id", "stations", index=False),
    sa.Column("title", sa.String(255)),
    sa.Column("view", sa.String(100), nullable=False),
    sa.Column("image_url", sa.String(1024), nullable=False),
    order_index(),
)
sa.Index("ix_station_photos_station_id", station_photos.c.station_id)
ONE_PHOTO_OF_A_VIEW = sa.text(f"view IN ({', '.join(repr(str(view)) for view in PhotoView)})")
"""Where the view of a photo is unique for its station."""
sa.Index(
    "uq_station_photos_view",
    station_photos.c.station_id,
    station_photos.c.view,
    unique=True,
    postgresql_where=ONE_PHOTO_OF_A_VIEW,
    sqlite_where=ONE_PHOTO_OF_A_VIEW,
)

station_documents = sa.Table(
    "station_documents",
    metadata,
    serial(),
    reference("station_id", "stations"),
    sa.Column("title", sa.String(500), nullable=False),
    sa.Column("file_url", sa.String(1024), nullable=False),
    order_index(),
)

station_promo_videos = sa.Table(
    "station_promo_videos",
    metadata,
    serial(),
    sa.Column("station_id", sa.ForeignKey("stations.id", ondelete="CASCADE"), nullable=False, unique=True),
    sa.Column("title", sa.String(500)),
    sa.Column("object_key", sa.String(1024), nullable=False),
)

courses = sa.Table(
    "courses",
    metadata,
    uuid(),
    sa.Column("title", sa.String(255), nullable=False),
    sa.Column("description", sa.Text),
    sa.Column("station_id", sa.ForeignKey("stations.id", ondelete="SET NULL"), index=True),
    sa.Column("duration_hours", sa.Integer),
    sa.Column("level", sa.String(50)),
    is_active(),
    sa.Column("icon", sa.String(100)),
    sa.Column("code", sa.String(50), unique=True),
    # Of its certificates; NULL: they have no end.
    sa.Column("valid_months", sa.Integer),
    sa.Column("renew_days", sa.Integer, nullable=False, server_default=sa.text(str(RENEW_DAYS))),
    sa.Column("renew_topics", sa.Boolean, nullable=False, server_default=sa.false()),
    # The id of the class in the system of a school (OneRoster: sourcedId).
    sa.Column("sourced_id", sa.String(1000)),
    *timestamps(),
    folded("title"),
    folded("description"),
    sa.CheckConstraint(f"valid_months BETWEEN 1 AND {MOST_MONTHS}", name="valid_months"),
    sa.CheckConstraint(f"renew_days BETWEEN 0 AND {MOST_RENEW_DAYS}", name="renew_days"),
)
sa.Index("uq_courses_sourced_id", courses.c.sourced_id, unique=True)

course_programs = sa.Table(
    "course_programs",
    metadata,
    serial(),
    reference("station_id", "stations", nullable=True),
    # The course of which alone it is a program.
    reference("course_id", "courses", nullable=True),
    sa.Column("title", sa.String(500), nullable=False),
    sa.Column("description", sa.Text),
    sa.Column("duration", sa.String(100)),
    sa.Column("topics_count", sa.Integer, nullable=False, server_default=sa.text("0")),
    sa.Column("lessons_count", sa.Integer, nullable=False, server_default=sa.text("0")),
    sa.Column("tests_count", sa.Integer, nullable=False, server_default=sa.text("0")),
    sa.Column("format", sa.String(50), nullable=False, server_default="Онлайн"),
    is_active(),
    order_index(),
    sa.Column("code", sa.String(50), unique=True),
    *timestamps(),
    sa.CheckConstraint("(station_id IS NULL) <> (course_id IS NULL)", name="one_place"),
)


def shows(course: sa.FromClause, program: sa.FromClause) -> sa.ColumnElement[bool]:
    """Whether a course shows a program: one of its station, or its own."""
    return (program.c.station_id == course.c.station_id) | (program.c.course_id == course.c.id)


def _program_texts(name: str, text: str) -> sa.Table:
    return sa.Table(
        name,
        metadata,
        serial(),
        reference("course_program_id", "course_programs"),
        sa.Column(text, sa.Text, nullable=False),
        order_index(),
        written(),
    )


learning_outcomes = _program_texts("course_program_learning_outcomes", "outcome_text")
requirements = _program_texts("course_program_requirements", "requirement_text")
target_audience = _program_texts("course_program_target_audience", "audience_text")

lessons = sa.Table(
    "lessons",
    metadata,
    serial(),
    reference("course_program_id", "course_programs"),
    sa.Column("title", sa.String(500), nullable=False),
    sa.Column("duration", sa.String(100)),
    sa.Column("topics_count", sa.Integer, nullable=False, server_default=sa.text("0")),
    order_index(),
    is_active(),
    sa.Column("code", sa.String(50), unique=True),
    # The key of a frontend; without one it is the code.
    sa.Column("lesson_key", sa.String(50)),
    *timestamps(),
)
sa.Index(
    "uq_lessons_key", lessons.c.course_program_id, sa.func.coalesce(lessons.c.lesson_key, lessons.c.code), unique=True
)

lesson_materials = sa.Table(
    "lesson_materials",
    metadata,
    serial(),
    reference("lesson_id", "lessons", index=False),
    sa.Column("material_name", sa.String(500), nullable=False),
    order_index(),
    written(),
    sa.UniqueConstraint("lesson_id", "material_name"),
)

topics = sa.Table(
    "topics",
    metadata,
    serial(),
    reference("lesson_id", "lessons", index=False),
    sa.Column("code", sa.String(50), nullable=False),
    sa.Column("title", sa.String(500), nullable=False),
    sa.Column("duration", sa.String(100)),
    order_index(),
    is_active(),
    sa.Column("content", sa.Text),
    # The key of a frontend; without one it is the code.
    sa.Column("topic_key", sa.String(50)),
    *timestamps(),
    sa.UniqueConstraint("lesson_id", "code"),
)
sa.Index("uq_topics_key", topics.c.lesson_id, sa.func.coalesce(topics.c.topic_key, topics.c.code), unique=True)

topic_files = sa.Table(
    "topic_files",
    metadata,
    serial(),
    reference("topic_id", "topics", index=False),
    sa.Column("file_type", sa.String(20), nullable=False),
    sa.Column("title", sa.String(500)),
    sa.Column("original_name", sa.String(500), nullable=False),
    sa.Column("file_size", sa.BigInteger),
    sa.Column("size_formatted", sa.String(50)),
    sa.Column("file_url", sa.String(1024)),
    sa.Column("minio_object_name", sa.String(1000), nullable=False, index=True),
    sa.Column("mime_type", sa.String(255)),
    order_index(),
    is_active(),
    *timestamps(),
    sa.UniqueConstraint("topic_id", "minio_object_name"),
    one_of("file_type", FileType),
)
_one_main_pdf = sa.text("file_type = 'main_pdf' AND is_active")
sa.Index(
    "uq_topic_files_main_pdf",
    topic_files.c.topic_id,
    unique=True,
    postgresql_where=_one_main_pdf,
    sqlite_where=_one_main_pdf,
)

catalog_version = sa.Table(
    "catalog_version",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("version", sa.String(36), nullable=False),
    sa.CheckConstraint("id = 1", name="one_row"),
)
"""Replaced by triggers with each write of what the catalog shows (revision 0026)."""
