"""Kinds of the catalog: stations, and courses down to the files of topics."""

from atg_core.catalog.model import FileType, StationStatus
from atg_core.catalog.validity import MOST_MONTHS, MOST_RENEW_DAYS, RENEW_DAYS
from atg_core.importing.cells import boolean, choice, integer, text
from atg_core.importing.declarations import ACTIVE, CODE, KEY, SOURCED_ID, column, columns, refers
from atg_core.importing.model import Kind, ListColumn, Reference, Unique

_ORDER = column("order_index", integer(), default=0)
_TITLE = column("title", text(500), required=True)
_DESCRIPTION = column("description", text())
_STATION = refers("station", "stations", "station_id")
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
        ListColumn(
            header="features",
            table="station_safety_system_features",
            parent="safety_system_id",
            field="feature_name",
            max_length=500,
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
    unique=(Unique(fields=("sourced_id",), vacated={"sourced_id": None}),),
    affects_completion=True,
    key=("code",),
    uuid=True,
    references=(refers("station", "stations", "station_id", required=False),),
    columns=(
        column("code", CODE, required=True),
        column("title", required=True, folded=True),
        column("description", text(), folded=True),
        column("duration_hours", integer()),
        column("level", CODE),
        ACTIVE,
        column("icon", text(100)),
        column("sourced_id", SOURCED_ID),
        column("valid_months", integer(1, MOST_MONTHS)),
        column("renew_days", integer(0, MOST_RENEW_DAYS), default=RENEW_DAYS),
        column("renew_topics", boolean, default=False),
    ),
)
PROGRAMS = Kind(
    name="programs",
    table="course_programs",
    affects_completion=True,
    key=("code",),
    references=(
        refers("station", "stations", "station_id", required=False),
        refers("course", "courses", "course_id", required=False),
    ),
    either=("station", "course"),
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
        ListColumn(header=header, table=f"course_program_{header}", parent="course_program_id", field=field)
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
    affects_completion=True,
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
    affects_completion=True,
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
    unique=(
        Unique(
            fields=("topic_id",),
            where={"file_type": FileType.MAIN_PDF, "is_active": True},
            vacated={"is_active": False},
        ),
    ),
    key=("topic_id", "minio_object_name"),
    references=(Reference(headers=("lesson", "topic"), targets={"topics": "topic_id"}),),
    columns=(
        column("minio_object_name", text(1000), required=True),
        column("file_type", choice(FileType), required=True),
        column("original_name", text(500), required=True),
        column("title", text(500)),
        column("file_size", integer(maximum=2**63 - 1)),
        column("size_formatted", CODE),
        column("file_url", KEY),
        column("mime_type"),
        _ORDER,
        ACTIVE,
    ),
)
