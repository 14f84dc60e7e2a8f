"""The JSON of a course program, as the existing frontend reads it (spec: catalog-learning)."""

from typing import Literal
from uuid import UUID

from msgspec import Struct, structs

from atg_core.catalog.model import FileType, Lesson, ProgramTree, Test, TopicFile
from atg_entrypoints.http.wire import to_wire


class FinalTestTree(Struct, frozen=True, kw_only=True, rename="camel"):
    id: int
    title: str
    questions_count: int


class LessonTestTree(FinalTestTree, frozen=True, kw_only=True, rename="camel"):
    """`time_limit` in minutes; `attempts`: null if unlimited."""

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


class ActiveTopicFile(TopicFileTree, frozen=True, kw_only=True, rename="camel"):
    is_active: bool = True


class TopicFileCreated(TopicFileTree, frozen=True, kw_only=True, rename="camel"):
    """The new file, and once more below `data`, where the existing frontend reads it."""

    data: ActiveTopicFile

    @classmethod
    def of(cls, file: TopicFile) -> "TopicFileCreated":
        shown = structs.asdict(TopicFileTree.of(file))
        return cls(**shown, data=ActiveTopicFile(**shown))


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
                topic_key=topic.key,
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
            lesson_key=lesson.key,
            title=lesson.title,
            duration=lesson.duration,
            order_index=lesson.order_index,
            test=LessonTestTree.of(lesson.test) if lesson.test else None,
            topics=topics,
        )


class CourseProgram(Struct, frozen=True, kw_only=True, rename="camel"):
    id: int
    station_id: int | None
    course_id: UUID | None
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
            course_id=program.course_id,
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
    """`course_program` is null where the station or course has none."""

    course_program: CourseProgram | None
