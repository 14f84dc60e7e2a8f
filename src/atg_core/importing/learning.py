"""Kinds of learning: tests with their questions, enrollments, progress and test results."""

from enum import StrEnum

from atg_core.importing.cells import boolean, choice, instant, integer, percent, text
from atg_core.importing.declarations import ACTIVE, CODE, KEY, column, refers
from atg_core.importing.model import Kind, KindChoice, ListColumn, Reference, Unique


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
        column("image", KEY),
        column("explanation", text()),
    ),
    items=(
        ListColumn(
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
    affects_completion=True,
    key=("user_id", "course_id"),
    uuid=True,
    constants={"status": "in_progress"},
    references=(refers("username", "users", "user_id"), refers("course", "courses", "course_id")),
    columns=(
        column("enrolled_at", instant, field="started_at", default_now=True),
        column("due_at", instant),
        # Whoever stands in a list is enrolled, also if they had left.
        column("cancelled_at", instant, implied=True),
    ),
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
