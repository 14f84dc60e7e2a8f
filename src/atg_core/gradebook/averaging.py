"""Averages of grades and rates of attendance, in percent with two decimals (spec: homework-gradebook, Final average).

They are exact: whole numbers over one common denominator, divided once at the end and rounded half up. So the order
in which grades come in says nothing.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from math import lcm
from typing import Any

from atg_core.gradebook.model import AttendanceStatus, Cell, Column

_ATTENDED = {AttendanceStatus.PRESENT, AttendanceStatus.LATE}
_COUNTED = _ATTENDED | {AttendanceStatus.ABSENT}
"""Who was excused is not asked about."""
_WHOLE = 10_000
"""A hundred percent, in hundredths of a percent."""


def percent(part: int, whole: int) -> Decimal | None:
    """None of nothing."""
    return _shown(_hundredths(part, whole)) if whole else None


def _hundredths(part: int, whole: int) -> int:
    """Hundredths of a percent, rounded half up."""
    return (2 * _WHOLE * part + whole) // (2 * whole)


def _shown(hundredths: int) -> Decimal:
    return Decimal(hundredths).scaleb(-2)


class Averages:
    """The averages of so many students, over the columns that have been added.

    Σ(weight × grade / max) / Σ weight over what a student has been graded for. `columns`: all that may be added.
    """

    def __init__(self, columns: Iterable[Column], students: int) -> None:
        self._common = lcm(*(_cents(column.max_grade) for column in columns if column.max_grade))
        self._sums, self._weights = [0] * students, [0] * students
        self._cents = _Cents()

    def add(self, column: Column) -> None:
        """Lessons have no grades, and what is out of nothing says nothing."""
        if not column.max_grade or column.weight is None:
            return
        weight = _cents(column.weight)
        factor = weight * (self._common // _cents(column.max_grade))
        sums, weights, cents = self._sums, self._weights, self._cents
        for place, cell in enumerate(column.cells):
            if cell is not None:
                sums[place] += factor * cents[cell]
                weights[place] += weight

    def of(self, place: int) -> Decimal | None:
        """None before the first grade."""
        return percent(self._sums[place], self._common * self._weights[place])

    def mean(self) -> Decimal | None:
        """Of the students' averages as they are shown, of those who have one."""
        each = [
            _hundredths(total, self._common * weight)
            for total, weight in zip(self._sums, self._weights, strict=True)
            if weight
        ]
        return _shown((2 * sum(each) + len(each)) // (2 * len(each))) if each else None


def _cents(value: Decimal) -> int:
    return int(value * 100)


class _Cents(dict[Any, int]):
    """Of each grade that was met: there are far fewer than cells."""

    def __missing__(self, grade: Decimal) -> int:
        return self.setdefault(grade, _cents(grade))


class Rates:
    """Which share of the marked lessons so many students have attended: late is there, too; excused does not count."""

    def __init__(self, students: int) -> None:
        self._attended, self._counted = [0] * students, [0] * students

    def add(self, cells: Sequence[Cell]) -> None:
        attended, counted = self._attended, self._counted
        for place, cell in enumerate(cells):
            if cell in _COUNTED:
                counted[place] += 1
                attended[place] += cell in _ATTENDED

    def of(self, place: int) -> Decimal | None:
        """None where nothing is marked."""
        return percent(self._attended[place], self._counted[place])

    def of_all(self) -> Decimal | None:
        return percent(sum(self._attended), sum(self._counted))
