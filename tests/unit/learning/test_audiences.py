"""Due rules, audiences and lateness."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atg_core.errors import Invalid
from atg_core.learning.audiences import Audience, AudienceKind, DueRule, Person
from atg_core.learning.obligations import days_late, earliest
from atg_core.nearest import UnknownName, known_name

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - given then


@pytest.mark.parametrize(
    ("fixed", "days", "due"),
    [
        (None, None, None),
        (None, 3, NOON + timedelta(days=3)),
        (NOON + timedelta(days=9), None, NOON + timedelta(days=9)),
        (NOON - timedelta(days=9), None, NOON),
        (NOON + timedelta(days=9), 3, NOON + timedelta(days=9)),
        (NOON + timedelta(days=1), 3, NOON + timedelta(days=3)),
    ],
)
def test_of_a_date_and_days_the_later_counts_and_never_before_somebody_came(
    fixed: datetime | None, days: int | None, due: datetime | None
) -> None:
    assert DueRule(due_at=fixed, due_days=days).due_for(NOON) == due


@given(fixed=st.none() | MOMENTS, days=st.none() | st.integers(1, 3650), one=MOMENTS, other=MOMENTS)
def test_who_comes_later_is_not_due_earlier(
    fixed: datetime | None, days: int | None, one: datetime, other: datetime
) -> None:
    rule, (first, second) = DueRule(due_at=fixed, due_days=days), sorted([one, other])
    before, after = rule.due_for(first), rule.due_for(second)
    assert before is after is None or (before is not None and after is not None and first <= before <= after >= second)


@given(due=MOMENTS, now=MOMENTS)
def test_days_late_are_the_days_that_have_begun(due: datetime, now: datetime) -> None:
    days = days_late(due, now, completed=False)
    assert days_late(due, now, completed=True) == days_late(None, now, completed=False) == 0
    assert (days > 0) is (due < now)
    assert not days or due + timedelta(days=days - 1) < now <= due + timedelta(days=days)


def test_the_earliest_due_date_counts() -> None:
    assert earliest([]) is earliest([None]) is None
    assert earliest([None, NOON, NOON - timedelta(days=1)]) == NOON - timedelta(days=1)


@pytest.mark.parametrize(
    ("audience", "field"),
    [
        ({"kind": AudienceKind.GROUP}, "department"),
        ({"kind": AudienceKind.COMPANY, "position": "p"}, "position"),
        ({"kind": AudienceKind.USERS}, "user_ids"),
        ({"kind": AudienceKind.USERS, "user_ids": frozenset({uuid4()}), "station_id": 1}, "station_id"),
        ({"kind": AudienceKind.GROUP, "department": "d", "user_ids": frozenset({uuid4()})}, "user_ids"),
    ],
)
def test_an_audience_has_what_its_kind_needs_and_nothing_else(audience: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        Audience(**audience).require_complete()  # type: ignore[arg-type]
    assert refused.value.field == field


def test_a_group_is_who_has_all_that_it_asks_for() -> None:
    group = Audience(kind=AudienceKind.GROUP, department="d", station_id=1)
    person = {"id": uuid4(), "is_active": True, "is_employee": True, "department": "d", "station_id": 1}
    assert group.includes(Person(**person))  # type: ignore[arg-type]
    for change in ({"department": None}, {"station_id": 2}, {"is_active": False}, {"is_employee": False}):
        assert not group.includes(Person(**person | change))  # type: ignore[arg-type]


def test_a_name_is_known_without_its_case_and_spaces_and_near_ones_are_told() -> None:
    known = ["Цех №1", "Цех №2", "Лаборатория"]
    assert known_name("  цех   №1", known, field="department") == "Цех №1"
    with pytest.raises(UnknownName) as refused:
        known_name("лабаротория", known, field="department")
    assert refused.value.faults[0].parameters == {"suggestions": ["Лаборатория"]}
    with pytest.raises(UnknownName) as refused:
        known_name("склад", known, field="department")
    assert refused.value.faults[0].parameters == {"suggestions": []}
