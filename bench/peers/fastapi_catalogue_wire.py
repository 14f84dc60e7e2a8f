"""The catalogue as Pydantic has it."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Row(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class StationRow(Row):
    id: int
    name: str
    short_name: str
    description: str | None
    image: str | None
    tech_map_image: str | None
    power: str | None
    commission_date: str | None
    courses_count: int
    status: str
    location: str | None
    type: str | None
    design_capacity: str | None
    gas_pressure: str | None
    distance_from_border: str | None
    pipeline_diameter: str | None
    input_pressure: str | None
    output_pressure: str | None
    parallel_lines: str | None


class StationDetails(StationRow):
    created_at: datetime
    updated_at: datetime


class EquipmentRow(Row):
    id: int
    station_id: int
    name: str
    model: str | None
    manufacturer: str | None
    quantity: int
    power: str | None
    description: str | None
    order_index: int


class SpecRow(Row):
    id: int
    station_id: int
    category: str
    value: str
    unit: str | None
    description: str | None
    order_index: int


class FeatureRow(Row):
    id: int
    feature_name: str
    order_index: int


class SafetyRow(Row):
    id: int
    station_id: int
    name: str
    description: str | None
    manufacturer: str | None
    order_index: int
    features: list[FeatureRow]
    feature_names: list[str]


class GasRow(Row):
    id: int
    station_id: int
    source_name: str
    order_index: int


class PhotoRow(Row):
    id: int
    station_id: int
    title: str | None
    view: str
    image_url: str
    order_index: int


class DocRow(Row):
    id: int
    station_id: int
    title: str
    file_url: str
    order_index: int


class Stations(BaseModel):
    data: list[StationRow]


class StationReply(BaseModel):
    station: StationDetails
    equipment: list[EquipmentRow]
    specs: list[SpecRow]
    safety: list[SafetyRow]
    gas_sources: list[GasRow]
    photos: list[PhotoRow]
    normativeDocs: list[DocRow]  # noqa: N815


class CourseDetails(Row):
    id: UUID
    title: str
    description: str | None
    station_id: int | None
    duration_hours: int | None
    level: str | None
    is_active: bool
    icon: str | None
    created_at: datetime
    updated_at: datetime


class ProgramRow(Row):
    id: int
    station_id: int
    title: str
    description: str | None
    duration: str | None
    topics_count: int
    lessons_count: int
    tests_count: int
    format: str
    is_active: bool
    order_index: int
    created_at: datetime
    updated_at: datetime


class CourseReply(BaseModel):
    course: CourseDetails
    programs: list[ProgramRow]
