"""Teachers make control points, and grade their students (spec: homework-gradebook, control points)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from atg_core.clock import Clock
from atg_core.errors import Invalid
from atg_core.gradebook.model import MOST_GRADE, MOST_WEIGHT, YEARS, ControlPoint, Viewer, two_places
from atg_core.gradebook.ports import ControlPoints, Given, GradesAbove
from atg_core.opening import Open

_DELETED = "the control point was deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class SentGrade:
    """A grade as a teacher sends it; None takes it back. `keeps_comment`: whether the grade keeps its comment."""

    student_id: UUID
    grade: Decimal | None
    comment: str | None = None
    keeps_comment: bool = False
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EditControlPoints:
    """Teachers have those of their groups, administrators all. Raises GroupNotFound, ControlPointNotFound."""

    open: Open[ControlPoints]
    clock: Clock

    async def add(self, viewer: Viewer, group_id: int, values: Mapping[str, Any]) -> ControlPoint:
        """Raises Invalid."""
        checked = _checked(values)
        async with self.open() as store:
            await store.require_group(group_id, viewer.owner)
            return await store.add({**checked, "group_id": group_id}, self.clock())

    async def change(self, viewer: Viewer, control_point_id: int, values: Mapping[str, Any]) -> ControlPoint:
        """Raises Invalid, GradesAbove."""
        checked = _checked(values)
        async with self.open() as store:
            point = await store.point_to_change(control_point_id, viewer.owner)
            changed = {name: value for name, value in checked.items() if getattr(point, name) != value}
            if not changed:
                return point
            await _require_room(store, control_point_id, changed.get("max_grade", point.max_grade))
            return await store.change(control_point_id, changed, self.clock())

    async def delete(self, viewer: Viewer, control_point_id: int) -> None:
        """Its grades are taken back first, which is written down as any other change."""
        async with self.open() as store:
            await store.point_to_change(control_point_id, viewer.owner)
            taken_back = [
                replace(each, grade=None, comment=None, reason=_DELETED)
                for each in (await store.grades(control_point_id)).values()
                if each.grade is not None
            ]
            await store.put(control_point_id, taken_back, viewer.id, self.clock())
            await store.delete(control_point_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeControlPoint:
    """Any number of students in one call, all or none; who is not named keeps their grade.

    Who has left the group can still be graded anew. Raises ControlPointNotFound, Invalid.
    """

    open: Open[ControlPoints]
    clock: Clock

    async def __call__(self, viewer: Viewer, control_point_id: int, grades: Sequence[SentGrade]) -> None:
        async with self.open() as store:
            point = await store.point_to_grade(control_point_id, viewer.owner)
            before = await store.grades(control_point_id)
            known = await store.members(point.group_id, [sent.student_id for sent in grades])
            given = given_grades(point, before, known, grades)
            await store.put(control_point_id, given, viewer.id, self.clock())


def given_grades(
    point: ControlPoint, before: Mapping[UUID, Given], members: Collection[UUID], grades: Sequence[SentGrade]
) -> list[Given]:
    """What is to be stored, without what is there already.

    Raises Invalid for students who are not in the group, and for grades that are not from 0 to the most.
    """
    given: dict[UUID, Given] = {}
    for place, sent in enumerate(grades):
        if sent.student_id not in members and sent.student_id not in before:
            raise Invalid("is not in the group", field=f"[{place}].student_id")
        if sent.student_id in given:
            raise Invalid("is named twice", field=f"[{place}].student_id")
        stored = before.get(sent.student_id) or Given(student_id=sent.student_id, grade=None, comment=None)
        given[sent.student_id] = _given(point, stored, sent, f"[{place}].grade")
    return [
        each for each in given.values() if replace(each, reason=None) != before.get(each.student_id, _nothing(each))
    ]


def _given(point: ControlPoint, stored: Given, sent: SentGrade, field: str) -> Given:
    if sent.grade is None:
        return replace(stored, grade=None, comment=None, reason=sent.reason)
    grade = two_places(sent.grade, most=point.max_grade, field=field)
    comment = stored.comment if sent.keeps_comment else sent.comment or None
    return replace(stored, grade=grade, comment=comment, reason=sent.reason if grade != stored.grade else None)


def _nothing(given: Given) -> Given:
    return Given(student_id=given.student_id, grade=None, comment=None)


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    checked = dict(values)
    if "max_grade" in checked:
        checked["max_grade"] = two_places(checked["max_grade"], most=MOST_GRADE, field="max_grade", zero=False)
    if "weight" in checked:
        checked["weight"] = two_places(checked["weight"], most=MOST_WEIGHT, field="weight")
    if isinstance(day := checked.get("date"), date) and day.year not in YEARS:
        raise Invalid(f"the year is {YEARS[0]} to {YEARS[-1]}", field="date")
    return checked


async def _require_room(store: ControlPoints, control_point_id: int, max_grade: Decimal) -> None:
    given = (await store.grades(control_point_id)).values()
    if any(each.grade is not None and each.grade > max_grade for each in given):
        raise GradesAbove
