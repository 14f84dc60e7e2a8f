"""Due times of periodic jobs."""

from datetime import datetime, timedelta

STILL_DUE = timedelta(minutes=10)
"""How long a missed time is made up for (as in procrastinate)."""


def last_time(cron: str, now: datetime) -> datetime:
    """The latest time of `cron` not after `now`."""
    from croniter import croniter  # noqa: PLC0415 - most commands need none

    last: datetime = croniter(cron, now + timedelta(microseconds=1)).get_prev(datetime)
    return last
