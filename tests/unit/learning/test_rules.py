"""Streaks, totals and enrollments as pure rules."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from uuid import uuid4

from hypothesis import example, given
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
@example([0, 99, 100], [0, 0, 1])
def test_totals_add_up(percents: list[int], scores: list[int]) -> None:
    given_facts = facts(
        progress_percents=percents,
        best_scores=scores,
        hours_studied=Decimal("1.25"),
        topics_completed=3,
        tests_passed=4,
    )
    stats = Stats.of(given_facts, certificates=2, now=NOW, timezone=UTC)
    assert stats.completed_courses == percents.count(100)
    assert stats.active_courses + stats.completed_courses == len(percents)
    assert stats.total_progress == sum(percents)
    assert min(scores, default=0) <= stats.average_score <= max(scores, default=0)
    assert abs(Fraction(stats.average_score) * len(scores) - sum(scores)) <= Fraction("0.00501") * len(scores)
    assert (stats.certificates_count, stats.total_hours_studied) == (2, Decimal("1.25"))
    assert (stats.topics_completed, stats.tests_passed, stats.streak_days) == (3, 4, 0)


@given(
    st.lists(st.integers(min_value=0, max_value=10 * 24 * 60)),
    st.integers(min_value=-12, max_value=14),
)
def test_a_streak_is_found_by_walking_back_day_by_day_in_the_learners_time_zone(
    minutes_ago: list[int], offset: int
) -> None:
    moments = [NOW - timedelta(minutes=minutes) for minutes in minutes_ago]
    zone = timezone(timedelta(hours=offset))
    midnight = datetime.combine(NOW.astimezone(zone).date(), time(), zone)

    def active(days_ago: int) -> bool:
        start = midnight - timedelta(days=days_ago)
        return any(start <= moment < start + timedelta(days=1) for moment in moments)

    expected = 0
    first = 0 if active(0) else 1
    while active(first + expected):
        expected += 1
    stats = Stats.of(facts(active_at=moments), certificates=0, now=NOW, timezone=zone)
    assert stats.streak_days == expected


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
