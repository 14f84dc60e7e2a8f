"""How long certificates are valid, and from when a course is due again (spec: catalog-learning, Rules)."""

from calendar import monthrange
from datetime import datetime, timedelta, tzinfo


def ends_at(issued_at: datetime, months: int, timezone: tzinfo) -> datetime:
    """The same day of the month and time of day so many months later; the last day of a month that is too short.

    Counted on the calendar of `timezone`: 31 January and one month is 28 or 29 February.
    """
    local = issued_at.astimezone(timezone)
    years, month = divmod(local.month - 1 + months, 12)
    year = local.year + years
    day = min(local.day, monthrange(year, month + 1)[1])
    return local.replace(year=year, month=month + 1, day=day).astimezone(issued_at.tzinfo)


def due_again_from(valid_until: datetime, renew_days: int, since: datetime) -> datetime:
    """When the course is due again: so many days of 24 hours before the end, but not before `since`, its beginning."""
    return max(valid_until - timedelta(days=renew_days), since)
