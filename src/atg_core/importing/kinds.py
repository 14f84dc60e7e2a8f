"""Every kind of rows that can be imported, in an order in which each finds what it refers to (spec: operations)."""

from collections.abc import Mapping
from enum import StrEnum

from atg_core.campaigns.model import DEFAULT_CAMPAIGN
from atg_core.catalog.model import FileType, StationStatus
from atg_core.identity.model import Role
from atg_core.importing.cells import (
    boolean,
    choice,
    email,
    instant,
    integer,
    json_object,
    password,
    password_hash,
    slug,
    text,
)
from atg_core.importing.declaring import ACTIVE, CODE, KEY, column, columns, refers
from atg_core.importing.gradebook import ATTENDANCE, CONTROL_POINT_GRADES, CONTROL_POINTS
from atg_core.importing.homework import HOMEWORK, HOMEWORK_QUESTIONS
from atg_core.importing.model import Choice, Column, Items, Kind, Reference
from atg_core.importing.schedule import CONFERENCE_ACCOUNTS, GROUPS, RECURRING_LESSONS, SCHEDULED_LESSONS
from atg_core.importing.shop import PROMO_CODES, SHOP_COURSES, SHOP_LESSONS


class QuestionType(StrEnum):
    SINGLE = "single"
    MULTIPLE = "multiple"


_ORDER = column("order_index", integer(), default=0)
_TITLE = column("title", text(500), required=True)
_DESCRIPTION = column("description", text())
_STATION = refers("station", "stations", "station_id")

