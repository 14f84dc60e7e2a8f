"""Kinds of learning: tests and banks with their questions and draws, enrollments, progress and test results."""

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from atg_core.errors import Invalid
from atg_core.importing.cells import boolean, choice, code, instant, integer, line, name, percent, text
from atg_core.importing.declarations import ACTIVE, CODE, KEY, column, refers
from atg_core.importing.model import Kind, KindChoice, ListColumn, Reference, RowCheck, Unique
from atg_core.importing.records import ListValue
from atg_core.learning.audiences import MOST_DAYS, Audience, AudienceKind
from atg_core.learning.paths import DueFrom, Opening

_OPTIONS = "test_options"
_FEWEST_OPTIONS = 2


class QuestionType(StrEnum):
    SINGLE = "single"
    MULTIPLE = "multiple"


_TEST_COLUMNS = (
    column("code", CODE, required=True),
    column("title", text(500), required=True),
    column("description", text()),
    column("passing_score", percent, default=70),
    column("max_attempts", integer(1)),
    column("time_limit_minutes", integer(1), default=30),
    column("time_limit_enforced", boolean, default=False),
    column("shows_right_answers", boolean, default=False),
    column("shuffle_options", boolean, default=False),
    ACTIVE,
)
LESSON_TESTS = Kind(
    name="lesson-tests",
    table="lesson_tests",
    unique=(Unique(fields=("lesson_id",)),),
    affects_completion=True,
    key=("code",),
    references=(refers("lesson", "lessons", "lesson_id"),),
    columns=_TEST_COLUMNS,
)
FINAL_TESTS = Kind(
    name="final-tests",
    table="final_tests",
    unique=(Unique(fields=("course_program_id",)),),
    affects_completion=True,
    key=("code",),
    references=(refers("program", "programs", "course_program_id"),),
    columns=_TEST_COLUMNS,
)
TESTS = KindChoice(name="tests", by={"lesson": LESSON_TESTS, "program": FINAL_TESTS})
QUESTION_BANKS = Kind(
    name="question-banks",
    table="question_banks",
    key=("code",),
    columns=(
        column("code", CODE, required=True),
        column("title", text(500), required=True, folded=True),
        column("description", text()),
    ),
)


def _require_choices(question_type: QuestionType, options: ListValue) -> None:
    """Raises Invalid for a question that could not be answered right."""
    right = sum(is_correct for _, is_correct in options)
    if len(options) < _FEWEST_OPTIONS:
        raise Invalid("needs two options at least", field=_OPTIONS, code="too_few_options")
    if question_type is QuestionType.SINGLE and right != 1:
        raise Invalid("a single choice has exactly one that is correct", field=_OPTIONS, code="not_one_correct")


_QUESTION_COLUMNS = (
    column("position", integer(1), required=True),
    column("text", text(), required=True),
    column("points", integer(1), default=1),
    column("image", KEY),
    column("explanation", text()),
)
_QUESTION_TYPE = column("question_type", choice(QuestionType), default=QuestionType.SINGLE)
_CHOICES = ListColumn(
    header="options", table=_OPTIONS, parent="question_id", field="text", chosen=("correct", "is_correct")
)
TEST_QUESTIONS = Kind(
    name="test-questions",
    table="test_questions",
    key=("lesson_test_id", "final_test_id", "position"),
    only={"bank_id": None},
    references=(
        Reference(headers=("test",), targets={"lesson-tests": "lesson_test_id", "final-tests": "final_test_id"}),
    ),
    columns=(*_QUESTION_COLUMNS, _QUESTION_TYPE),
    items=(_CHOICES,),
)
_TAGS = ListColumn(header="tags", table="question_tags", parent="question_id", field="tag", max_length=50, folded=True)
BANK_QUESTIONS = Kind(
    name="bank-questions",
    table="test_questions",
    key=("bank_id", "position"),
    only={"lesson_test_id": None, "final_test_id": None},
    references=(refers("bank", QUESTION_BANKS.name, "bank_id"),),
    # Without the column they are single choices: whether the options fit is to be known.
    columns=(*_QUESTION_COLUMNS, replace(_QUESTION_TYPE, implied=True), column("category", line(255)), ACTIVE),
    items=(replace(_CHOICES, required=True), _TAGS),
    checks=(RowCheck(fields=("question_type", _OPTIONS), require=_require_choices),),
)
QUESTIONS = KindChoice(name="questions", by={"test": TEST_QUESTIONS, "bank": BANK_QUESTIONS})
TEST_DRAWS = Kind(
    name="test-draws",
    table="test_draws",
    key=("lesson_test_id", "final_test_id", "order_index"),
    references=(
        Reference(headers=("test",), targets={"lesson-tests": "lesson_test_id", "final-tests": "final_test_id"}),
        refers("bank", QUESTION_BANKS.name, "bank_id"),
    ),
    columns=(
        column("position", integer(1), field="order_index", required=True),
        column("questions_count", integer(1), required=True),
        column("category", line(255)),
    ),
    items=(replace(_TAGS, table="test_draw_tags", parent="draw_id"),),
)
_DUE_DAYS = column("due_days", integer(0, 3650))
LEARNING_PATHS = Kind(
    name="learning-paths",
    table="learning_paths",
    affects_obligations=True,
    key=("code",),
    uuid=True,
    columns=(
        column("code", CODE, required=True),
        column("title", required=True),
        column("description", text(10_000)),
        column("opening", choice(Opening), default=Opening.IN_ORDER),
        _DUE_DAYS,
        ACTIVE,
    ),
)
LEARNING_PATH_COURSES = Kind(
    name="learning-path-courses",
    table="learning_path_courses",
    # Courses open for who has the path.
    affects_completion=True,
    affects_obligations=True,
    key=("learning_path_id", "course_id"),
    references=(refers("path", "learning-paths", "learning_path_id"), refers("course", "courses", "course_id")),
    columns=(
        column("order_index", integer(), default=0),
        _DUE_DAYS,
        column("due_from", choice(DueFrom), default=DueFrom.ASSIGNMENT),
    ),
)


