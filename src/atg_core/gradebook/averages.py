"""Weighted averages of grades and attendance rates, in percent with two decimals (spec: homework-gradebook).

Exact: integers over one common denominator, divided once at the end and rounded half up, so that the order of grades
does not matter.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from math import lcm
from typing import Any

from atg_core.gradebook.model import AttendanceStatus, Cell, Column

_ATTENDED = {AttendanceStatus.PRESENT, AttendanceStatus.LATE}
_COUNTED = _ATTENDED | {AttendanceStatus.ABSENT}
"""Excused students do not count."""
_WHOLE = 10_000
"""100 %, in hundredths of a percent."""


def percent(part: int, whole: int) -> Decimal | None:
    """None where `whole` is 0."""
    return _shown(_hundredths(part, whole)) if whole else None


def _hundredths(part: int, whole: int) -> int:
    """Hundredths of a percent, rounded half up."""
    return (2 * _WHOLE * part + whole) // (2 * whole)


def _shown(hundredths: int) -> Decimal:
    return Decimal(hundredths).scaleb(-2)


class Averages:
    """The average of each of `students` students over the columns added so far.

    Σ(weight × grade / max) / Σ weight, over the columns in which a student has a grade and is not excused. `columns`:
    all that may be added. Students are addressed by their index in the roster.
    """

    def __init__(self, columns: Iterable[Column], students: int) -> None:
        self._common = lcm(*(_cents(column.max_grade) for column in columns if column.max_grade))
        self._sums, self._weights = [0] * students, [0] * students
        self._cents = _Cents()

    def add(self, column: Column) -> None:
        """Ignores lessons, columns whose `max_grade` is 0, and those without a grade."""
        if not column.max_grade or column.weight is None or not column.is_filled:
            return
        weight = _cents(column.weight)
        factor = weight * (self._common // _cents(column.max_grade))
        sums, weights, cents, excused = self._sums, self._weights, self._cents, AttendanceStatus.EXCUSED
        for place, cell in enumerate(column.cells):
            if cell is not None and cell is not excused:
                sums[place] += factor * cents[cell]
                weights[place] += weight

    def of(self, place: int) -> Decimal | None:
        """None before the first grade."""
        return percent(self._sums[place], self._common * self._weights[place])

    def mean(self) -> Decimal | None:
        """The mean of the rounded averages of the students who have one."""
        each = [
            _hundredths(total, self._common * weight)
            for total, weight in zip(self._sums, self._weights, strict=True)
            if weight
        ]
        return _shown((2 * sum(each) + len(each)) // (2 * len(each))) if each else None


def _cents(value: Decimal) -> int:
    return int(value * 100)


class _Cents(dict[Any, int]):
    """Memoised: a journal has far fewer distinct grades than cells."""

    def __missing__(self, grade: Decimal) -> int:
        return self.setdefault(grade, _cents(grade))


class AttendanceRates:
    """The attendance rate of each of `students` students: (present + late) / (present + late + absent)."""

    def __init__(self, students: int) -> None:
        self._attended, self._counted = [0] * students, [0] * students

    def add(self, cells: Sequence[Cell]) -> None:
        attended, counted = self._attended, self._counted
        for place, cell in enumerate(cells):
            if cell in _COUNTED:
                counted[place] += 1
                attended[place] += cell in _ATTENDED

    def of(self, place: int) -> Decimal | None:
        """None before the first mark that counts."""
        return percent(self._attended[place], self._counted[place])

    def overall(self) -> Decimal | None:
        return percent(sum(self._attended), sum(self._counted))
