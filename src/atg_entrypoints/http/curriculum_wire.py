"""What authors send of courses, programs, lessons, topics and tests, and what they get back."""

from typing import Annotated, Any, Literal, Self

from msgspec import UNSET, Meta, Struct, UnsetType, convert

from atg_core.catalog.curriculum import Row, WrittenOption, WrittenQuestion
from atg_core.catalog.model import FileType
from atg_entrypoints.http.catalog_wire import CourseDetails, ProgramRow
from atg_entrypoints.http.wire import NO_NUL, FilledName, Instant, Text, Word, to_wire

type Title = Annotated[str, Meta(min_length=1, max_length=500, pattern=NO_NUL)]
type Code = Annotated[str, Meta(min_length=1, max_length=50, pattern=NO_NUL)]
type Label = Annotated[str, Meta(max_length=100, pattern=NO_NUL)]
type LongText = Annotated[str, Meta(max_length=500_000, pattern=NO_NUL)]
type Serial = Annotated[int, Meta(ge=1, le=2**31 - 1)]
type Count = Annotated[int, Meta(ge=1, le=2**31 - 1)]
type Order = Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)]
type Key = Annotated[str, Meta(min_length=1, max_length=1000, pattern=NO_NUL)]
type Ids = Annotated[list[Serial], Meta(min_length=1, max_length=10_000)]


class Changes(Struct, frozen=True, kw_only=True):
    """Only what the body names is changed."""

    def named(self) -> dict[str, Any]:
        values = {name: getattr(self, name) for name in self.__struct_fields__}
        return {name: value for name, value in values.items() if value is not UNSET}


class CourseChanges(Changes, frozen=True, kw_only=True):
    title: FilledName | UnsetType = UNSET
    description: Text | None | UnsetType = UNSET
    station_id: Serial | None | UnsetType = UNSET
    duration_hours: Annotated[int, Meta(ge=0, le=2**31 - 1)] | None | UnsetType = UNSET
    level: Word | None | UnsetType = UNSET
    icon: Label | None | UnsetType = UNSET
    code: Code | None | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET


class NewCourse(CourseChanges, frozen=True, kw_only=True):
    title: FilledName


class ProgramChanges(Changes, frozen=True, kw_only=True):
    title: Title | UnsetType = UNSET
    description: Text | None | UnsetType = UNSET
    duration: Label | None | UnsetType = UNSET
    format: Annotated[str, Meta(min_length=1, max_length=50, pattern=NO_NUL)] | UnsetType = UNSET
    code: Code | None | UnsetType = UNSET
    order_index: Order | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET


class NewProgram(ProgramChanges, frozen=True, kw_only=True):
    title: Title
    station_id: Serial


class LessonChanges(Changes, frozen=True, kw_only=True):
    title: Title | UnsetType = UNSET
    duration: Label | None | UnsetType = UNSET
    code: Code | None | UnsetType = UNSET
    order_index: Order | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET


class NewLesson(LessonChanges, frozen=True, kw_only=True):
    title: Title
    course_program_id: Serial


class TopicChanges(Changes, frozen=True, kw_only=True):
    """`content` is Markdown."""

    title: Title | UnsetType = UNSET
    duration: Label | None | UnsetType = UNSET
    code: Code | UnsetType = UNSET
    content: LongText | None | UnsetType = UNSET
    order_index: Order | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET


class NewTopic(TopicChanges, frozen=True, kw_only=True):
    """Without a code it gets a number."""

    title: Title
    lesson_id: Serial


class MaterialChanges(Changes, frozen=True, kw_only=True):
    material_name: Title


class FileChanges(Changes, frozen=True, kw_only=True):
    file_type: FileType | UnsetType = UNSET
    title: Title | None | UnsetType = UNSET
    original_name: Title | UnsetType = UNSET
    minio_object_name: Key | UnsetType = UNSET
    file_size: Annotated[int, Meta(ge=0, le=2**53)] | None | UnsetType = UNSET
    mime_type: FilledName | None | UnsetType = UNSET
    order_index: Order | UnsetType = UNSET