def _require_end_after_issue(issued_at: datetime, valid_until: datetime | None) -> None:
    """Raises Invalid."""
    if valid_until is not None and valid_until <= issued_at:
        raise Invalid("has to be later than {other}", field="valid_until", code="not_later", other="issued_at")


EXTERNAL_CERTIFICATES = Kind(
    name="certificates",
    table="external_certificates",
    affects_completion=True,
    key=("issuer", "number"),
    uuid=True,
    references=(refers("username", "users", "user_id"), refers("course", "courses", "course_id", required=False)),
    columns=(
        column("issuer", required=True),
        column("number", text(100), required=True),
        column("title", text(500), required=True),
        column("issued_at", instant, required=True),
        column("valid_until", instant, implied=True),
    ),
    checks=(RowCheck(fields=("issued_at", "valid_until"), require=_require_end_after_issue),),
)
ENROLLMENTS = Kind(
    name="enrollments",
    table="user_courses",
    affects_completion=True,
    affects_obligations=True,
    key=("user_id", "course_id"),
    uuid=True,
    constants={"status": "in_progress"},
    references=(refers("username", "users", "user_id"), refers("course", "courses", "course_id")),
    columns=(
        column("enrolled_at", instant, field="started_at", default_now=True),
        column("due_at", instant, field="own_due_at"),
        # Whoever stands in a list is enrolled, also if they had left.
        column("cancelled_at", instant, implied=True),
    ),
)
_NAMED = "standing_assignment_users"


def _require_audience(
    audience: AudienceKind, department: str | None, station_id: int | None, position: str | None, users: ListValue
) -> None:
    """Raises Invalid."""
    named = frozenset(user_id for user_id, _ in users)
    Audience(
        kind=audience, user_ids=named, department=department, station_id=station_id, position=position
    ).require_complete()


ASSIGNMENTS = Kind(
    name="assignments",
    table="standing_assignments",
    affects_obligations=True,
    key=("code",),
    uuid=True,
    either=("course", "path"),
    references=(
        refers("course", "courses", "course_id", required=False),
        refers("path", LEARNING_PATHS.name, "learning_path_id", required=False),
        refers("station", "stations", "station_id", required=False),
    ),
    columns=(
        column("code", code(50), required=True),
        column("audience", choice(AudienceKind), required=True),
        column("department", name(255), of_department=True),
        column("position", name(255)),
        column("due_at", instant),
        column("due_days", integer(1, MOST_DAYS)),
        column("ended_at", instant),
    ),
    items=(
        ListColumn(
            header="users",
            table=_NAMED,
            parent="assignment_id",
            field="user_id",
            may_be_empty=True,
            target="users",
        ),
    ),
    checks=(
        RowCheck(
            fields=("audience", "department", "station_id", "position", _NAMED),
            require=_require_audience,
        ),
    ),
)


def _require_one_led(department: str | None, station_id: int | None) -> None:
    """Raises Invalid."""
    if (department is None) is (station_id is None):
        raise Invalid("Needs either a department or a station", field="department", code="exactly_one")


COURSE_PREREQUISITES = Kind(
    name="course-prerequisites",
    table="course_prerequisites",
    key=("course_id", "required_course_id", "required_final_test_id"),
    references=(
        refers("course", "courses", "course_id"),
        refers("required_course", "courses", "required_course_id", required=False),
        refers("required_final_test", "final-tests", "required_final_test_id", required=False),
    ),
    columns=(),
    either=("required_course", "required_final_test"),
    acyclic=True,
)
MANAGERS = Kind(
    name="managers",
    table="managers",
    key=("user_id", "department", "station_id"),
    uuid=True,
    references=(refers("username", "users", "user_id"), refers("station", "stations", "station_id", required=False)),
    columns=(column("department", name(255)),),
    checks=(RowCheck(fields=("department", "station_id"), require=_require_one_led),),
)
PROGRESS = Kind(
    name="progress",
    table="user_topic_progress",
    affects_completion=True,
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
    affects_completion=True,
    key=("user_id", "lesson_test_id", "final_test_id", "attempt"),
    uuid=True,
    constants={"passed": False},
    references=(
        refers("username", "users", "user_id"),
        Reference(headers=("test",), targets={"lesson-tests": "lesson_test_id", "final-tests": "final_test_id"}),
    ),
    columns=(
        column("attempt", integer(1), required=True),
        column("score_percent", percent, required=True),
        column("completed_at", instant, field="created_at", default_now=True),
    ),
)
