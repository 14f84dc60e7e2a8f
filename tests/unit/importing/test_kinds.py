"""The declarations of kinds match the tables and each other."""

import pytest

from atg_adapters.sql.tables.every import metadata
from atg_core.importing.kinds import KINDS, STORED_KINDS
from atg_core.importing.model import Kind, KindChoice

STATION_COLUMNS = (
    "short_name name description image tech_map_image power commission_date status location type design_capacity"
    " gas_pressure distance_from_border pipeline_diameter input_pressure output_pressure parallel_lines"
)
PROMISED_HEADERS = {
    "users": "username email full_name role password password_hash is_active employee_id position department company"
    " phone language station sourced_id",
    "stations": STATION_COLUMNS,
    "equipment": "station name model manufacturer quantity power description order_index",
    "specifications": "station category value unit description order_index",
    "safety-systems": "station name description manufacturer order_index features",
    "gas-sources": "station source_name order_index",
    "courses": "code station title description duration_hours level is_active icon sourced_id valid_months"
    " renew_days renew_topics",
    "programs": "code station course title description duration format is_active order_index"
    " learning_outcomes requirements target_audience",
    "lessons": "code program title duration order_index is_active",
    "lesson-materials": "lesson material_name",
    "topics": "lesson code title duration order_index is_active content",
    "topic-files": "lesson topic minio_object_name file_type original_name title file_size size_formatted file_url"
    " mime_type order_index is_active",
    "tests": "code lesson program title description passing_score max_attempts time_limit_minutes time_limit_enforced"
    " shows_right_answers shuffle_options is_active",
    "question-banks": "code title description",
    "questions": "test bank position text question_type points explanation image options correct category tags"
    " is_active",
    "test-draws": "test bank position questions_count category tags",
    "course-prerequisites": "course required_course required_final_test",
    "learning-paths": "code title description opening due_days is_active",
    "learning-path-courses": "path course order_index due_days due_from",
    "enrollments": "username course enrolled_at due_at cancelled_at",
    "assignments": "code course path station audience department position due_at due_days ended_at users",
    "managers": "username station department",
    "progress": "username lesson topic completed_at",
    "test-results": "username test attempt score_percent completed_at",
    "certificates": "username course issuer number title issued_at valid_until",
    "assets": "slug name type campaign points meta",
    "shop-lessons": "title description price video_path text_content is_active is_free",
    "shop-courses": "title description total_price discount_price is_active lessons",
    "promo-codes": "code discount_percent discount_amount max_uses is_active expires_at",
    "groups": "teacher name students",
    "recurring-lessons": "teacher group title day_of_week week_type start_time end_time start_date end_date timezone"
    " week_anchor",
    "scheduled-lessons": "teacher group title start_time end_time status allow_overlap taught_by",
    "conference-accounts": "label provider provider_user_id is_enabled capacity daily_limit",
    "homework": "teacher group title description due_at max_attempts allow_late published_at",
    "homework-questions": "teacher group homework position question_type text points allow_files choices correct",
    "attendance": "teacher group start_time username status",
    "control-points": "teacher group title kind date max_grade weight",
    "control-point-grades": "teacher group control_point username graded_by grade comment",
}
"""The columns that operators are told of, by kind."""
PROMISED_KEYS = {
    "users": "username",
    "equipment": "station name",
    "specifications": "station category",
    "gas-sources": "station source_name",
    "topics": "lesson code",
    "topic-files": "lesson topic minio_object_name",
    "questions": "position",
    "test-draws": "test position",
    "course-prerequisites": "course",
    "enrollments": "username course",
    "assignments": "code",
    "progress": "username lesson topic",
    "test-results": "username test attempt",
    "certificates": "issuer number",
    "shop-lessons": "title",
    "shop-courses": "title",
    "promo-codes": "code",
    "groups": "teacher name",
    "recurring-lessons": "teacher group day_of_week start_time",
    "scheduled-lessons": "teacher group start_time",
    "conference-accounts": "label",
    "homework": "teacher group title",
    "homework-questions": "teacher group homework position",
    "attendance": "teacher group start_time username",
    "control-points": "teacher group title",
    "control-point-grades": "teacher group control_point username",
}


def test_every_promised_kind_has_the_promised_columns_and_no_other() -> None:
    assert {name: set(kind.headers) for name, kind in KINDS.items()} == {
        name: set(headers.split()) for name, headers in PROMISED_HEADERS.items()
    }


@pytest.mark.parametrize(("name", "headers"), PROMISED_KEYS.items())
def test_what_a_record_is_known_by_is_required(name: str, headers: str) -> None:
    assert set(headers.split()) <= set(KINDS[name].required_headers)


@pytest.mark.parametrize("kind", STORED_KINDS.values(), ids=lambda kind: kind.name)
def test_a_kind_describes_columns_that_are_there(kind: Kind) -> None:
    table = metadata.tables[kind.table]
    assert kind.main_fields | set(kind.key) | set(kind.constants) <= set(table.c.keys())
    if kind.profile_table:
        assert kind.profile_fields <= set(metadata.tables[kind.profile_table].c.keys())
    for listed in kind.items:
        columns = set(metadata.tables[listed.table].c.keys())
        assert {listed.parent, listed.field, "order_index", *(listed.chosen or ())[1:]} <= columns


@pytest.mark.parametrize("kind", STORED_KINDS.values(), ids=lambda kind: kind.name)
def test_what_a_table_needs_is_required_or_has_a_default(kind: Kind) -> None:
    given = {column.field for column in kind.columns if column.required or column.default is not None}
    given |= {*kind.constants, "id", "created_at"}
    references = [each for each in kind.references if each.is_always_given]
    given |= {field for reference in references for field in reference.targets.values()}
    for column in metadata.tables[kind.table].columns:
        if not column.nullable and column.server_default is None:
            assert column.name in given, column.name


def test_each_kind_comes_after_those_it_refers_to() -> None:
    seen: set[str] = set()
    for declared in KINDS.values():
        kinds = list(declared.by.values()) if isinstance(declared, KindChoice) else [declared]
        for kind in kinds:
            references = [*kind.references, *(listed.reference for listed in kind.items if listed.reference)]
            assert {target for reference in references for target in reference.targets} <= seen
        seen |= {kind.name for kind in kinds}


def test_what_an_item_of_a_list_names_has_a_key_of_one_column() -> None:
    for kind in STORED_KINDS.values():
        for listed in kind.items:
            assert listed.target is None or len(STORED_KINDS[listed.target].key_headers) == 1


@pytest.mark.parametrize("kind", STORED_KINDS.values(), ids=lambda kind: kind.name)
def test_what_a_check_asks_about_is_in_every_row(kind: Kind) -> None:
    headers = {column.field: column.header for column in kind.columns}
    headers |= {listed.table: listed.header for listed in kind.items}
    headers |= {field: each.headers[-1] for each in kind.references for field in each.targets.values()}
    for check in kind.checks:
        implied = {column.header for column in kind.columns if column.implied}
        assert {headers[field] for field in check.fields} <= {*kind.required_headers, *implied}


def test_a_lengths_limit_is_that_of_the_table() -> None:
    """A text that the checks let through is never too long for its column."""
    for kind in STORED_KINDS.values():
        for column in kind.columns:
            name = kind.profile_table if column.in_profile else kind.table
            limit = getattr(metadata.tables[name].c[column.field].type, "length", None)
            if limit and not column.secret:
                with pytest.raises(ValueError):
                    column.parse("x" * (limit + 1))
        for listed in kind.items:
            assert listed.max_length == getattr(metadata.tables[listed.table].c[listed.field].type, "length", None)
