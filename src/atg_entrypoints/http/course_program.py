"""Writing a station's course program as a whole, as the existing frontend does."""

from collections.abc import Sequence
from typing import Annotated, Any

from litestar import put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, SkipValidation
from msgspec import UNSET, Meta, Struct, UnsetType

from atg_core.catalog.ports import StationNotFound
from atg_core.catalog.program_writing import WriteProgram, WrittenLesson, WrittenProgram, WrittenTopic
from atg_entrypoints.http.catalog_wire import CourseProgram, CourseProgramReply
from atg_entrypoints.http.policy import ADMIN
from atg_entrypoints.http.wire import NO_NUL, Text, serial_or

type Title = Annotated[str, Meta(max_length=500, pattern=NO_NUL)]
type FilledTitle = Annotated[str, Meta(min_length=1, max_length=500, pattern=NO_NUL)]
type Label = Annotated[str, Meta(max_length=100, pattern=NO_NUL)]
type Format = Annotated[str, Meta(max_length=50, pattern=NO_NUL)]
type Key = Annotated[str, Meta(max_length=50, pattern=NO_NUL)]
type Lines = Annotated[list[Text], Meta(max_length=1_000)]
type Order = Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)]
type Number = Annotated[int, Meta(ge=-(2**53), le=2**53)]


class TestTree(Struct, frozen=True, kw_only=True, rename="camel"):
    """A test without a title is taken away."""

    title: Title | None = None
    passing_score: Annotated[int, Meta(ge=0, le=100)] | None = None
    time_limit: Annotated[int, Meta(ge=1, le=100_000)] | None = None
    attempts: Annotated[int, Meta(ge=1, le=2**31 - 1)] | None = None


class TopicTree(Struct, frozen=True, kw_only=True, rename="camel"):
    """Files have routes of their own."""

    id: Number | None = None
    topic_key: Key | None = None
    code: Key | None = None
    title: FilledTitle
    duration: Label | None = None
    order_index: Order | None = None


class LessonTree(Struct, frozen=True, kw_only=True, rename="camel"):
    id: Number | None = None
    lesson_key: Key | None = None
    title: FilledTitle
    duration: Label | None = None
    order_index: Order | None = None
    test: TestTree | None | UnsetType = UNSET
    topics: Annotated[list[TopicTree], Meta(max_length=1_000)] | None = None


class ProgramTree(Struct, frozen=True, kw_only=True, rename="camel"):
    """Null and absent leave what is there, but for tests, which null takes away."""

    id: Number | None = None
    title: Title | None = None
    description: Text | None = None
    duration: Label | None = None
    format: Format | None = None
    is_active: bool | None = None
    order_index: Order | None = None
    learning_outcomes: Lines | None = None
    requirements: Lines | None = None
    target_audience: Lines | None = None
    final_test: TestTree | None | UnsetType = UNSET
    lessons: Annotated[list[LessonTree], Meta(max_length=1_000)] | None = None


class ProgramGiven(ProgramTree, frozen=True, kw_only=True, rename="camel"):
    """The program itself, or as it is read: below `courseProgram`."""

    course_program: ProgramTree | None = None

    def written(self) -> WrittenProgram:
        program = self.course_program or self
        texts = {
            "learning_outcomes": program.learning_outcomes,
            "requirements": program.requirements,
            "target_audience": program.target_audience,
        }
        return WrittenProgram(
            id=program.id,
            values=_named(
                title=program.title or None,
                description=program.description,
                duration=program.duration,
                format=program.format or None,
                is_active=program.is_active,
                order_index=program.order_index,
            ),
            texts={name: lines for name, lines in texts.items() if lines is not None},
            final_test=_test(program.final_test),
            lessons=None if program.lessons is None else [_lesson(lesson) for lesson in program.lessons],
        )


def _lesson(lesson: LessonTree) -> WrittenLesson:
    return WrittenLesson(
        id=lesson.id,
        key=lesson.lesson_key or None,
        values=_named(title=lesson.title, duration=lesson.duration, order_index=lesson.order_index),
        test=_test(lesson.test),
        topics=None if lesson.topics is None else [_topic(topic) for topic in lesson.topics],
    )


def _topic(topic: TopicTree) -> WrittenTopic:
    return WrittenTopic(
        id=topic.id,
        key=topic.topic_key or topic.code or None,
        values=_named(title=topic.title, duration=topic.duration, order_index=topic.order_index),
    )


def _test(test: TestTree | None | UnsetType) -> dict[str, Any] | None:
    if test is UNSET:
        return None
    if test is None or not test.title:
        return {}
    return _named(
        title=test.title,
        passing_score=test.passing_score,
        time_limit_minutes=test.time_limit,
        max_attempts=test.attempts,
    )


def _named(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


@put(
    "/stations/{station_id:str}/course-program/update",
    policy=ADMIN,
    tags=["stations"],
    summary="Write a station's program, whole",
    also={409},
)
async def write_course_program(
    station_id: FromPath[str],
    data: JSONBody[ProgramGiven],
    write_program: NamedDependency[SkipValidation[WriteProgram]],
) -> CourseProgramReply:
    """Lessons and topics are known by their keys. What is not named becomes inactive; learners' progress stays."""
    tree = await write_program(serial_or(StationNotFound, station_id), data.written())
    return CourseProgramReply(course_program=CourseProgram.of(tree) if tree else None)


HANDLERS: Sequence[BaseRouteHandler] = (write_course_program,)
