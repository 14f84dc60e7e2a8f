"""Stations with their parts, courses, programs and what they hold (spec: catalog-learning)."""

import sqlalchemy as sa

from atg_adapters.sql.tables.metadata import (
    is_active,
    metadata,
    order_index,
    reference,
    serial,
    timestamps,
    uuid,
)
from atg_adapters.sql.types import one_of
from atg_core.catalog.model import FileType, PhotoView, StationStatus

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
)

station_safety_system_features = sa.Table(
    "station_safety_system_features",
    metadata,
    serial(),
    reference("safety_system_id", "station_safety_systems"),
    sa.Column("feature_name", sa.String(500), nullable=False),
    order_index(),
)

station_photos = sa.Table(
    "station_photos",
    metadata,
    serial(),
    reference("station_id", "stations", index=False),
    sa.Column("title", sa.String(255)),
    sa.Column("view", sa.String(20), nullable=False),
    sa.Column("image_url", sa.String(1024), nullable=False),
    order_index(),
    sa.UniqueConstraint("station_id", "view"),
    one_of("view", PhotoView),
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
    *timestamps(),
)

course_programs = sa.Table(
    "course_programs",
    metadata,
    serial(),
    reference("station_id", "stations"),
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
)


def _program_texts(name: str, text: str) -> sa.Table:
    return sa.Table(
        name,
        metadata,
        serial(),
        reference("course_program_id", "course_programs"),
        sa.Column(text, sa.Text, nullable=False),
        order_index(),
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
    *timestamps(),
)

lesson_materials = sa.Table(
    "lesson_materials",
    metadata,
    serial(),
    reference("lesson_id", "lessons", index=False),
    sa.Column("material_name", sa.String(500), nullable=False),
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
    *timestamps(),
    sa.UniqueConstraint("lesson_id", "code"),
)

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
