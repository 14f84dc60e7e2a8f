"""When periodic jobs are due."""

from datetime import datetime, timedelta

STILL_DUE = timedelta(minutes=10)
"""A time that was missed, since no worker ran, is made up for as long; it is that of procrastinate."""


def last_time(cron: str, now: datetime) -> datetime:
    """The newest time of `cron` that is not after `now`."""
    from croniter import croniter  # noqa: PLC0415 - most commands need none

    last: datetime = croniter(cron, now + timedelta(microseconds=1)).get_prev(datetime)
    return last
