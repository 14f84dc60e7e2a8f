"""The JSON of stations and courses, as the existing frontend reads it (spec: catalog-learning)."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from atg_core.catalog.model import StationCard, StationStatus
from atg_core.catalog.prerequisites import PrerequisiteKind
from atg_entrypoints.http.wire import Instant, to_wire


class StationRow(Struct, frozen=True, kw_only=True):
    id: Annotated[int, Meta(examples=[1])]
    name: Annotated[str, Meta(examples=["Компрессорная станция «Береговая»"])]
    short_name: Annotated[str, Meta(examples=["КС-01"])]
    description: str | None
    image: str | None
    tech_map_image: str | None
    power: Annotated[str | None, Meta(examples=["30 МВт"])]
    commission_date: Annotated[str | None, Meta(examples=["2009"])]
    courses_count: int
    status: StationStatus
    location: str | None
    type: str | None
    design_capacity: str | None
    gas_pressure: str | None
    distance_from_border: str | None
    pipeline_diameter: str | None
    input_pressure: str | None
    output_pressure: str | None
    parallel_lines: str | None


class StationDetails(StationRow, frozen=True, kw_only=True):
    created_at: Instant
    updated_at: Instant


class EquipmentRow(Struct, frozen=True, kw_only=True):
    id: int
    station_id: int
    name: Annotated[str, Meta(examples=["Газоперекачивающий агрегат ГПА-16"])]
    model: str | None
    manufacturer: str | None
    quantity: int
    power: str | None
    description: str | None
    order_index: int


class SpecificationRow(Struct, frozen=True, kw_only=True):
    id: int
    station_id: int
    category: Annotated[str, Meta(examples=["Давление на входе"])]
    value: Annotated[str, Meta(examples=["5,4"])]
    unit: Annotated[str | None, Meta(examples=["МПа"])]
    description: str | None
    order_index: int


class SafetyFeatureRow(Struct, frozen=True, kw_only=True):
    id: int
    feature_name: str
    order_index: int


class SafetySystemRow(Struct, frozen=True, kw_only=True):
    id: int
    station_id: int
    name: Annotated[str, Meta(examples=["Система пожаротушения"])]
    description: str | None
    manufacturer: str | None
    order_index: int
    features: list[SafetyFeatureRow]
    feature_names: list[str]


class GasSourceRow(Struct, frozen=True, kw_only=True):
    id: int
    station_id: int
    source_name: str
    order_index: int


class PhotoRow(Struct, frozen=True, kw_only=True):
    id: int
    station_id: int
    title: str | None
    view: str
    image_url: str
    order_index: int


class DocumentRow(Struct, frozen=True, kw_only=True):
    id: int
    station_id: int
    title: str
    file_url: str
    order_index: int


class StationReply(Struct, frozen=True, kw_only=True):
    """A station with all its parts."""

    station: StationDetails
    equipment: list[EquipmentRow]
    specs: list[SpecificationRow]
    safety: list[SafetySystemRow]
    gas_sources: list[GasSourceRow]
    photos: list[PhotoRow]
    normativeDocs: list[DocumentRow]  # noqa: N815 - the frontend's name

    @classmethod
    def of(cls, card: StationCard) -> "StationReply":
        return cls(
            station=to_wire(card.station, StationDetails),
            equipment=to_wire(card.equipment, list[EquipmentRow]),
            specs=to_wire(card.specifications, list[SpecificationRow]),
            safety=to_wire(card.safety_systems, list[SafetySystemRow]),
            gas_sources=to_wire(card.gas_sources, list[GasSourceRow]),
            photos=to_wire(card.photos, list[PhotoRow]),
            normativeDocs=to_wire(card.documents, list[DocumentRow]),
        )


class CourseRow(Struct, frozen=True, kw_only=True):
    id: UUID
    title: Annotated[str, Meta(examples=["Эксплуатация газоперекачивающих агрегатов"])]
    description: str | None
    station_id: int | None
    duration_hours: int | None
    level: Annotated[str | None, Meta(examples=["базовый"])]
    is_active: bool
    icon: str | None


class CourseDetails(CourseRow, frozen=True, kw_only=True):
    """`valid_months`: of its certificates, null if they have no end; due again `renew_days` before that."""

    valid_months: int | None
    renew_days: int
    renew_topics: bool
    created_at: Instant
    updated_at: Instant


class ProgramRow(Struct, frozen=True, kw_only=True):
    """`course_id`: of a program that belongs to one course alone; it has no station then."""

    id: int
    station_id: int | None
    course_id: UUID | None
    title: str
    description: str | None
    duration: Annotated[str | None, Meta(examples=["72 часа"])]
    topics_count: int
    lessons_count: int
    tests_count: int
    format: str
    is_active: bool
    order_index: int
    created_at: Instant
    updated_at: Instant


class PrerequisiteRow(Struct, frozen=True, kw_only=True):
    """A course or a final test that has to be passed before: either `course_id` or `final_test_id` is given."""

    kind: PrerequisiteKind
    course_id: UUID | None
    final_test_id: int | None
    title: str


class CourseReply(Struct, frozen=True, kw_only=True):
    course: CourseDetails
    programs: list[ProgramRow]
    prerequisites: list[PrerequisiteRow]
