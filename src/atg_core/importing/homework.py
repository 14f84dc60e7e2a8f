"""Kinds of homework: homework of a group, and its questions."""

from decimal import Decimal

from atg_core.decimals import read_decimal
from atg_core.errors import Invalid
from atg_core.homework.grading import HUNDREDTH, MAX_POINTS
from atg_core.homework.model import QuestionType
from atg_core.importing.cells import boolean, choice, instant, integer, text
from atg_core.importing.declarations import column
from atg_core.importing.model import Kind, ListColumn, Reference, RowCheck
from atg_core.importing.records import ListValue
from atg_core.importing.schedule import GROUPS

_CHOICES = "homework_choices"
_MAX_TEXT = 10_000


def _points(cell: str) -> Decimal:
    """number above 0 to 10000, with two decimals at most"""
    points = read_decimal(cell)
    if points is None or points.is_signed() or points != points.quantize(HUNDREDTH):
        raise ValueError("is not a number with two decimals at most")
    points = points.quantize(HUNDREDTH)
    if not 0 < points <= MAX_POINTS:
        raise ValueError(f"is not above 0 and at most {MAX_POINTS}")
    return points


def _require_gradable(question_type: QuestionType, choices: ListValue) -> None:
    """Raises Invalid for a question that could not be published."""
    right = sum(is_correct for _, is_correct in choices)
    if question_type is QuestionType.TEXT and choices:
        raise Invalid("a text question has no choices", field=_CHOICES, code="too_many")
    if question_type is QuestionType.SINGLE_CHOICE and right != 1:
        raise Invalid("a single choice has exactly one that is correct", field=_CHOICES, code="not_one_correct")
    if question_type is QuestionType.MULTI_CHOICE and not right:
        raise Invalid("a multiple choice has one that is correct at least", field=_CHOICES, code="none_correct")


HOMEWORK = Kind(
    name="homework",
    table="homework",
    key=("group_id", "title"),
    references=(Reference(headers=("teacher", "group"), targets={GROUPS.name: "group_id"}),),
    columns=(
        column("title", required=True),
        column("description", text(_MAX_TEXT), default=""),
        column("due_at", instant),
        column("max_attempts", integer(1, 1_000)),
        column("allow_late", boolean, default=False),
        # An import does not unpublish homework.
        column("published_at", instant, kept_when_empty=True),
    ),
)
HOMEWORK_QUESTIONS = Kind(
    name="homework-questions",
    table="homework_questions",
    key=("homework_id", "position"),
    references=(Reference(headers=("teacher", "group", "homework"), targets={HOMEWORK.name: "homework_id"}),),
    columns=(
        column("position", integer(1), required=True),
        column("question_type", choice(QuestionType), required=True),
        column("text", text(_MAX_TEXT), required=True),
        column("points", _points, required=True),
        column("allow_files", boolean, default=False),
    ),
    items=(
        ListColumn(
            header="choices",
            table=_CHOICES,
            parent="question_id",
            field="text",
            chosen=("correct", "is_correct"),
            may_be_empty=True,
        ),
    ),
    checks=(RowCheck(fields=("question_type", _CHOICES), require=_require_gradable),),
)
