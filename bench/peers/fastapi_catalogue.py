"""The tables of the catalogue as SQLAlchemy's ORM maps them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    type_annotation_map = {datetime: DateTime(timezone=True)}  # noqa: RUF012


class Station(Base):
    __tablename__ = "stations"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    short_name: Mapped[str]
    description: Mapped[str | None]
    image: Mapped[str | None]
    tech_map_image: Mapped[str | None]
    power: Mapped[str | None]
    commission_date: Mapped[str | None]
    courses_count: Mapped[int]
    status: Mapped[str]
    location: Mapped[str | None]
    type: Mapped[str | None]
    design_capacity: Mapped[str | None]
    gas_pressure: Mapped[str | None]
    distance_from_border: Mapped[str | None]
    pipeline_diameter: Mapped[str | None]
    input_pressure: Mapped[str | None]
    output_pressure: Mapped[str | None]
    parallel_lines: Mapped[str | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    equipment: Mapped[list["Equipment"]] = relationship(order_by="Equipment.order_index, Equipment.id")
    specs: Mapped[list["Specification"]] = relationship(order_by="Specification.order_index, Specification.id")
    safety: Mapped[list["SafetySystem"]] = relationship(order_by="SafetySystem.order_index, SafetySystem.id")
    gas_sources: Mapped[list["GasSource"]] = relationship(order_by="GasSource.order_index, GasSource.id")
    photos: Mapped[list["Photo"]] = relationship(order_by="Photo.order_index, Photo.id")
    documents: Mapped[list["Document"]] = relationship(order_by="Document.order_index, Document.id")


class Equipment(Base):
    __tablename__ = "station_equipment"
    id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[int] = mapped_column(ForeignKey("stations.id"))
    name: Mapped[str]
    model: Mapped[str | None]
    manufacturer: Mapped[str | None]
    quantity: Mapped[int]
    power: Mapped[str | None]
    description: Mapped[str | None]
    order_index: Mapped[int]


class Specification(Base):
    __tablename__ = "station_specifications"
    id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[int] = mapped_column(ForeignKey("stations.id"))
    category: Mapped[str]
    value: Mapped[str]
    unit: Mapped[str | None]
    description: Mapped[str | None]
    order_index: Mapped[int]


class SafetySystem(Base):
    __tablename__ = "station_safety_systems"
    id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[int] = mapped_column(ForeignKey("stations.id"))
    name: Mapped[str]
    description: Mapped[str | None]
    manufacturer: Mapped[str | None]
    order_index: Mapped[int]
    features: Mapped[list["Feature"]] = relationship(order_by="Feature.order_index, Feature.id")

    @property
    def feature_names(self) -> list[str]:
        return [feature.feature_name for feature in self.features]


class Feature(Base):
    __tablename__ = "station_safety_system_features"
    id: Mapped[int] = mapped_column(primary_key=True)
    safety_system_id: Mapped[int] = mapped_column(ForeignKey("station_safety_systems.id"))
    feature_name: Mapped[str]
    order_index: Mapped[int]


class GasSource(Base):
    __tablename__ = "station_gas_supply_sources"
    id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[int] = mapped_column(ForeignKey("stations.id"))
    source_name: Mapped[str]
    order_index: Mapped[int]


class Photo(Base):
    __tablename__ = "station_photos"
    id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[int] = mapped_column(ForeignKey("stations.id"))
    title: Mapped[str | None]
    view: Mapped[str]
    image_url: Mapped[str]
    order_index: Mapped[int]


class Document(Base):
    __tablename__ = "station_documents"
    id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[int] = mapped_column(ForeignKey("stations.id"))
    title: Mapped[str]
    file_url: Mapped[str]
    order_index: Mapped[int]


class Course(Base):
    __tablename__ = "courses"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    title: Mapped[str]
    description: Mapped[str | None]
    station_id: Mapped[int | None] = mapped_column(ForeignKey("stations.id"))
    duration_hours: Mapped[int | None]
    level: Mapped[str | None]
    is_active: Mapped[bool]
    icon: Mapped[str | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Program(Base):
    __tablename__ = "course_programs"
    id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[int] = mapped_column(ForeignKey("stations.id"))
    title: Mapped[str]
    description: Mapped[str | None]
    duration: Mapped[str | None]
    topics_count: Mapped[int]
    lessons_count: Mapped[int]
    tests_count: Mapped[int]
    format: Mapped[str]
    is_active: Mapped[bool]
    order_index: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Lesson(Base):
    __tablename__ = "lessons"
    id: Mapped[int] = mapped_column(primary_key=True)
    course_program_id: Mapped[int] = mapped_column(ForeignKey("course_programs.id"))
    is_active: Mapped[bool]


class Topic(Base):
    __tablename__ = "topics"
    id: Mapped[int] = mapped_column(primary_key=True)
    lesson_id: Mapped[int] = mapped_column(ForeignKey("lessons.id"))
    is_active: Mapped[bool]
