"""Streaks, totals and enrollments as pure rules."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from atg_core.learning.model import Enrollment, Facts, Stats, streak

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@given(st.sets(st.integers(min_value=0, max_value=12)))
def test_a_streak_is_the_days_in_a_row_that_end_today_or_yesterday(days_ago: set[int]) -> None:
    expected = 0
    start = 0 if 0 in days_ago else 1
    while start + expected in days_ago:
        expected += 1
    assert streak([TODAY - timedelta(days=ago) for ago in days_ago], TODAY) == expected


def facts(**changes: object) -> Facts:
    nothing = {
        "progress_percents": [],
        "hours_studied": Decimal(0),
        "topics_completed": 0,
        "tests_passed": 0,
        "best_scores": [],
        "active_at": [],
    }
    return Facts(**{**nothing, **changes})  # type: ignore[arg-type]


@given(st.lists(st.integers(min_value=0, max_value=100)), st.lists(st.integers(min_value=0, max_value=100)))
def test_totals_add_up(percents: list[int], scores: list[int]) -> None:
    stats = Stats.of(facts(progress_percents=percents, best_scores=scores), certificates=2, now=NOW, timezone=UTC)
    assert stats.active_courses + stats.completed_courses == len(percents)
    assert stats.total_progress == sum(percents)
    assert min(scores, default=0) <= stats.average_score <= max(scores, default=0)
    assert stats.certificates_count == 2


def test_the_calendar_day_is_that_of_the_time_zone() -> None:
    late = datetime(2026, 11, 19, 22, tzinfo=UTC)
    before_midnight, moscow = datetime(2026, 11, 20, 1, tzinfo=UTC), timezone(timedelta(hours=3))
    days = facts(active_at=[late, late - timedelta(days=1)])
    assert Stats.of(days, certificates=0, now=before_midnight, timezone=UTC).streak_days == 2
    assert Stats.of(days, certificates=0, now=late + timedelta(days=2), timezone=UTC).streak_days == 0
    assert Stats.of(facts(active_at=[late]), certificates=0, now=before_midnight, timezone=moscow).streak_days == 1


def test_enrolling_again_begins_only_what_was_not_begun() -> None:
    begun = Enrollment.begin(uuid4(), uuid4(), uuid4(), NOW)
    assert begun.resumed(NOW + timedelta(days=1)) == begun
