"""The clock as a dependency: use cases take a `Clock`, tests replace it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

_A_MILLISECOND = timedelta(milliseconds=1)

type Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The current time in UTC, truncated to milliseconds as in the API."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def next_version(updated_at: datetime, now: datetime) -> datetime:
    """When a record is changed once more: later than before by a millisecond at least, which clients can see."""
    return max(now, updated_at + _A_MILLISECOND)


def is_version(was: datetime, updated_at: datetime) -> bool:
    """Whether a record is still the one that a client has seen, to the millisecond."""
    return timedelta() <= updated_at - was < _A_MILLISECOND