USERS = Kind(
    name="users",
    table="users",
    key=("username",),
    uuid=True,
    profile_table="user_profiles",
    references=(Reference(headers=("station",), targets={"stations": "station_id"}, required=False, in_profile=True),),
    columns=(
        column("username", text(50), required=True),
        column("email", email, also_in_profile=True),
        column("full_name", also_in_profile=True),
        column("role", choice(Role), default=Role.USER),
        column("password", password, field="password_hash", secret=True, kept_when_empty=True),
        column("password_hash", password_hash, kept_when_empty=True),
        ACTIVE,
        column("employee_id", CODE, in_profile=True),
        column("position", in_profile=True),
        column("department", in_profile=True),
        column("company", in_profile=True),
        column("phone", CODE, in_profile=True),
        column("language", text(10), default="ru", in_profile=True),
    ),
)
STATIONS = Kind(
    name="stations",
    table="stations",
    key=("short_name",),
    columns=(
        column("short_name", CODE, required=True),
        column("name", required=True),
        _DESCRIPTION,
        *columns("image tech_map_image", KEY),
        *columns("power commission_date", text(100)),
        column("status", choice(StationStatus), default=StationStatus.ACTIVE),
        *columns("location type design_capacity gas_pressure distance_from_border pipeline_diameter"),
        *columns("input_pressure output_pressure parallel_lines"),
    ),
)
EQUIPMENT = Kind(
    name="equipment",
    table="station_equipment",
    key=("station_id", "name"),
    references=(_STATION,),
    columns=(
        column("name", required=True),
        *columns("model manufacturer"),
        column("quantity", integer(), default=1),
        column("power", text(100)),
        _DESCRIPTION,
        _ORDER,
    ),
)
SPECIFICATIONS = Kind(
    name="specifications",
    table="station_specifications",
    key=("station_id", "category"),
    references=(_STATION,),
    columns=(
        column("category", required=True),
        column("value", required=True),
        column("unit", CODE),
        _DESCRIPTION,
        _ORDER,
    ),
)
SAFETY_SYSTEMS = Kind(
    name="safety-systems",
    table="station_safety_systems",
    key=("station_id", "name"),
    references=(_STATION,),
    columns=(column("name", required=True), _DESCRIPTION, column("manufacturer"), _ORDER),
    items=(
        Items(
            header="features",
            table="station_safety_system_features",
            parent="safety_system_id",
            field="feature_name",
            most=500,
        ),
    ),
)
GAS_SOURCES = Kind(
    name="gas-sources",
    table="station_gas_supply_sources",
    key=("station_id", "source_name"),
    references=(_STATION,),
    columns=(column("source_name", required=True), _ORDER),
)
COURSES = Kind(
    name="courses",
    table="courses",
    settles=True,
    key=("code",),
    uuid=True,
    references=(refers("station", "stations", "station_id", required=False),),
    columns=(
        column("code", CODE, required=True),
        column("title", required=True),
        _DESCRIPTION,
        column("duration_hours", integer()),
        column("level", CODE),
        ACTIVE,
        column("icon", text(100)),
    ),
)
PROGRAMS = Kind(
    name="programs",
    table="course_programs",
    settles=True,
    key=("code",),
    references=(_STATION,),
    columns=(
        column("code", CODE, required=True),
        _TITLE,
        _DESCRIPTION,
        column("duration", text(100)),
        column("format", CODE, default="Онлайн"),
        ACTIVE,
        _ORDER,
    ),
    items=tuple(
        Items(header=header, table=f"course_program_{header}", parent="course_program_id", field=field)
        for header, field in (
            ("learning_outcomes", "outcome_text"),
            ("requirements", "requirement_text"),
            ("target_audience", "audience_text"),
        )
    ),
)
LESSONS = Kind(
    name="lessons",
    table="lessons",
    settles=True,
    key=("code",),
    references=(refers("program", "programs", "course_program_id"),),
    columns=(column("code", CODE, required=True), _TITLE, column("duration", text(100)), _ORDER, ACTIVE),
)
LESSON_MATERIALS = Kind(
    name="lesson-materials",
    table="lesson_materials",
    key=("lesson_id", "material_name"),
    references=(refers("lesson", "lessons", "lesson_id"),),
    columns=(column("material_name", text(500), required=True),),
)
TOPICS = Kind(
    name="topics",
    table="topics",
    settles=True,
    key=("lesson_id", "code"),
    references=(refers("lesson", "lessons", "lesson_id"),),
    columns=(
        column("code", CODE, required=True),
        _TITLE,
        column("duration", text(100)),
        _ORDER,
        ACTIVE,
        column("content", text()),
    ),
)
TOPIC_FILES = Kind(
    name="topic-files",
    table="topic_files",
    key=("topic_id", "minio_object_name"),
    references=(Reference(headers=("lesson", "topic"), targets={"topics": "topic_id"}),),
    columns=(
        column("minio_object_name", text(1000), required=True),
        column("file_type", choice(FileType), required=True),
        column("original_name", text(500), required=True),
        column("title", text(500)),
        column("file_size", integer(most=2**63 - 1)),
        column("size_formatted", CODE),
        column("file_url", KEY),
        column("mime_type"),
        _ORDER,
        ACTIVE,
    ),
)
_TEST_COLUMNS = (
    column("code", CODE, required=True),
    _TITLE,
    column("passing_score", integer(0, 100), default=70),
    column("max_attempts", integer(1)),
    column("time_limit_minutes", integer(1), default=30),
    column("time_limit_enforced", boolean, default=False),
    ACTIVE,
)
LESSON_TESTS = Kind(
    name="lesson-tests",
    table="lesson_tests",
    settles=True,
    key=("code",),
    references=(refers("lesson", "lessons", "lesson_id"),),
    columns=_TEST_COLUMNS,
)
FINAL_TESTS = Kind(
    name="final-tests",
    table="final_tests",
    settles=True,
    key=("code",),
    references=(refers("program", "programs", "course_program_id"),),
    columns=_TEST_COLUMNS,
)
TESTS = Choice(name="tests", by={"lesson": LESSON_TESTS, "program": FINAL_TESTS})
QUESTIONS = Kind(
    name="questions",
    table="test_questions",
    key=("lesson_test_id", "final_test_id", "position"),
    references=(
        Reference(headers=("test",), targets={"lesson-tests": "lesson_test_id", "final-tests": "final_test_id"}),
    ),
    columns=(
        column("position", integer(1), required=True),
        column("text", text(), required=True),
        column("question_type", choice(QuestionType), default=QuestionType.SINGLE),
        column("points", integer(1), default=1),
    ),
    items=(
        Items(
            header="options",
            table="test_options",
            parent="question_id",
            field="text",
            chosen=("correct", "is_correct"),
        ),
    ),
)
ENROLLMENTS = Kind(
    name="enrollments",
    table="user_courses",
    settles=True,
    key=("user_id", "course_id"),
    uuid=True,
    constants={"status": "in_progress"},
    references=(refers("username", "users", "user_id"), refers("course", "courses", "course_id")),
    columns=(
        column("enrolled_at", instant, field="started_at", default_now=True),
        column("due_at", instant),
    ),
)
PROGRESS = Kind(
    name="progress",
    table="user_topic_progress",
    settles=True,
    key=("user_id", "topic_id"),
    uuid=True,
    constants={"completed": True},
    only={"completed": True},
    references=(
        refers("username", "users", "user_id"),
        Reference(headers=("lesson", "topic"), targets={"topics": "topic_id"}),
    ),
    columns=(column("completed_at", instant, default_now=True),),
)
TEST_RESULTS = Kind(
    name="test-results",
    table="user_test_results",
    settles=True,
    key=("user_id", "lesson_test_id", "final_test_id", "attempt"),
    uuid=True,
    constants={"passed": False},
    references=(
        refers("username", "users", "user_id"),
        Reference(headers=("test",), targets={"lesson-tests": "lesson_test_id", "final-tests": "final_test_id"}),
    ),
    columns=(
        column("attempt", integer(1), required=True),
        column("score_percent", integer(0, 100), required=True),
        column("completed_at", instant, field="created_at", default_now=True),
    ),
)
ASSETS = Kind(
    name="assets",
    table="campaign_assets",
    key=("slug",),
    columns=(
        column("slug", slug, required=True),
        column("name", required=True),
        column("type", CODE, default="model"),
        column("campaign", CODE, default=DEFAULT_CAMPAIGN),
        column("points", integer(0, 1_000_000), default=10),
        column("meta", json_object, default={}),
    ),
)

