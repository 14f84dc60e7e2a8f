"""Due rules as forms send them: a date, which is until the end of that day where the reader is, and days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from atg_core.errors import Invalid
from atg_core.words import phrase
from atg_entrypoints.console.forms import text_of
from atg_entrypoints.console.training.asked import Asked
from atg_entrypoints.http.time_zone import zone_of_reader

_END_OF_DAY = time(23, 59)
_NO_DATE = phrase("must be a date")


@dataclass(frozen=True, slots=True)
class GivenRule:
    """`given`: the texts of the fields, to be shown again."""

    given: Mapping[str, str]
    zone: ZoneInfo

    def values(self) -> dict[str, Any]:
        """As the API takes them; days that are no number stay a text. Raises Invalid for a day that is none."""
        days = self.given["due_days"]
        is_number = days.isascii() and days.isdigit() and len(days) < 10
        return {"due_at": self._moment(), "due_days": int(days) if is_number else days or None}

    def _moment(self) -> str | None:
        """ISO 8601 with the offset of the zone on that day."""
        day = self.given["due_at"]
        if not day:
            return None
        try:
            return datetime.combine(date.fromisoformat(day), _END_OF_DAY, self.zone).isoformat()
        except ValueError:
            raise Invalid(_NO_DATE, field="due_at", code="not_a_date") from None


def rule_in(request: Asked, form: dict[str, str | list[str]]) -> GivenRule:
    given = {name: text_of(form, name).strip() for name in ("due_at", "due_days")}
    return GivenRule(given, zone_of_reader(request))


def due_on(request: Asked, due_at: datetime | None) -> str:
    """The day of a due date, as the field of a form has it."""
    return due_at.astimezone(zone_of_reader(request)).date().isoformat() if due_at else ""
