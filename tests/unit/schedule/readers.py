"""Two other iCalendar libraries that read the feed.

Both resolve local times by the feed's own VTIMEZONE, which tests that, too.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

import vobject  # type: ignore[import-untyped]
from ical.calendar_stream import IcsCalendarStream
from vobject.icalendar import registerTzid  # type: ignore[import-untyped]

type Span = tuple[datetime, datetime]


@dataclass(frozen=True, order=True)
class Read:
    """One event or one occurrence; instants in UTC."""

    start: datetime
    end: datetime
    uid: str
    title: str
    status: str

    @property
    def span(self) -> Span:
        return self.start, self.end


def confirmed(events: list[Read]) -> list[Span]:
    return sorted(event.span for event in events if event.status == "CONFIRMED")


def read_by_ical(feed: bytes) -> list[Read]:
    """As the package `ical` unfolds them."""
    calendar = IcsCalendarStream.calendar_from_ics(feed.decode())
    return [
        Read(
            start=event.start_datetime,
            end=event.end_datetime,
            uid=event.uid,
            title=event.summary or "",
            status=event.status.value if event.status else "",
        )
        for event in calendar.timeline_tz(UTC)
    ]


def read_by_vobject(feed: bytes) -> list[Read]:
    """As `vobject` unfolds rules; what overrides them it leaves to its users."""
    calendar = _parsed(feed)
    events = calendar.contents.get("vevent", [])
    overridden = {(event.uid.value, _shown(event.recurrence_id.value)) for event in events if _overrides(event)}
    found = []
    for event in events:
        if "rrule" in event.contents:
            starts = [each for each in event.getrruleset() if (event.uid.value, _shown(each)) not in overridden]
            spans = [(each.astimezone(UTC), each.astimezone(UTC) + event.duration.value) for each in starts]
        else:
            spans = [(event.dtstart.value.astimezone(UTC), event.dtend.value.astimezone(UTC))]
        found += [Read(*span, event.uid.value, event.summary.value, event.status.value) for span in spans]
    return found


def zones_read(feed: bytes) -> list[tzinfo]:
    """The time zone of a rule, as each of the two has read it."""
    event = IcsCalendarStream.calendar_from_ics(feed.decode()).events[0]
    return [event.dtstart.tzinfo, _parsed(feed).vevent.dtstart.value.tzinfo]  # type: ignore[union-attr]


def _parsed(feed: bytes) -> Any:
    """It keeps the first time zone of a name that it has seen, which may be another feed's of other years."""
    text = feed.decode()
    for line in text.split("\r\n"):
        if line.startswith("TZID:"):
            registerTzid(line.removeprefix("TZID:"), None)
    return vobject.readOne(text)


def _overrides(event: Any) -> bool:
    return "recurrence-id" in event.contents


def _shown(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)
