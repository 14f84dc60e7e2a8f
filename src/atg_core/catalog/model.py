"""Stations and their parts, courses, programs, lessons, topics and tests (spec: catalog-learning)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class StationStatus(StrEnum):
    ACTIVE = "active"
    MAINTENANCE = "maintenance"


class FileType(StrEnum):
    """A topic has at most one main PDF and any number of the others."""

    MAIN_PDF = "main_pdf"
    VIDEO = "additional_video"
    DOCUMENT = "additional_document"


class PhotoView(StrEnum):
    """The views of which a station has at most one photo; every other view is free text."""

    STATION_IMAGE = "station_image"
    TECH_MAP_IMAGE = "tech_map_image"


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """A compressor station. Physical quantities are texts as engineers write them ("30 МВт", "5,4 МПа")."""

    id: int
    name: str
    short_name: str
    description: str | None
    image: str | None
    tech_map_image: str | None
    power: str | None
    commission_date: str | None
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
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    id: int
    station_id: int
    name: str
    model: str | None
    manufacturer: str | None
    quantity: int
    power: str | None
    description: str | None
    order_index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Specification:
    id: int
    station_id: int
    category: str
    value: str
    unit: str | None
    description: str | None
    order_index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyFeature:
    id: int
    safety_system_id: int
    feature_name: str
    order_index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetySystem:
    id: int
    station_id: int
    name: str
    description: str | None
    manufacturer: str | None
    order_index: int
    features: tuple[SafetyFeature, ...] = ()

    @property
    def feature_names(self) -> list[str]:
        return [feature.feature_name for feature in self.features]


@dataclass(frozen=True, slots=True, kw_only=True)
class GasSource:
    id: int
    station_id: int
    source_name: str
    order_index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    id: int
    station_id: int
    title: str | None
    view: str
    image_url: str
    order_index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    id: int
    station_id: int
    title: str
    file_url: str
    order_index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PromoVideo:
    """The promotional video of a station; at most one."""

    id: int
    station_id: int
    title: str | None
    object_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StationCard:
    """A station with all its parts, each list by `order_index`."""

    station: Station
    equipment: list[Equipment]
    specifications: list[Specification]
    safety_systems: list[SafetySystem]
    gas_sources: list[GasSource]
    photos: list[Photo]
    documents: list[Document]


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What learners enroll in: the programs of its station and its own. Without a station it is company-wide.

    `valid_months`: of its certificates, None if they have no end. It is due again `renew_days` before that end, with
    its topics, too, if `renew_topics`.
    """

    id: UUID
    title: str
    description: str | None
    station_id: int | None
    duration_hours: int | None
    level: str | None
    is_active: bool
    icon: str | None
    code: str | None
    valid_months: int | None
    renew_days: int
    renew_topics: bool
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A course program of a station or of one course, exactly one of them; the counters count what is active."""

    id: int
    station_id: int | None
    course_id: UUID | None
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


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicFile:
    """A file in the object store that belongs to a topic."""

    id: int
    topic_id: int
    file_type: FileType
    title: str | None
    original_name: str
    file_size: int | None
    minio_object_name: str
    mime_type: str | None
    order_index: int

    @property
    def is_main(self) -> bool:
        return self.file_type is FileType.MAIN_PDF


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """`code`: what people see; `topic_key`: the key that a frontend knows it by, None where that is the code.

    `content` is Markdown.
    """

    id: int
    lesson_id: int
    code: str
    topic_key: str | None = None
    title: str
    duration: str | None
    order_index: int
    content: str | None = None
    files: tuple[TopicFile, ...] = ()

    @property
    def key(self) -> str:
        return self.topic_key or self.code


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """The test of a lesson or the final test of a program; `passing_score` is a percentage."""

    id: int
    title: str
    questions_count: int
    passing_score: int
    max_attempts: int | None
    time_limit_minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """`lesson_key`: the key that a frontend knows it by, None where that is the code."""

    id: int
    code: str | None
    lesson_key: str | None = None
    title: str
    duration: str | None
    order_index: int
    test: Test | None = None
    topics: tuple[Topic, ...] = ()

    @property
    def key(self) -> str | None:
        return self.lesson_key or self.code


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """A handout of a lesson; only its name is stored."""

    id: int
    lesson_id: int
    material_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramTree:
    """A program with all its active lessons, topics, files and tests."""

    program: Program
    learning_outcomes: list[str]
    requirements: list[str]
    target_audience: list[str]
    final_test: Test | None
    lessons: list[Lesson]


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseQuery:
    """Filters of the list of active courses; `q` matches title and description."""

    q: str | None = None
    station_id: int | None = None
    level: str | None = None
