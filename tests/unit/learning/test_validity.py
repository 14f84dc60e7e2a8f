"""How long certificates are valid, and when a course is due again."""

from calendar import monthrange
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atg_core.learning.certificate_register import CertificateState, state_of
from atg_core.learning.validity import due_again_from, ends_at

MOSCOW, NOW = ZoneInfo("Europe/Moscow"), datetime(2026, 6, 1, tzinfo=UTC)
MOMENTS = st.integers(946_684_800, 4_102_444_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
ZONES = st.sampled_from(["UTC", "Europe/Moscow", "America/New_York", "Asia/Kamchatka"]).map(ZoneInfo)
MONTHS = st.integers(1, 600)


@pytest.mark.parametrize(
    ("issued", "months", "end"),
    [
        ((2026, 3, 15, 9), 12, (2027, 3, 15, 9)),
        ((2026, 1, 31, 9), 1, (2026, 2, 28, 9)),
        ((2028, 1, 31, 9), 1, (2028, 2, 29, 9)),
        ((2028, 2, 29, 9), 12, (2029, 2, 28, 9)),
        ((2026, 11, 30, 9), 3, (2027, 2, 28, 9)),
        ((2026, 12, 31, 9), 12, (2027, 12, 31, 9)),
    ],
)
def test_a_certificate_ends_on_the_same_day_or_the_last_of_a_shorter_month(
    issued: tuple[int, ...], months: int, end: tuple[int, ...]
) -> None:
    moment = datetime(*issued, tzinfo=UTC)  # type: ignore[misc]
    assert ends_at(moment, months, UTC) == datetime(*end, tzinfo=UTC)  # type: ignore[misc]


def test_the_day_is_that_of_the_time_zone() -> None:
    """22:00 UTC on the 30th is the 31st in Moscow, and February has none."""
    assert ends_at(datetime(2026, 1, 30, 22, tzinfo=UTC), 1, MOSCOW) == datetime(2026, 2, 27, 22, tzinfo=UTC)


@given(issued=MOMENTS, months=MONTHS, zone=ZONES)
def test_months_are_counted_on_the_calendar(issued: datetime, months: int, zone: ZoneInfo) -> None:
    end, begin = ends_at(issued, months, zone).astimezone(zone), issued.astimezone(zone)
    assert (end.year - begin.year) * 12 + end.month - begin.month == months
    assert end.day == min(begin.day, monthrange(end.year, end.month)[1])
    assert end > issued


@given(issued=MOMENTS, later=MONTHS, months=MONTHS, zone=ZONES)
def test_more_months_never_end_earlier(issued: datetime, later: int, months: int, zone: ZoneInfo) -> None:
    assert ends_at(issued, months, zone) < ends_at(issued, months + later, zone)


@given(issued=MOMENTS, months=MONTHS, days=st.integers(0, 3650))
def test_a_course_is_due_again_in_time_but_not_before_it_was_completed(
    issued: datetime, months: int, days: int
) -> None:
    end = ends_at(issued, months, UTC)
    again = due_again_from(end, days, issued)
    assert issued <= again <= end
    assert again in {issued, end - timedelta(days=days)}


@given(until=st.none() | MOMENTS, now=MOMENTS)
def test_a_certificate_is_in_one_state_which_only_time_makes_worse(until: datetime | None, now: datetime) -> None:
    of_time = [CertificateState.VALID, CertificateState.ENDING, CertificateState.ENDED]
    states = [
        state_of(now + timedelta(days=days), valid_until=until, revoked_at=None, replaced_by=None)
        for days in (0, 30, 61, 90)
    ]
    assert [of_time.index(state) for state in states] == sorted(of_time.index(state) for state in states)
    assert (states[0] is CertificateState.ENDED) is (until is not None and until <= now)
    assert state_of(now, valid_until=until, revoked_at=None, replaced_by="ATG-1") is CertificateState.REPLACED
    assert state_of(now, valid_until=until, revoked_at=now, replaced_by="ATG-1") is CertificateState.REVOKED
