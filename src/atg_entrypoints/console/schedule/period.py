"""What a view of the calendar shows: a day, a week, or a month, and where it is turned to from there."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Self
from zoneinfo import ZoneInfo

from atg_core.schedule.model import YEARS
from atg_core.words import Language
from atg_entrypoints.console.dates import long_day, month, span

_A_DAY = timedelta(days=1)


class View(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    LIST = "list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From the first day to the last, inclusive."""

    view: View
    first: date
    last: date

    @classmethod
    def of(cls, view: View, day: date) -> Self:
        if view is View.DAY:
            return cls(view=view, first=day, last=day)
        if view is View.WEEK:
            return cls(view=view, first=monday_of(day), last=monday_of(day) + 6 * _A_DAY)
        first = day.replace(day=1)
        return cls(view=view, first=first, last=(first + 31 * _A_DAY).replace(day=1) - _A_DAY)

    def window(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """From midnight to midnight."""
        return datetime.combine(self.first, time(), zone), datetime.combine(self.last + _A_DAY, time(), zone)

    @property
    def previous(self) -> date:
        return self.first - _A_DAY if self.view is not View.WEEK else self.first - 7 * _A_DAY

    @property
    def next(self) -> date:
        return self.last + _A_DAY

    def mondays(self) -> Iterator[date]:
        """Of the weeks that it shows, in part or as a whole."""
        monday = monday_of(self.first)
        while monday <= self.last:
            yield monday
            monday += 7 * _A_DAY

    def title(self, language: Language) -> str:
        if self.view is View.DAY:
            return long_day(self.first, language)
        return span(self.first, self.last, language) if self.view is View.WEEK else month(self.first, language)


def monday_of(day: date) -> date:
    return day - day.weekday() * _A_DAY


def day_of(text: str, today: date) -> date:
    """The day of an address; today where it names none that lessons may have."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today
    return day if YEARS[0] < day.year < YEARS[-1] else today
