"""Averages and attendance rates against independent oracles of fractions and decimals."""

import random
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from atg_core.gradebook.averages import AttendanceRates, Averages, percent
from atg_core.gradebook.journal import journal_of
from atg_core.gradebook.model import AttendanceStatus, Column, ColumnKind
from atg_core.gradebook.progress import progress_of
from tests.unit.gradebook.journals import ABSENT, EXCUSED, LATE, PRESENT, graded, lesson, roster

STUDENTS = 3
cents = st.integers(1, 1_000_000).map(lambda cents: Decimal(cents).scaleb(-2))
weights = st.integers(0, 10_000).map(lambda cents: Decimal(cents).scaleb(-2))


@st.composite
def graded_columns(draw: st.DrawFn) -> Column:
    most = draw(st.one_of(cents, st.sampled_from([Decimal("3.00"), Decimal("5.00"), Decimal("100.00")])))
    grades = st.integers(0, int(most * 100)).map(lambda cents: str(Decimal(cents).scaleb(-2)))
    cells = [draw(st.one_of(st.none(), grades)) for _ in range(STUDENTS)]
    return graded(draw(st.integers(0, 9)), *cells, of=str(most), weight=str(draw(weights)))


def final(columns: Sequence[Column], place: int = 0, students: int = STUDENTS) -> Decimal | None:
    averages = Averages(columns, students)
    for column in columns:
        averages.add(column)
    return averages.of(place)


def by_fractions(columns: Sequence[Column], place: int) -> Fraction | None:
    """Σ(weight × grade / max) / Σ weight over what has been graded (spec: homework-gradebook)."""
    known = [column for column in columns if column.cells[place] is not None]
    weight = sum(Fraction(column.weight) for column in known)
    parts = [Fraction(column.weight) * Fraction(column.cells[place]) / Fraction(column.max_grade) for column in known]
    return sum(parts) / weight if weight else None


def in_percent(share: Fraction | None) -> Decimal | None:
    """With two decimals, half up."""
    if share is None:
        return None
    whole, rest = divmod(share.numerator * 10_000, share.denominator)
    return Decimal(whole + (2 * rest >= share.denominator)) / 100


@given(st.lists(graded_columns(), max_size=12))
@example([graded(0, "1.00", None, None, of="3.00"), graded(1, "2.00", None, None, of="3.00")])
@example([graded(0, "0.01", None, None, of="80.00")])
def test_an_average_is_that_of_fractions_rounded_half_up(columns: list[Column]) -> None:
    for place in range(STUDENTS):
        expected = in_percent(by_fractions(columns, place))
        assert final(columns, place) == expected


@given(st.lists(graded_columns(), max_size=8))
def test_an_average_is_that_of_decimals_with_many_digits(columns: list[Column]) -> None:
    with localcontext(prec=400):
        known = [column for column in columns if column.cells[0] is not None]
        weight = sum((column.weight for column in known), Decimal(0))
        total = sum((column.weight * column.cells[0] / column.max_grade for column in known), Decimal(0))
        # A quotient that does not end may come out a hair below the half that it is: 300 digits are far from any other.
        share = (100 * total / weight).quantize(Decimal(1).scaleb(-300)) if weight else None
        expected = None if share is None else share.quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert final(columns) == expected


@given(st.lists(graded_columns(), max_size=10), st.randoms(use_true_random=False))
def test_the_order_of_entry_says_nothing_and_the_journal_says_the_same(
    columns: list[Column], chance: random.Random
) -> None:
    shuffled = chance.sample(columns, len(columns))
    rows = journal_of(roster("a", "b", "c"), shuffled).rows
    points = progress_of(roster("a", "b", "c"), shuffled, None).points
    for place, row in enumerate(rows):
        assert final(shuffled, place) == final(columns, place) == row.average
        last = progress_of(roster("a", "b", "c"), shuffled, row.student.id).points
        assert (last[-1].average if last else None) == row.average
    means = [row.average for row in rows if row.average is not None]
    expected = in_percent(Fraction(sum(map(Fraction, means)), 100 * len(means))) if means else None
    assert (points[-1].group_average if points else None) == expected


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (1, 3, "33.33"),
        (2, 3, "66.67"),
        (1, 8, "12.50"),
        (1, 32, "3.13"),
        (1, 160, "0.63"),
        (0, 5, "0.00"),
        (5, 5, "100.00"),
    ],
)
def test_halves_are_rounded_up(part: int, whole: int, shown: str) -> None:
    assert str(percent(part, whole)) == shown


def test_what_is_not_graded_and_what_weighs_nothing_does_not_count() -> None:
    assert final([], students=1) is None
    assert final([graded(0, None)], students=1) is None
    assert final([graded(0, "5.00"), graded(1, None)], students=1) == Decimal("50.00")
    assert final([graded(0, "5.00"), graded(1, "0.00")], students=1) == Decimal("25.00")
    assert final([graded(0, "5.00", weight="0.00")], students=1) is None
    assert final([graded(0, "5.00", weight="0.00"), graded(1, "10.00")], students=1) == Decimal("100.00")


def test_a_control_point_counts_as_often_as_it_weighs() -> None:
    """Twice by default, homework once: (2 × 5/10 + 1 × 10/10) / 3."""
    homework = graded(0, "10.00", kind=ColumnKind.HOMEWORK)
    assert final([homework, graded(1, "5.00", weight="2.00")], students=1) == Decimal("66.67")


@pytest.mark.parametrize("most", [None, "0.00"])
def test_what_is_out_of_nothing_says_nothing(most: str | None) -> None:
    assert final([graded(0, "0.00", of=most), graded(1, "5.00")], students=1) == Decimal("50.00")


@given(st.lists(st.one_of(st.none(), st.sampled_from(AttendanceStatus)), max_size=40))
def test_a_rate_is_the_share_of_lessons_that_were_attended(marks: list[AttendanceStatus | None]) -> None:
    rates = AttendanceRates(2)
    for mark in marks:
        rates.add((mark, None))
    counted = [mark for mark in marks if mark in {PRESENT, LATE, ABSENT}]
    attended = [mark for mark in counted if mark is not ABSENT]
    expected = in_percent(Fraction(len(attended), len(counted))) if counted else None
    assert rates.of(0) == rates.overall() == expected
    assert rates.of(1) is None


def test_who_was_excused_is_neither_there_nor_missing() -> None:
    columns = [lesson(day, mark) for day, mark in enumerate([PRESENT, ABSENT, EXCUSED, LATE, None])]
    [row] = journal_of(roster("a"), columns).rows
    assert str(row.attendance_rate) == "66.67"
