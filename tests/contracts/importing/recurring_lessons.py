"""Import of recurring lessons, over every `ImportStore`."""

from datetime import date, time

from atg_core.importing.records import Counts
from atg_entrypoints.container import Container
from tests.arranging import arrange
from tests.contracts.importing.groups import arrange_group
from tests.contracts.importing.samples import GROUP, OF_GROUP, PEOPLE, exported_rows, only_row, refused

WEEKLY = {
    **OF_GROUP,
    "title": "Физика",
    "day_of_week": "0",
    "start_time": "09:00",
    "end_time": "10:30",
    "start_date": "2026-09-01",
    "end_date": "2027-05-31",
    "timezone": "Europe/Moscow",
}
SPAN = "a lesson ends after it begins"


class RecurringLessonImportingContract:
    """The fixture `container` gives the adapter."""

    async def test_a_rule_is_kept_in_local_times(self, container: Container) -> None:
        counts = await arrange_group(container, recurring_lessons=[WEEKLY | {"week_anchor": "2026-09-07"}])
        assert counts["recurring-lessons.csv"] == Counts(created=1)
        rule = await only_row(container, "recurring_lessons")
        assert (rule["title"], rule["day_of_week"], rule["week_type"]) == ("Физика", 0, "ALL")
        assert (rule["start_time"], rule["end_time"]) == (time(9), time(10, 30))
        assert (rule["start_date"], rule["end_date"]) == (date(2026, 9, 1), date(2027, 5, 31))
        assert (rule["timezone"], rule["week_anchor"], rule["revision"]) == ("Europe/Moscow", date(2026, 9, 7), 0)
        [row] = await exported_rows(container, "recurring-lessons")
        assert row == WEEKLY | {"week_type": "ALL", "week_anchor": "2026-09-07"}

    async def test_a_rule_may_end_on_the_next_day(self, container: Container) -> None:
        late = WEEKLY | {"start_time": "23:30", "end_time": "00:15"}
        assert (await arrange_group(container, recurring_lessons=[late]))["recurring-lessons.csv"] == Counts(created=1)
        rule = await only_row(container, "recurring_lessons")
        assert (rule["start_time"], rule["end_time"]) == (time(23, 30), time(0, 15))
        assert (await arrange(container, recurring_lessons=[late]))["recurring-lessons.csv"] == Counts(unchanged=1)

    async def test_a_rule_is_known_by_when_it_is(self, container: Container) -> None:
        """Also where a file does not say in which weeks: in all of them."""
        await arrange_group(container, recurring_lessons=[WEEKLY])
        others = [WEEKLY | {"week_type": kind} for kind in ("UPPER", "LOWER")] + [WEEKLY | {"day_of_week": "1"}]
        same = WEEKLY | {"start_time": "09:00:00", "title": "Химия"}
        rows = [row | {"week_type": row.get("week_type", "")} for row in (same, *others)]
        assert (await arrange(container, recurring_lessons=rows))["recurring-lessons.csv"] == Counts(
            created=3, updated=1
        )
        assert (await arrange(container, recurring_lessons=[same]))["recurring-lessons.csv"] == Counts(unchanged=1)
        twice = [WEEKLY | {"week_type": ""}, WEEKLY | {"week_type": "ALL", "start_time": "9:00"}]
        assert await refused(container, recurring_lessons=twice) == ["recurring-lessons.csv:3: repeats line 2"]
        assert await refused(container, recurring_lessons=[WEEKLY, WEEKLY]) == [
            "recurring-lessons.csv:3: repeats line 2"
        ]

    async def test_a_bad_rule_is_named_by_its_column(self, container: Container) -> None:
        wrong = [
            ("day_of_week", "7", "is not between 0 and 6"),
            ("week_type", "above", "is none of ALL, UPPER, LOWER"),
            ("start_time", "24:00", "is not a local time, such as 09:00"),
            ("end_time", "", "is missing"),
            ("start_date", "01/09/2026", "is not a day, such as 2026-09-01"),
            ("timezone", "Moscow", "is not the name of a time zone, such as Europe/Moscow"),
            ("timezone", "../../etc/passwd", "is not the name of a time zone, such as Europe/Moscow"),
            ("timezone", "", "is missing"),
            ("week_anchor", "2026-02-30", "is not a day, such as 2026-09-01"),
            ("end_time", "09:00", SPAN),
            ("end_date", "2026-08-31", "a rule ends after it begins"),
            ("end_date", "2036-12-31", "a rule holds for ten years at most"),
        ]
        rows = [{"week_type": "", "week_anchor": "", **WEEKLY, column: cell} for column, cell, _ in wrong]
        [alone] = await refused(container, users=PEOPLE, groups=[GROUP], recurring_lessons=rows[-1:])
        assert alone == "recurring-lessons.csv:2: end_date: a rule holds for ten years at most"
        assert await refused(container, users=PEOPLE, groups=[GROUP], recurring_lessons=rows) == [
            f"recurring-lessons.csv:{line}: {column}: {reason}"
            for line, (column, _, reason) in enumerate(wrong, start=2)
        ]
