"""Kinds of the gradebook: attendance, control points and their grades."""

from decimal import Decimal

from atg_core.decimals import read_decimal
from atg_core.gradebook.model import (
    DEFAULT_WEIGHT,
    HUNDREDTH,
    MAX_GRADE,
    MAX_WEIGHT,
    YEARS,
    AttendanceStatus,
    ControlPointKind,
)
from atg_core.importing.cells import Parse, choice, day, text
from atg_core.importing.declarations import column, refers
from atg_core.importing.model import Kind, Reference
from atg_core.importing.schedule import GROUPS, SCHEDULED_LESSONS

_MAX_TEXT = 10_000


def _number(most: Decimal, *, zero: bool = True) -> Parse:
    least = "from" if zero else "above"

    def parse(cell: str) -> Decimal:
        number = read_decimal(cell)
        if number is None or number.is_signed() or number != number.quantize(HUNDREDTH):
            raise ValueError("is not a number with two decimals at most")
        number = number.quantize(HUNDREDTH)
        if number > most or (number == 0 and not zero):
            raise ValueError(f"is not from 0 to {most}" if zero else f"is not above 0 and at most {most}")
        return number

    parse.__doc__ = f"number {least} 0 to {most}, with two decimals at most"
    return parse


def _date(cell: str) -> object:
    value = day(cell)
    if value.year not in YEARS:
        raise ValueError(f"is not between the years {YEARS[0]} and {YEARS[-1]}")
    return value


_date.__doc__ = day.__doc__
_STUDENT = refers("username", "users", "student_id")

ATTENDANCE = Kind(
    name="attendance",
    table="attendance",
    key=("lesson_id", "student_id"),
    references=(
        Reference(headers=("teacher", "group", "start_time"), targets={SCHEDULED_LESSONS.name: "lesson_id"}),
        _STUDENT,
    ),
    columns=(column("status", choice(AttendanceStatus), required=True),),
)
CONTROL_POINTS = Kind(
    name="control-points",
    table="control_points",
    key=("group_id", "title"),
    references=(Reference(headers=("teacher", "group"), targets={GROUPS.name: "group_id"}),),
    columns=(
        column("title", required=True),
        column("kind", choice(ControlPointKind), required=True),
        column("date", _date, required=True),
        column("max_grade", _number(MAX_GRADE, zero=False), required=True),
        column("weight", _number(MAX_WEIGHT), default=DEFAULT_WEIGHT),
    ),
)
CONTROL_POINT_GRADES = Kind(
    name="control-point-grades",
    table="control_point_grades",
    key=("control_point_id", "student_id"),
    references=(
        Reference(headers=("teacher", "group", "control_point"), targets={CONTROL_POINTS.name: "control_point_id"}),
        _STUDENT,
        # The author of the change in the history of the grade.
        Reference(headers=("graded_by",), targets={"users": "graded_by"}, required=False, fallback="teacher"),
    ),
    columns=(column("grade", _number(MAX_GRADE)), column("comment", text(_MAX_TEXT))),
)
