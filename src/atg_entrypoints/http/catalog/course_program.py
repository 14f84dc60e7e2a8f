"""Saving a station's whole course program, as the existing frontend does."""

from collections.abc import Sequence
from typing import Annotated, Any

from litestar import put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, SkipValidation
from msgspec import UNSET, Meta, Struct, UnsetType

from atg_core.catalog.course_program import LessonInput, ProgramInput, SaveCourseProgram, TopicInput
from atg_core.catalog.ports import StationNotFound
from atg_entrypoints.http.catalog.course_program_wire import CourseProgram, CourseProgramReply
from atg_entrypoints.http.policy import ADMIN
from atg_entrypoints.http.wire import NO_NUL, TRIMMED, Text, serial_or

type Title = Annotated[str, Meta(max_length=500, pattern=NO_NUL, extra=TRIMMED)]
type FilledTitle = Annotated[str, Meta(min_length=1, max_length=500, pattern=NO_NUL, extra=TRIMMED)]
type Label = Annotated[str, Meta(max_length=100, pattern=NO_NUL)]
type Format = Annotated[str, Meta(max_length=50, pattern=NO_NUL)]
type Key = Annotated[str, Meta(max_length=50, pattern=NO_NUL)]
type Lines = Annotated[list[Text], Meta(max_length=1_000)]
type Order = Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)]
type Number = Annotated[int, Meta(ge=-(2**53), le=2**53)]


class TestTree(Struct, frozen=True, kw_only=True, rename="camel"):
    """A test without a title is deactivated."""

    title: Title | None = None
    passing_score: Annotated[int, Meta(ge=0, le=100)] | None = None
    time_limit: Annotated[int, Meta(ge=1, le=100_000)] | None = None
    attempts: Annotated[int, Meta(ge=1, le=2**31 - 1)] | None = None


class TopicTree(Struct, frozen=True, kw_only=True, rename="camel"):
    """`code`: what people see. Where only one of the two is given, a new topic has it for both.

    Files have routes of their own.
    """

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
    """Null and absent fields are not changed, but a test of null is deactivated."""

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
    """The program itself, or as in the response: below `courseProgram`."""

    course_program: ProgramTree | None = None

    def written(self) -> ProgramInput:
        program = self.course_program or self
        texts = {
            "learning_outcomes": program.learning_outcomes,
            "requirements": program.requirements,
            "target_audience": program.target_audience,
        }
        return ProgramInput(
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


def _lesson(lesson: LessonTree) -> LessonInput:
    return LessonInput(
        id=lesson.id,
        key=lesson.lesson_key or None,
        values=_named(title=lesson.title, duration=lesson.duration, order_index=lesson.order_index),
        test=_test(lesson.test),
        topics=None if lesson.topics is None else [_topic(topic) for topic in lesson.topics],
    )


def _topic(topic: TopicTree) -> TopicInput:
    return TopicInput(
        id=topic.id,
        key=topic.topic_key or None,
        code=topic.code or None,
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
    summary="Save a station's whole course program",
    also={409},
)
async def write_course_program(
    station_id: FromPath[str],
    data: JSONBody[ProgramGiven],
    save_course_program: NamedDependency[SkipValidation[SaveCourseProgram]],
) -> CourseProgramReply:
    """Lessons and topics are matched by their keys. Those that are not named are deactivated; progress is kept."""
    tree = await save_course_program(serial_or(StationNotFound, station_id), data.written())
    return CourseProgramReply(course_program=CourseProgram.of(tree) if tree else None)


HANDLERS: Sequence[BaseRouteHandler] = (write_course_program,)