KINDS: Mapping[str, Kind | Choice] = {
    kind.name: kind
    for kind in (
        STATIONS,
        EQUIPMENT,
        SPECIFICATIONS,
        SAFETY_SYSTEMS,
        GAS_SOURCES,
        USERS,
        COURSES,
        PROGRAMS,
        LESSONS,
        LESSON_MATERIALS,
        TOPICS,
        TOPIC_FILES,
        TESTS,
        QUESTIONS,
        ENROLLMENTS,
        PROGRESS,
        TEST_RESULTS,
        ASSETS,
        SHOP_LESSONS,
        SHOP_COURSES,
        PROMO_CODES,
        GROUPS,
        RECURRING_LESSONS,
        SCHEDULED_LESSONS,
        CONFERENCE_ACCOUNTS,
        HOMEWORK,
        HOMEWORK_QUESTIONS,
        ATTENDANCE,
        CONTROL_POINTS,
        CONTROL_POINT_GRADES,
    )
}
STORED_KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for declared in KINDS.values()
    for kind in (declared.by.values() if isinstance(declared, Choice) else (declared,))
}


def key_columns(kind: Kind) -> list[tuple[Kind, Column]]:
    """What each of the texts that name a record of the kind is: a column of it, or of what its key refers to."""
    parts: list[tuple[Kind, Column]] = []
    for field in kind.key:
        reference = next((each for each in kind.references if field in each.targets.values()), None)
        if reference:
            parts += key_columns(STORED_KINDS[next(iter(reference.targets))])
        else:
            parts += [(kind, column) for column in kind.columns if column.field == field]
    return parts


def named_columns(kind: Kind) -> dict[str, tuple[Kind, Column]]:
    """What the cells by which rows of the kind name other records are, by header."""
    return {
        header: part
        for reference in kind.references
        for header, part in zip(
            reference.headers, key_columns(STORED_KINDS[next(iter(reference.targets))]), strict=True
        )
    }
