"""Control points and their grades (spec: homework-gradebook, Gradebook)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any
from uuid import UUID

from atg_core.clock import Clock
from atg_core.errors import MOST_FAULTS, ChangedMeanwhile, Fault, Faults, Invalid
from atg_core.gradebook.model import MAX_GRADE, MAX_WEIGHT, YEARS, ControlPoint, Viewer, two_decimals
from atg_core.gradebook.ports import ControlPointStore, GradesAbove, StudentGrade
from atg_core.notifier import NewNotice, NoticeKind, Notifier
from atg_core.unit_of_work import UnitOfWork
from atg_core.words import phrase

_DELETED = "the control point was deleted"
_NOTHING = (None, False)


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeInput:
    """A grade that a teacher enters; None removes the grade. `keeps_comment`: the stored comment stays.

    `excused`: instead of a grade, which then counts for nothing. `is_conditional`: it is saved only if `was` is the
    grade that is stored, None if there is none, and `was_excused` whether the student is excused.
    """

    student_id: UUID
    grade: Decimal | None
    comment: str | None = None
    keeps_comment: bool = False
    reason: str | None = None
    is_conditional: bool = False
    was: Decimal | None = None
    excused: bool = False
    was_excused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EditControlPoints:
    """Adds, changes and deletes control points: teachers in their own groups, administrators in all.

    Raises GroupNotFound, ControlPointNotFound.
    """

    open: UnitOfWork[ControlPointStore]
    clock: Clock

    async def add(self, viewer: Viewer, group_id: int, values: Mapping[str, Any]) -> ControlPoint:
        """Raises Invalid."""
        checked = _checked(values)
        async with self.open() as store:
            await store.require_group(group_id, viewer.owner)
            return await store.add({**checked, "group_id": group_id}, self.clock())

    async def change(
        self, viewer: Viewer, control_point_id: int, values: Mapping[str, Any], *, reason: str | None = None
    ) -> ControlPoint:
        """`reason`: of another weight or scale, for the history, from which it can be put back.

        Raises Invalid, and GradesAbove for a `max_grade` below a stored grade.
        """
        checked = _checked(values)
        async with self.open() as store:
            point = await store.lock_for_change(control_point_id, viewer.owner)
            changed = {name: value for name, value in checked.items() if getattr(point, name) != value}
            if not changed:
                return point
            await _require_grades_within(store, control_point_id, changed.get("max_grade", point.max_grade))
            return await store.change(control_point_id, changed, self.clock(), actor_id=viewer.id, reason=reason)

    async def delete(self, viewer: Viewer, control_point_id: int) -> None:
        """Removes its grades first, so that the grade history records that they were removed."""
        async with self.open() as store:
            await store.lock_for_change(control_point_id, viewer.owner)
            removed = [
                replace(each, grade=None, comment=None, reason=_DELETED, excused=False)
                for each in (await store.grades(control_point_id)).values()
                if each.grade is not None or each.excused
            ]
            await store.save_grades(control_point_id, removed, viewer.id, self.clock())
            await store.delete(control_point_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeControlPoint:
    """Saves the grades of any number of students, all or none; the grades of the others stay.

    A student who left the group can be graded if they have, or had, a grade here. Raises ControlPointNotFound, Invalid,
    and ChangedMeanwhile where another grade is stored than a conditional one was given upon.
    """

    open: UnitOfWork[ControlPointStore]
    notifier: Notifier
    clock: Clock

    async def __call__(self, viewer: Viewer, control_point_id: int, grades: Sequence[GradeInput]) -> None:
        async with self.open() as store:
            point = await store.lock_for_grading(control_point_id, viewer.owner)
            before = await store.grades(control_point_id)
            known = await store.members(point.group_id, [sent.student_id for sent in grades])
            changed = checked_grades(point, before, known, grades)
            _require_unchanged(before, grades)
            now = self.clock()
            await store.save_grades(control_point_id, changed, viewer.id, now)
            former = {student_id: each.grade for student_id, each in before.items()}
            graded = [each for each in changed if each.grade not in {None, former.get(each.student_id)}]
            if graded:
                await self.notifier.tell(*(_told_grade(point, each, now) for each in graded))


def _told_grade(point: ControlPoint, given: StudentGrade, now: datetime) -> NewNotice:
    return NewNotice(
        kind=NoticeKind.GRADE,
        subject=f"control_point:{point.id}",
        occasion=now,
        title=point.title,
        details={"grade": str(given.grade), "max_grade": str(point.max_grade)},
        group_id=point.group_id,
        user_ids=[given.student_id],
    )


def checked_grades(
    point: ControlPoint, before: Mapping[UUID, StudentGrade], members: Collection[UUID], grades: Sequence[GradeInput]
) -> list[StudentGrade]:
    """The grades to store, without those that do not change. `before`: the stored ones, by student.

    Raises Invalid for students outside the group, a student who is named twice, and grades outside 0 to `max_grade`.
    """
    checked: dict[UUID, StudentGrade] = {}
    faults = Faults()
    for index, sent in enumerate(grades):
        with faults:
            if sent.student_id not in members and sent.student_id not in before:
                raise Invalid("is not in the group", field=f"[{index}].student_id", code="not_in_group")
            if sent.student_id in checked:
                raise Invalid("is named twice", field=f"[{index}].student_id", code="named_twice")
            stored = before.get(sent.student_id) or StudentGrade(student_id=sent.student_id, grade=None, comment=None)
            checked[sent.student_id] = _checked_grade(point, stored, sent, f"[{index}].grade")
    faults.raise_any()
    return [
        each for each in checked.values() if replace(each, reason=None) != before.get(each.student_id, _ungraded(each))
    ]


def _require_unchanged(before: Mapping[UUID, StudentGrade], grades: Sequence[GradeInput]) -> None:
    """Raises ChangedMeanwhile with every late grade."""
    stored = {student_id: (each.grade, each.excused) for student_id, each in before.items()}
    late = {
        index: sent.student_id
        for index, sent in enumerate(grades)
        if sent.is_conditional and (sent.was, sent.was_excused) != stored.get(sent.student_id, _NOTHING)
    }
    if late:
        template = phrase("was changed meanwhile")
        faults = [Fault(f"[{index}].was", template, ChangedMeanwhile.code) for index in islice(late, MOST_FAULTS)]
        there = {each: stored.get(each, _NOTHING) for each in late.values()}
        current = [
            {"student_id": each, "grade": grade} | ({"excused": True} if excused else {})
            for each, (grade, excused) in there.items()
        ]
        raise ChangedMeanwhile(current=current, faults=faults)


def _checked_grade(point: ControlPoint, stored: StudentGrade, sent: GradeInput, field: str) -> StudentGrade:
    if sent.excused:
        if sent.grade is not None:
            raise Invalid("is either excused or graded", field=field, code="exactly_one")
        comment = stored.comment if sent.keeps_comment else sent.comment or None
        return replace(stored, grade=None, comment=comment, reason=sent.reason, excused=True)
    if sent.grade is None:
        return replace(stored, grade=None, comment=None, reason=sent.reason, excused=False)
    grade = two_decimals(sent.grade, maximum=point.max_grade, field=field)
    comment = stored.comment if sent.keeps_comment else sent.comment or None
    is_other = grade != stored.grade or stored.excused
    return replace(stored, grade=grade, comment=comment, reason=sent.reason if is_other else None, excused=False)


def _ungraded(grade: StudentGrade) -> StudentGrade:
    return StudentGrade(student_id=grade.student_id, grade=None, comment=None)


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    checked, faults = dict(values), Faults()
    if "max_grade" in checked:
        with faults:
            checked["max_grade"] = two_decimals(checked["max_grade"], maximum=MAX_GRADE, field="max_grade", zero=False)
    if "weight" in checked:
        with faults:
            checked["weight"] = two_decimals(checked["weight"], maximum=MAX_WEIGHT, field="weight")
    with faults:
        if isinstance(day := checked.get("date"), date) and day.year not in YEARS:
            template = phrase("the year must be between {low} and {high}")
            raise Invalid(template, field="date", code="out_of_range", low=YEARS[0], high=YEARS[-1])
    faults.raise_any()
    return checked


async def _require_grades_within(store: ControlPointStore, control_point_id: int, max_grade: Decimal) -> None:
    given = (await store.grades(control_point_id)).values()
    if any(each.grade is not None and each.grade > max_grade for each in given):
        raise GradesAbove
