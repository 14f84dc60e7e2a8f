"""What late work costs: laws of the rule, and of averages over what is left (spec: homework-gradebook)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atg_core.errors import Invalid
from atg_core.gradebook.averages import Averages
from atg_core.gradebook.model import AttendanceStatus, Column, ColumnKind, with_excused, with_lateness
from atg_core.late_work import LateRule, best_of, checked_late_rule, days_late, late_grade

DUE = datetime(2026, 11, 23, 12, tzinfo=UTC)
A_DAY, A_SECOND = timedelta(days=1), timedelta(seconds=1)
TENTH = LateRule(percent_per_day=Decimal(10), floor_percent=Decimal(50), zero_after_days=None)

percents = st.decimals(0, 100, places=2)
rules = st.builds(
    LateRule,
    percent_per_day=st.none() | st.decimals("0.01", 100, places=2),
    floor_percent=st.none() | percents,
    zero_after_days=st.none() | st.integers(0, 20),
)
grades = st.decimals(0, 100, places=2)
moments = st.integers(-10 * 86_400, 30 * 86_400).map(lambda seconds: DUE + seconds * A_SECOND)


@pytest.mark.parametrize(
    ("late", "days", "left"),
    [
        (timedelta(), 0, "8.00"),
        (A_SECOND, 1, "7.20"),
        (A_DAY, 1, "7.20"),
        (A_DAY + A_SECOND, 2, "6.40"),
        (5 * A_DAY, 5, "4.00"),
        (9 * A_DAY, 9, "4.00"),
    ],
)
def test_each_day_that_has_begun_costs_a_part_down_to_the_floor(late: timedelta, days: int, left: str) -> None:
    found = late_grade(Decimal(8), DUE + late, DUE, TENTH)
    assert (found.days, found.grade) == (days, Decimal(left))


def test_after_some_days_nothing_is_left_whatever_the_floor() -> None:
    rule = LateRule(percent_per_day=Decimal(10), floor_percent=Decimal(50), zero_after_days=2)
    assert [rule.kept_percent(days) for days in range(5)] == [100, 90, 80, 0, 0]
    assert LateRule(zero_after_days=0).kept_percent(1) == 0


@given(rule=rules, grade=grades, first=moments, second=moments)
def test_later_is_never_better_and_in_time_costs_nothing(
    rule: LateRule, grade: Decimal, first: datetime, second: datetime
) -> None:
    early, later = (late_grade(grade, at, DUE, rule) for at in sorted((first, second)))
    assert Decimal(0) <= later.grade <= early.grade <= grade
    if first <= DUE:
        assert late_grade(grade, first, DUE, rule).grade == grade
    assert late_grade(grade, first, None, rule).grade == late_grade(grade, first, DUE, None).grade == grade
    assert (days_late(first, DUE) > 0) == (first > DUE)


@given(rule=rules, attempts=st.lists(st.tuples(grades, moments), min_size=1, max_size=5))
def test_the_best_attempt_is_the_best_of_what_is_left_in_any_order(
    rule: LateRule, attempts: list[tuple[Decimal, datetime]]
) -> None:
    left = [late_grade(grade, at, DUE, rule) for grade, at in attempts]
    best, same = best_of(left), best_of(reversed(left))
    assert best is not None
    assert same is not None
    assert best.grade == same.grade == max(each.grade for each in left)
    assert best.kept_percent == same.kept_percent


def exactly(rule: LateRule, grade: Decimal, at: datetime) -> Decimal:
    """By fractions, day by day, without the rule's own code."""
    days = 0
    while DUE + days * A_DAY < at:
        days += 1
    kept = Fraction(100)
    if days and rule.zero_after_days is not None and days > rule.zero_after_days:
        kept = Fraction(0)
    elif days:
        kept = max(Fraction(rule.floor_percent or 0), kept - days * Fraction(rule.percent_per_day or 0))
    left = Fraction(grade) * kept / 100
    return (Decimal(left.numerator) / Decimal(left.denominator)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def column_of(students: int, **changes: object) -> Column:
    fields: dict[str, object] = {
        "kind": ColumnKind.HOMEWORK,
        "id": 1,
        "title": "x",
        "at": DUE,
        "day": DUE.date(),
        "cells": (None,) * students,
        "max_grade": Decimal(100),
        "weight": Decimal(1),
    }
    return Column(**{**fields, **changes})  # type: ignore[arg-type]


works = st.lists(st.none() | st.tuples(grades, moments), min_size=1, max_size=6)


@given(columns=st.lists(st.tuples(rules, works), min_size=1, max_size=4), excused=st.sets(st.integers(0, 3)))
def test_averages_are_those_of_what_is_left_without_who_is_excused(
    columns: Sequence[tuple[LateRule, list[tuple[Decimal, datetime] | None]]], excused: set[int]
) -> None:
    """Of one student with a piece of homework in each column."""
    placed, expected = [], list[Decimal]()
    for number, (rule, attempts) in enumerate(columns):
        done = [each for each in attempts if each]
        column = with_lateness(column_of(1), {0: done} if done else {}, rule, DUE)
        placed.append(with_excused(column, [0] if number in excused else []))
        if done and number not in excused:
            expected.append(max(exactly(rule, *each) for each in done))
        cell = placed[-1].cells[0]
        assert (cell is AttendanceStatus.EXCUSED) == (number in excused)
    averages = Averages(placed, 1)
    for column in placed:
        averages.add(column)
    if not expected:
        assert averages.of(0) is None
    else:
        mean = sum(map(Fraction, expected), Fraction()) / len(expected)
        shown = (Decimal(mean.numerator) / Decimal(mean.denominator)).quantize(Decimal("0.01"), ROUND_HALF_UP)
        assert averages.of(0) == shown


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        (LateRule(percent_per_day=Decimal(0)), "late_rule.percent_per_day"),
        (LateRule(percent_per_day=Decimal(101)), "late_rule.percent_per_day"),
        (LateRule(percent_per_day=Decimal("NaN")), "late_rule.percent_per_day"),
        (LateRule(percent_per_day=Decimal("1.001")), "late_rule.percent_per_day"),
        (LateRule(percent_per_day=Decimal(1), floor_percent=Decimal(-1)), "late_rule.floor_percent"),
        (LateRule(floor_percent=Decimal(10)), "late_rule.percent_per_day"),
        (LateRule(zero_after_days=367), "late_rule.zero_after_days"),
    ],
)
def test_a_rule_that_is_none_is_named(rule: LateRule, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked_late_rule(rule)
    assert refused.value.field == field


def test_no_rule_is_none_of_its_columns() -> None:
    assert set(checked_late_rule(None).values()) == {None}
    assert LateRule.of(None, None, None) is None
    assert LateRule.of(*checked_late_rule(TENTH).values()) == TENTH
