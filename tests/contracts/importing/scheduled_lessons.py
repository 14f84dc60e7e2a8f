"""Import of scheduled lessons, over every `ImportStore`."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from atg_core.importing.records import Counts
from atg_core.schedule.model import LessonStatus
from atg_entrypoints.container import Container
from tests.arranging import arrange, insert, rows_of
from tests.contracts.importing.groups import arrange_group
from tests.contracts.importing.recurring_lessons import WEEKLY
from tests.contracts.importing.samples import GROUP, MONDAY, PEOPLE, exported_rows, ids, only_row, refused
from tests.contracts.importing.samples import SCHEDULED_LESSON as LESSON

ALONE = LESSON | {"allow_overlap": "false"}
NINE, TEN = datetime(2026, 12, 1, 6, tzinfo=UTC), datetime(2026, 12, 1, 7, tzinfo=UTC)
SPAN = "a lesson ends after it begins"


async def insert_lesson(container: Container, **changes: Any) -> None:
    """One that no file can bring in."""
    group = await only_row(container, "study_groups")
    lesson = {"group_id": group["id"], "teacher_id": group["teacher_id"], "start_time": NINE, "end_time": TEN}
    lesson |= {"title": "T", "status": LessonStatus.PLANNED, "allow_overlap": True, "revision": 0}
    urls = dict.fromkeys(("zoom_start_url", "zoom_join_url", "recurring_lesson_id", "occurrence_date"))
    await insert(
        container, "scheduled_lessons", **{**lesson, **urls, "created_at": MONDAY, "updated_at": MONDAY, **changes}
    )


class ScheduledLessonImportingContract:
    """The fixture `container` gives the adapter."""

    async def test_a_lesson_is_its_groups_teachers_and_taken_as_it_is(self, container: Container) -> None:
        overlapping = LESSON | {"start_time": "2026-12-01T06:30Z", "end_time": "2026-12-01T07:30Z"}
        counts = await arrange_group(container, scheduled_lessons=[LESSON, overlapping])
        assert counts["scheduled-lessons.csv"] == Counts(created=2)
        lesson, _ = sorted(await rows_of(container, "scheduled_lessons"), key=lambda row: row["id"])
        assert lesson["teacher_id"] == (await ids(container))["t1"]
        assert (lesson["start_time"], lesson["end_time"]) == (NINE, TEN)
        assert (lesson["status"], lesson["allow_overlap"], lesson["revision"]) == ("planned", True, 0)
        assert (lesson["zoom_join_url"], lesson["recurring_lesson_id"]) == (None, None)
        same = LESSON | {"start_time": "2026-12-01T06:00:00Z"}
        assert (await arrange(container, scheduled_lessons=[same]))["scheduled-lessons.csv"] == Counts(unchanged=1)

    async def test_a_bad_lesson_is_named_by_its_column(self, container: Container) -> None:
        wrong = [
            ("start_time", "soon", "is not a time in ISO 8601, such as 2026-03-02T08:00:00Z"),
            ("end_time", LESSON["start_time"], SPAN),
            ("end_time", "2026-12-01", SPAN),
            ("end_time", "2026-12-02T06:00:01Z", "a lesson takes 24 hours at most"),
            ("status", "live", "is none of planned, ended, cancelled"),
            ("title", "", "is missing"),
            ("taught_by", "t9", "names nothing that is there: t9"),
        ]
        rows = [{"status": "", "taught_by": "", **LESSON, column: cell} for column, cell, _ in wrong]
        for row, (column, _, reason) in zip(rows, wrong, strict=True):
            errors = await refused(container, users=PEOPLE, groups=[GROUP], scheduled_lessons=[row])
            assert errors == [f"scheduled-lessons.csv:2: {column}: {reason}"]
        assert await refused(container, users=PEOPLE, groups=[GROUP], scheduled_lessons=rows) == [
            f"scheduled-lessons.csv:{line}: {column}: {reason}"
            for line, (column, _, reason) in enumerate(wrong, start=2)
        ]

    @pytest.mark.parametrize("status", ["planned", "ended", "cancelled"])
    async def test_a_lesson_of_elsewhere_has_the_status_that_it_had(self, container: Container, status: str) -> None:
        await arrange_group(container, scheduled_lessons=[LESSON | {"status": status}])
        assert (await only_row(container, "scheduled_lessons"))["status"] == status
        [row] = await exported_rows(container, "scheduled-lessons")
        assert row["status"] == status

    async def test_an_empty_status_leaves_what_has_become_of_a_lesson(self, container: Container) -> None:
        await arrange_group(container)
        await insert_lesson(container, status=LessonStatus.CANCELLED, title="Зачёт")
        timetable = [LESSON | {"status": ""}, LESSON | {"status": "", "start_time": "2026-12-01T06:30Z"}]
        counts = await arrange(container, scheduled_lessons=timetable)
        assert counts["scheduled-lessons.csv"] == Counts(created=1, unchanged=1)
        lessons = {row["start_time"]: row["status"] for row in await rows_of(container, "scheduled_lessons")}
        assert lessons == {NINE: "cancelled", NINE + timedelta(minutes=30): "planned"}

    async def test_another_may_teach_a_lesson_of_a_group(self, container: Container) -> None:
        async def teacher() -> object:
            lesson = await only_row(container, "scheduled_lessons")
            return next(name for name, user in (await ids(container)).items() if user == lesson["teacher_id"])

        await arrange_group(container, scheduled_lessons=[LESSON | {"taught_by": "t2"}])
        assert await teacher() == "t2"
        [row] = await exported_rows(container, "scheduled-lessons")
        assert (row["teacher"], row["group"], row["taught_by"]) == ("t1", "G", "t2")
        assert (await arrange(container, scheduled_lessons=[row]))["scheduled-lessons.csv"] == Counts(unchanged=1)
        own = [row | {"taught_by": ""}]
        assert (await arrange(container, scheduled_lessons=own))["scheduled-lessons.csv"] == Counts(updated=1)
        assert await teacher() == "t1"

    async def test_calendars_are_told_of_what_changes_and_of_nothing_else(self, container: Container) -> None:
        rules, lessons = [WEEKLY], [LESSON]
        await arrange_group(container, recurring_lessons=rules, scheduled_lessons=lessons)
        for expected in (1, 2):
            rules, lessons = [
                [row | {"title": f"{row['title']} {expected}"} for row in rows] for rows in (rules, lessons)
            ]
            for _ in range(2):
                await arrange(container, recurring_lessons=rules, scheduled_lessons=lessons)
                for table in ("recurring_lessons", "scheduled_lessons"):
                    assert (await only_row(container, table))["revision"] == expected

    async def test_a_live_lesson_stays_live_whatever_its_row_says(self, container: Container) -> None:
        await arrange_group(container)
        await insert_lesson(container, status=LessonStatus.LIVE, zoom_join_url="https://meet.example/1")
        [row] = await exported_rows(container, "scheduled-lessons")
        assert row["status"] == "planned"
        for status in ("planned", "ended", "cancelled", ""):
            counts = await arrange(container, scheduled_lessons=[row | {"status": status}])
            assert counts["scheduled-lessons.csv"] == Counts(unchanged=1)
        renamed = [row | {"title": "Другое", "status": "cancelled"}]
        assert (await arrange(container, scheduled_lessons=renamed))["scheduled-lessons.csv"] == Counts(updated=1)
        lesson = await only_row(container, "scheduled_lessons")
        assert (lesson["title"], lesson["status"], lesson["revision"]) == ("Другое", "live", 1)

    async def test_lessons_that_must_not_overlap_are_refused(self, container: Container) -> None:
        """Of a teacher and of a group; those that end when another begins, and cancelled ones, overlap nothing."""
        groups = [GROUP, GROUP | {"name": "H"}, GROUP | {"teacher": "t2", "name": "I"}]
        half_past = ALONE | {"start_time": "2026-12-01T06:30Z", "end_time": "2026-12-01T07:30Z"}
        after = half_past | {"start_time": "2026-12-01T07:00Z"}
        fine = [
            *(after, half_past | {"teacher": "t2", "group": "I"}),
            *(half_past | {"status": "cancelled"}, LESSON | {"group": "H", "allow_overlap": "true"}),
        ]
        rows = [{"status": "", "taught_by": "", **row} for row in (ALONE, *fine)]
        counts = await arrange(container, users=PEOPLE, groups=groups, scheduled_lessons=rows)
        assert counts["scheduled-lessons.csv"] == Counts(created=5)
        second = half_past | {"start_time": "2026-12-01T06:40Z"}
        bad = [second | {"group": "H"}, second | {"taught_by": "t2"}, half_past | {"status": "planned"}]
        for row in bad:
            [error] = await refused(container, scheduled_lessons=[row])
            assert error == "scheduled-lessons.csv:2: start_time: conflicts with Зачёт at 2026-12-01T06:00:00Z"

    async def test_of_two_lessons_of_a_file_that_overlap_the_second_is_refused(self, container: Container) -> None:
        others = [
            ALONE | {"start_time": f"2026-12-0{day}T06:00Z", "end_time": f"2026-12-0{day}T07:00Z"} for day in (2, 3)
        ]
        second = ALONE | {"start_time": "2026-12-01T06:30Z"}
        errors = await refused(
            container, users=PEOPLE, groups=[GROUP], scheduled_lessons=[others[0], ALONE, second, others[1]]
        )
        assert errors == ["scheduled-lessons.csv:4: start_time: conflicts with Зачёт at 2026-12-01T06:00:00Z"]
        assert await rows_of(container, "scheduled_lessons") == []

    async def test_of_several_lessons_of_a_time_the_oldest_counts(self, container: Container) -> None:
        await arrange_group(container)
        for title in ("старый", "новый"):
            await insert_lesson(container, title=title)
        counts = await arrange(container, scheduled_lessons=[LESSON | {"title": "иной"}])
        assert counts["scheduled-lessons.csv"] == Counts(updated=1)
        titles = sorted((row["id"], row["title"]) for row in await rows_of(container, "scheduled_lessons"))
        assert [title for _, title in titles] == ["иной", "новый"]
