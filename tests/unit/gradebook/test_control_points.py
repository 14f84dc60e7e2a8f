"""Which grades a teacher may enter at a control point."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from atg_core.errors import Invalid
from atg_core.gradebook.control_points import GradeInput, checked_grades
from atg_core.gradebook.model import ControlPoint, ControlPointKind
from atg_core.gradebook.ports import StudentGrade
from tests.unit.gradebook.journals import MARCH

ANNA, BORIS = UUID(int=1), UUID(int=2)
EXAM = ControlPoint(
    id=1,
    group_id=1,
    title="x",
    kind=ControlPointKind.EXAM,
    date=date(2026, 3, 10),
    max_grade=Decimal("10.00"),
    weight=Decimal("2.00"),
    created_at=MARCH,
    updated_at=MARCH,
)


def given(student_id: UUID, grade: str | None) -> GradeInput:
    return GradeInput(student_id=student_id, grade=None if grade is None else Decimal(grade))


@pytest.mark.parametrize("grade", ["10.01", "-0.01", "4.505", "1e-400", "NaN", "-Infinity"])
def test_a_grade_that_is_none_is_named(grade: str) -> None:
    with pytest.raises(Invalid) as refusal:
        checked_grades(EXAM, {}, {ANNA, BORIS}, [given(ANNA, "5"), given(BORIS, grade)])
    assert refusal.value.field == "[1].grade"


def test_only_grades_that_change_are_stored() -> None:
    stored = StudentGrade(student_id=ANNA, grade=Decimal("5.00"), comment=None)
    grades = [given(ANNA, "5"), given(BORIS, None)]
    assert checked_grades(EXAM, {ANNA: stored}, {ANNA, BORIS}, grades) == []
    [changed] = checked_grades(EXAM, {ANNA: stored}, {BORIS}, [given(ANNA, "6")])
    assert (changed.student_id, changed.grade) == (ANNA, Decimal("6.00"))
