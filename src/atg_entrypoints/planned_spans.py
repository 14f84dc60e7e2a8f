"""The lessons of many days, as capacity planning plays them."""

from datetime import datetime
from uuid import UUID

from atg_core.conferencing.capacity import Span
from atg_core.schedule.calendar import ShowCalendar
from atg_core.schedule.model import LONGEST_WINDOW, Lesson, Occurrence, Viewer

_EVERYTHING = Viewer(id=UUID(int=0), is_admin=True)


async def planned_spans(calendar: ShowCalendar, start: datetime, end: datetime) -> list[Span]:
    """In windows that the calendar takes; a lesson that two of them show belongs to the one in which it begins."""
    spans: list[Span] = []
    while start < end:
        until = min(start + LONGEST_WINDOW, end)
        events = await calendar(_EVERYTHING, start, until)
        spans += [span for span in map(_span, events) if start <= span[0] < until]
        start = until
    return spans


def _span(event: Lesson | Occurrence) -> Span:
    return (event.start_time, event.end_time) if isinstance(event, Lesson) else (event.start, event.end)
