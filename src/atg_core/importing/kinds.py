"""Every kind of rows that can be imported, in an order in which each finds what it refers to (spec: operations)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from atg_core.campaigns.model import DEFAULT_CAMPAIGN
from atg_core.catalog.model import FileType, StationStatus
from atg_core.identity.model import Role
from atg_core.importing.cells import (
    Parse,
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
from atg_core.importing.model import Choice, Column, Items, Kind, Reference


class QuestionType(StrEnum):
    SINGLE = "single"
    MULTIPLE = "multiple"


_LINE, _CODE, _KEY = text(255), text(50), text(1024)


def _column(header: str, parse: Parse = _LINE, *, field: str | None = None, **rules: Any) -> Column:
    return Column(header=header, parse=parse, field=field or header, **rules)


def _columns(headers: str, parse: Parse = _LINE) -> tuple[Column, ...]:
    return tuple(_column(header, parse) for header in headers.split())


def _refers(header: str, kind: str, field: str, *, required: bool = True) -> Reference:
    return Reference(headers=(header,), targets={kind: field}, required=required)


_ORDER = _column("order_index", integer(), default=0)
_ACTIVE = _column("is_active", boolean, default=True)
_TITLE = _column("title", text(500), required=True)
_DESCRIPTION = _column("description", text())
_STATION = _refers("station", "stations", "station_id")

USERS = Kind(
    name="users",
    table="users",
    key=("username",),
    uuid=True,
    profile_table="user_profiles",
    references=(Reference(headers=("station",), targets={"stations": "station_id"}, required=False, in_profile=True),),
    columns=(
        _column("username", text(50), required=True),
        _column("email", email, also_in_profile=True),
        _column("full_name", also_in_profile=True),
        _column("role", choice(Role), default=Role.USER),
        _column("password", password, field="password_hash", secret=True, kept_when_empty=True),
        _column("password_hash", password_hash, kept_when_empty=True),
        _ACTIVE,
        _column("employee_id", _CODE, in_profile=True),
        _column("position", in_profile=True),
        _column("department", in_profile=True),
        _column("company", in_profile=True),
        _column("phone", _CODE, in_profile=True),
        _column("language", text(10), default="ru", in_profile=True),
    ),
)
STATIONS = Kind(
    name="stations",
    table="stations",
    key=("short_name",),
    columns=(
        _column("short_name", _CODE, required=True),
        _column("name", required=True),
        _DESCRIPTION,
        *_columns("image tech_map_image", _KEY),
        *_columns("power commission_date", text(100)),
        _column("status", choice(StationStatus), default=StationStatus.ACTIVE),
        *_columns("location type design_capacity gas_pressure distance_from_border pipeline_diameter"),
        *_columns("input_pressure output_pressure parallel_lines"),
    ),
)
EQUIPMENT = Kind(
    name="equipment",
    table="station_equipment",
    key=("station_id", "name"),
    references=(_STATION,),
    columns=(
        _column("name", required=True),
        *_columns("model manufacturer"),
        _column("quantity", integer(), default=1),
        _column("power", text(100)),
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
        _column("category", required=True),
        _column("value", required=True),
        _column("unit", _CODE),
        _DESCRIPTION,
        _ORDER,
    ),
)
SAFETY_SYSTEMS = Kind(
    name="safety-systems",
    table="station_safety_systems",
    key=("station_id", "name"),
    references=(_STATION,),
    columns=(_column("name", required=True), _DESCRIPTION, _column("manufacturer"), _ORDER),
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
    columns=(_column("source_name", required=True), _ORDER),
)
COURSES = Kind(
    name="courses",
    table="courses",
    settles=True,
    key=("code",),
    uuid=True,
    references=(_refers("station", "stations", "station_id", required=False),),
    columns=(
        _column("code", _CODE, required=True),
        _column("title", required=True),
        _DESCRIPTION,
        _column("duration_hours", integer()),
        _column("level", _CODE),
        _ACTIVE,
        _column("icon", text(100)),
    ),
)
PROGRAMS = Kind(
    name="programs",
    table="course_programs",
    settles=True,
    key=("code",),
    references=(_STATION,),
    columns=(
        _column("code", _CODE, required=True),
        _TITLE,
        _DESCRIPTION,
        _column("duration", text(100)),
        _column("format", _CODE, default="Онлайн"),
        _ACTIVE,
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
    references=(_refers("program", "programs", "course_program_id"),),
    columns=(_column("code", _CODE, required=True), _TITLE, _column("duration", text(100)), _ORDER, _ACTIVE),
)
LESSON_MATERIALS = Kind(
    name="lesson-materials",
    table="lesson_materials",
    key=("lesson_id", "material_name"),
    references=(_refers("lesson", "lessons", "lesson_id"),),
    columns=(_column("material_name", text(500), required=True),),
)
TOPICS = Kind(
    name="topics",
    table="topics",
    settles=True,
    key=("lesson_id", "code"),
    references=(_refers("lesson", "lessons", "lesson_id"),),
    columns=(
        _column("code", _CODE, required=True),
        _TITLE,
        _column("duration", text(100)),
        _ORDER,
        _ACTIVE,
        _column("content", text()),
    ),
)
TOPIC_FILES = Kind(
    name="topic-files",
    table="topic_files",
    key=("topic_id", "minio_object_name"),
    references=(Reference(headers=("lesson", "topic"), targets={"topics": "topic_id"}),),
    columns=(
        _column("minio_object_name", text(1000), required=True),
        _column("file_type", choice(FileType), required=True),
        _column("original_name", text(500), required=True),
        _column("title", text(500)),
        _column("file_size", integer(most=2**63 - 1)),
        _column("size_formatted", _CODE),
        _column("file_url", _KEY),
        _column("mime_type"),
        _ORDER,
        _ACTIVE,
    ),
)
_TEST_COLUMNS = (
    _column("code", _CODE, required=True),
    _TITLE,
    _column("passing_score", integer(0, 100), default=70),
    _column("max_attempts", integer(1)),
    _column("time_limit_minutes", integer(1), default=30),
    _column("time_limit_enforced", boolean, default=False),
    _ACTIVE,
)
LESSON_TESTS = Kind(
    name="lesson-tests",
    table="lesson_tests",
    settles=True,
    key=("code",),
    references=(_refers("lesson", "lessons", "lesson_id"),),
    columns=_TEST_COLUMNS,
)
FINAL_TESTS = Kind(
    name="final-tests",
    table="final_tests",
    settles=True,
    key=("code",),
    references=(_refers("program", "programs", "course_program_id"),),
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
        _column("position", integer(1), required=True),
        _column("text", text(), required=True),
        _column("question_type", choice(QuestionType), default=QuestionType.SINGLE),
        _column("points", integer(1), default=1),
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
    references=(_refers("username", "users", "user_id"), _refers("course", "courses", "course_id")),
    columns=(
        _column("enrolled_at", instant, field="started_at", default_now=True),
        _column("due_at", instant),
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
        _refers("username", "users", "user_id"),
        Reference(headers=("lesson", "topic"), targets={"topics": "topic_id"}),
    ),
    columns=(_column("completed_at", instant, default_now=True),),
)
TEST_RESULTS = Kind(
    name="test-results",
    table="user_test_results",
    settles=True,
    key=("user_id", "lesson_test_id", "final_test_id", "attempt"),
    uuid=True,
    constants={"passed": False},
    references=(
        _refers("username", "users", "user_id"),
        Reference(headers=("test",), targets={"lesson-tests": "lesson_test_id", "final-tests": "final_test_id"}),
    ),
    columns=(
        _column("attempt", integer(1), required=True),
        _column("score_percent", integer(0, 100), required=True),
        _column("completed_at", instant, field="created_at", default_now=True),
    ),
)
ASSETS = Kind(
    name="assets",
    table="campaign_assets",
    key=("slug",),
    columns=(
        _column("slug", slug, required=True),
        _column("name", required=True),
        _column("type", _CODE, default="model"),
        _column("campaign", _CODE, default=DEFAULT_CAMPAIGN),
        _column("points", integer(0, 1_000_000), default=10),
        _column("meta", json_object, default={}),
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
    )
}
STORED_KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for declared in KINDS.values()
    for kind in (declared.by.values() if isinstance(declared, Choice) else (declared,))
}
