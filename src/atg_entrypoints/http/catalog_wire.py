"""The catalogue's JSON, as the existing frontend reads it (spec: catalog-learning)."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from atg_core.catalog.model import FileType, Lesson, PhotoView, ProgramTree, StationCard, StationStatus, Test, TopicFile
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
    view: PhotoView
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
    created_at: Instant
    updated_at: Instant


class ProgramRow(Struct, frozen=True, kw_only=True):
    id: int
    station_id: int
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


class CourseReply(Struct, frozen=True, kw_only=True):
    course: CourseDetails
    programs: list[ProgramRow]


class FinalTestTree(Struct, frozen=True, kw_only=True, rename="camel"):
    id: int
    title: str
    questions_count: int


class LessonTestTree(FinalTestTree, frozen=True, kw_only=True, rename="camel"):
    """`time_limit` in minutes; `attempts`: how many are allowed, null for any number."""

    passing_score: int
    time_limit: int
    attempts: int | None

    @classmethod
    def of(cls, test: Test) -> "LessonTestTree":
        return cls(
            id=test.id,
            title=test.title,
            questions_count=test.questions_count,
            passing_score=test.passing_score,
            time_limit=test.time_limit_minutes,
            attempts=test.max_attempts,
        )


_FILE_WORDS: dict[FileType, Literal["pdf", "video", "document"]] = {
    FileType.MAIN_PDF: "pdf",
    FileType.VIDEO: "video",
    FileType.DOCUMENT: "document",
}


class TopicFileTree(Struct, frozen=True, kw_only=True, rename="camel"):
    id: int
    title: str
    original_name: str
    object_key: str
    file_type: Literal["pdf", "video", "document"]
    is_main: bool
    order_index: int
    file_size: int | None
    mime_type: str | None

    @classmethod
    def of(cls, file: TopicFile) -> "TopicFileTree":
        return cls(
            id=file.id,
            title=file.title or file.original_name,
            original_name=file.original_name,
            object_key=file.minio_object_name,
            file_type=_FILE_WORDS[file.file_type],
            is_main=file.is_main,
            order_index=file.order_index,
            file_size=file.file_size,
            mime_type=file.mime_type,
        )


class TopicTree(Struct, frozen=True, kw_only=True, rename="camel"):
    id: int
    topic_key: str
    code: str
    title: str
    duration: str | None
    order_index: int
    files: list[TopicFileTree]


class LessonTree(Struct, frozen=True, kw_only=True, rename="camel"):
    id: int
    lesson_key: str | None
    title: str
    duration: str | None
    order_index: int
    test: LessonTestTree | None
    topics: list[TopicTree]

    @classmethod
    def of(cls, lesson: Lesson) -> "LessonTree":
        topics = [
            TopicTree(
                id=topic.id,
                topic_key=topic.code,
                code=topic.code,
                title=topic.title,
                duration=topic.duration,
                order_index=topic.order_index,
                files=[TopicFileTree.of(file) for file in topic.files],
            )
            for topic in lesson.topics
        ]
        return cls(
            id=lesson.id,
            lesson_key=lesson.code,
            title=lesson.title,
            duration=lesson.duration,
            order_index=lesson.order_index,
            test=LessonTestTree.of(lesson.test) if lesson.test else None,
            topics=topics,
        )


class CourseProgram(Struct, frozen=True, kw_only=True, rename="camel"):
    id: int
    station_id: int
    title: str
    description: str | None
    duration: str | None
    format: str
    is_active: bool
    order_index: int
    topics_count: int
    lessons_count: int
    tests_count: int
    learning_outcomes: list[str]
    requirements: list[str]
    target_audience: list[str]
    final_test: FinalTestTree | None
    lessons: list[LessonTree]

    @classmethod
    def of(cls, tree: ProgramTree) -> "CourseProgram":
        program = tree.program
        return cls(
            id=program.id,
            station_id=program.station_id,
            title=program.title,
            description=program.description,
            duration=program.duration,
            format=program.format,
            is_active=program.is_active,
            order_index=program.order_index,
            topics_count=program.topics_count,
            lessons_count=program.lessons_count,
            tests_count=program.tests_count,
            learning_outcomes=tree.learning_outcomes,
            requirements=tree.requirements,
            target_audience=tree.target_audience,
            final_test=to_wire(tree.final_test, FinalTestTree) if tree.final_test else None,
            lessons=[LessonTree.of(lesson) for lesson in tree.lessons],
        )


class CourseProgramReply(Struct, frozen=True, kw_only=True, rename="camel"):
    """`course_program` is null where the station has none."""

    course_program: CourseProgram | None