class NewFile(FileChanges, frozen=True, kw_only=True):
    file_type: FileType
    original_name: Title
    minio_object_name: Key


class OptionWritten(Struct, frozen=True, kw_only=True):
    """`id`: of the option that it changes; without one it is new."""

    id: Serial | None = None
    text: Title
    is_correct: bool = False


class QuestionWritten(Struct, frozen=True, kw_only=True):
    """`id`: of the question that it changes; without one it is new."""

    id: Serial | None = None
    text: Annotated[str, Meta(min_length=1, max_length=10_000, pattern=NO_NUL)]
    question_type: Literal["single", "multiple"] = "single"
    points: Annotated[int, Meta(ge=1, le=10_000)] = 1
    options: Annotated[list[OptionWritten], Meta(min_length=1, max_length=100)]


class TestChanges(Changes, frozen=True, kw_only=True):
    """`questions`, where they are named, take the place of what is there, in this order."""

    title: Title | UnsetType = UNSET
    code: Code | None | UnsetType = UNSET
    passing_score: Annotated[int, Meta(ge=0, le=100)] | UnsetType = UNSET
    max_attempts: Count | None | UnsetType = UNSET
    time_limit_minutes: Annotated[int, Meta(ge=1, le=100_000)] | UnsetType = UNSET
    time_limit_enforced: bool | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET
    questions: Annotated[list[QuestionWritten], Meta(max_length=1_000)] | UnsetType = UNSET

    def written(self) -> tuple[dict[str, Any], list[WrittenQuestion] | None]:
        """The columns, and the questions, None where they are not named."""
        values = self.named()
        questions = values.pop("questions", None)
        if questions is None:
            return values, None
        return values, [
            WrittenQuestion(
                id=question.id,
                text=question.text,
                question_type=question.question_type,
                points=question.points,
                options=[convert(option, WrittenOption, from_attributes=True) for option in question.options],
            )
            for question in questions
        ]


class NewTest(TestChanges, frozen=True, kw_only=True):
    title: Title


class AuthoredCourse(CourseDetails, frozen=True, kw_only=True):
    code: str | None


class AuthoredProgram(ProgramRow, frozen=True, kw_only=True):
    code: str | None


class AuthoredLesson(Struct, frozen=True, kw_only=True):
    id: int
    course_program_id: int
    code: str | None
    title: str
    duration: str | None
    topics_count: int
    order_index: int
    is_active: bool
    created_at: Instant
    updated_at: Instant


class AuthoredTopic(Struct, frozen=True, kw_only=True):
    id: int
    lesson_id: int
    code: str
    title: str
    duration: str | None
    content: str | None
    order_index: int
    is_active: bool
    created_at: Instant
    updated_at: Instant


class AuthoredMaterial(Struct, frozen=True, kw_only=True):
    id: int
    lesson_id: int
    material_name: str


class AuthoredFile(Struct, frozen=True, kw_only=True):
    id: int
    topic_id: int
    file_type: FileType
    title: str | None
    original_name: str
    minio_object_name: str
    file_size: int | None
    mime_type: str | None
    order_index: int


class AuthoredOption(Struct, frozen=True, kw_only=True):
    id: int
    text: str
    is_correct: bool


class AuthoredQuestion(Struct, frozen=True, kw_only=True):
    id: int
    position: int
    text: str
    question_type: Literal["single", "multiple"]
    points: int
    options: list[AuthoredOption]


class AuthoredTest(Struct, frozen=True, kw_only=True):
    """A test with its right options; `lesson_id` or `program_id` is whose it is."""

    id: int
    lesson_id: int | None
    program_id: int | None
    code: str | None
    title: str
    questions_count: int
    passing_score: int
    max_attempts: int | None
    time_limit_minutes: int
    time_limit_enforced: bool
    is_active: bool
    questions: list[AuthoredQuestion]
    created_at: Instant
    updated_at: Instant

    @classmethod
    def of(cls, row: Row) -> Self:
        parents = {"lesson_id": row.get("lesson_id"), "program_id": row.get("course_program_id")}
        return to_wire({**row, **parents}, cls)
