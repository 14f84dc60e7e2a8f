"""Who needs help: at each limit, and in which order."""

from dataclasses import replace
from decimal import Decimal
from itertools import permutations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atg_core.gradebook.at_risk import Dashboard, Risk, Standing, risks_of
from atg_core.gradebook.model import Student
from atg_core.gradebook.progress import Progress
from tests.unit.gradebook.journals import roster

_percents = st.one_of(st.none(), st.decimals(0, 100, places=2))


@pytest.mark.parametrize(
    ("average", "attendance", "missing", "risks"),
    [
        (None, None, 0, ()),
        ("60", "75", 1, ()),
        ("59.99", "75", 1, (Risk.AVERAGE,)),
        ("60", "74.99", 1, (Risk.ATTENDANCE,)),
        ("60", "75", 2, (Risk.HOMEWORK,)),
        ("0", "0", 9, (Risk.AVERAGE, Risk.ATTENDANCE, Risk.HOMEWORK)),
        (None, "10", 0, (Risk.ATTENDANCE,)),
    ],
)
def test_each_limit_is_a_reason_of_its_own(
    average: str | None, attendance: str | None, missing: int, risks: tuple[Risk, ...]
) -> None:
    assert risks_of(_percent(average), _percent(attendance), missing) == risks


def _percent(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


@given(average=_percents, attendance=_percents, missing=st.integers(0, 9))
def test_better_never_needs_more_help(average: Decimal | None, attendance: Decimal | None, missing: int) -> None:
    before = set(risks_of(average, attendance, missing))
    if average is not None:
        assert set(risks_of(min(average + 1, Decimal(100)), attendance, missing)) <= before
    if attendance is not None:
        assert set(risks_of(average, min(attendance + 1, Decimal(100)), missing)) <= before
    assert set(risks_of(average, attendance, max(missing - 1, 0))) <= before


def _standing(name: str, average: str | None, attendance: str | None, missing: int) -> Standing:
    student = Student(id=UUID(int=0), username=name, name=name)
    return Standing(
        student=student, average=_percent(average), attendance_rate=_percent(attendance), missing_homework=missing
    )


def test_who_has_most_reasons_comes_first_whatever_the_order() -> None:
    worst, low, lower = (
        _standing("a", "70", "50", 2),
        _standing("b", "40", "90", 0),
        _standing("c", "30", "90", 0),
    )
    fine = _standing("d", "90", "100", 1)
    progress = Progress(roster=roster(), student=None, points=[])
    for order in permutations([worst, low, lower, fine]):
        assert Dashboard(progress=progress, standings=order).at_risk == [worst, lower, low]
    assert replace(fine, missing_homework=2).risks == (Risk.HOMEWORK,)
