"""The clock as a dependency: use cases take a `Clock`, tests replace it."""

from collections.abc import Callable
from datetime import UTC, datetime

type Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The current time in UTC, truncated to milliseconds as in the API."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
