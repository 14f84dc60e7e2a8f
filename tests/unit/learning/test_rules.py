"""Streaks, totals and enrollments as pure rules."""

from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from fractions import Fraction
from uuid import uuid4

from hypothesis import example, given
from hypothesis import strategies as st

from atg_core.learning.model import Enrollment
from atg_core.learning.totals import Streak, Totals

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def streak(moments: list[datetime], now: datetime, zone: tzinfo) -> int:
    """Of somebody who completed a topic at each of these moments."""
    kept = Streak.of({moment.astimezone(zone).date() for moment in moments})
    return kept.days_on(now.astimezone(zone).date()) if kept else 0


@given(st.lists(st.integers(min_value=0, max_value=100), max_size=50))
@example([0, 0, 1])
def test_the_average_is_the_mean_of_the_best_scores(scores: list[int]) -> None:
    average = Totals(tests_taken=len(scores), best_scores=sum(scores)).average_score
    assert min(scores, default=0) <= average <= max(scores, default=0)
    assert abs(Fraction(average) * len(scores) - sum(scores)) <= Fraction("0.00501") * len(scores)


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
    assert streak(moments, NOW, zone) == expected


def test_the_calendar_day_is_that_of_the_time_zone() -> None:
    late = datetime(2026, 11, 19, 22, tzinfo=UTC)
    before_midnight, moscow = datetime(2026, 11, 20, 1, tzinfo=UTC), timezone(timedelta(hours=3))
    assert streak([late, late - timedelta(days=1)], before_midnight, UTC) == 2
    assert streak([late, late - timedelta(days=1)], late + timedelta(days=2), UTC) == 0
    assert streak([late], before_midnight, moscow) == 1


def test_enrolling_again_begins_only_what_was_not_begun() -> None:
    begun = Enrollment.begin(uuid4(), uuid4(), uuid4(), NOW)
    assert begun.resumed(NOW + timedelta(days=1)) == begun


@given(st.lists(st.integers(min_value=0, max_value=30)))
def test_a_streak_that_is_kept_day_by_day_is_that_of_all_days(numbers: list[int]) -> None:
    days = [date(2026, 2, 20) + timedelta(days=number) for number in sorted(numbers)]
    kept = None
    for day in days:
        kept = kept.with_day(day) if kept else Streak(first_day=day, last_day=day)
    assert kept == Streak.of(days)


def test_a_streak_reaches_until_today_whatever_a_clock_that_is_ahead_has_added() -> None:
    today = NOW.date()
    ahead = Streak(first_day=today - timedelta(days=2), last_day=today + timedelta(days=1))
    assert [ahead.days_on(today + timedelta(days=days)) for days in (-3, -2, 0, 1, 2, 3)] == [0, 1, 3, 4, 4, 0]
