"""Versions of records, which clients see to the millisecond."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from atg_core.clock import is_version, next_version

_START = datetime(2026, 1, 1, tzinfo=UTC)
_moments = st.integers(0, 10**10).map(lambda microseconds: _START + timedelta(microseconds=microseconds))


def _seen(moment: datetime) -> datetime:
    """As it is written in JSON."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


@given(_moments, _moments)
def test_what_was_changed_is_another_version_whatever_the_clock_says(updated_at: datetime, now: datetime) -> None:
    assert is_version(_seen(updated_at), updated_at)
    changed = next_version(updated_at, now)
    assert changed >= now
    assert not is_version(_seen(updated_at), changed)
    assert not is_version(_seen(changed), updated_at)


@given(_moments, st.integers(0, 10**6))
def test_versions_are_told_apart_by_a_millisecond(updated_at: datetime, microseconds: int) -> None:
    later = updated_at + timedelta(microseconds=microseconds)
    if microseconds >= 1000:
        assert not is_version(_seen(updated_at), later)
