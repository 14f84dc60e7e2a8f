"""What importing groups, lessons and conference accounts promises over every `ImportStore`."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest

from atg_core.conferencing.model import Lease
from atg_core.importing.kinds import KINDS
from atg_core.importing.model import Counts
from atg_core.schedule.model import LessonStatus
from atg_entrypoints.container import Container
from tests.arranging import arrange, insert, rows_of
from tests.contracts.importing import MONDAY, only_row, refused

PEOPLE = [
    {"username": name, "role": role}
    for name, role in (("t1", "teacher"), ("t2", "teacher"), ("s1", "student"), ("s2", "student"), ("s3", "student"))
]
GROUP = {"teacher": "t1", "name": "G", "students": "s2;s1"}
OF_GROUP = {"teacher": "t1", "group": "G"}
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
LESSON = {**OF_GROUP, "title": "Зачёт", "start_time": "2026-12-01T09:00:00+03:00", "end_time": "2026-12-01T10:00+03:00"}
ALONE = LESSON | {"allow_overlap": "false"}
NINE, TEN = datetime(2026, 12, 1, 6, tzinfo=UTC), datetime(2026, 12, 1, 7, tzinfo=UTC)
ACCOUNT = {"label": "A", "provider": "local", "capacity": "2"}
CONFLICT = "conflicts with another record, or breaks a rule of the table"
SPAN = "a lesson ends after it begins"


async def arrange_group(container: Container, **kinds: list[dict[str, str]]) -> dict[str, Counts]:
    return await arrange(container, users=PEOPLE, groups=[GROUP], **kinds)


async def ids(container: Container) -> dict[str, Any]:
    return {row["username"]: row["id"] for row in await rows_of(container, "users")}


async def exported_rows(container: Container, kind: str) -> list[dict[str, str]]:
    [headers, *rows] = [line async for batch in container.export_kind()(KINDS[kind]) for line in batch]
    return [dict(zip(headers, row, strict=True)) for row in rows]


async def insert_lesson(container: Container, **changes: Any) -> None:
    """One that no file can bring in."""
    group = await only_row(container, "study_groups")
    lesson = {"group_id": group["id"], "teacher_id": group["teacher_id"], "start_time": NINE, "end_time": TEN}
    lesson |= {"title": "T", "status": LessonStatus.PLANNED, "allow_overlap": True, "revision": 0}
    urls = dict.fromkeys(("zoom_start_url", "zoom_join_url", "recurring_lesson_id", "occurrence_date"))
    await insert(
        container, "scheduled_lessons", **{**lesson, **urls, "created_at": MONDAY, "updated_at": MONDAY, **changes}
    )


async def hosted(container: Container, lessons: Sequence[int]) -> int:
    """How many of the lessons get an account; they keep it."""
    times = {"leased_at": MONDAY, "making_until": MONDAY, "expires_at": MONDAY + timedelta(hours=1)}
    leased = 0
    for lesson in lessons:
        lease = Lease(id=uuid4(), account_id=None, lesson_id=lesson, meeting_id=None, meeting_uuid=None, **times)
        async with container.open_pool()() as pool:
            leased += len(await pool.claim_accounts([lease]))
    return leased


class ScheduleImportingContract:
    """Run by every adapter: the fixture `container` says which."""

    async def test_a_group_has_a_teacher_and_the_students_of_its_list(self, container: Container) -> None:
        async def students() -> list[object]:
            links = sorted(await rows_of(container, "group_students"), key=lambda link: link["order_index"])
            names = {user: name for name, user in (await ids(container)).items()}
            return [names[link["student_id"]] for link in links]

        assert (await arrange_group(container))["groups.csv"] == Counts(created=1)
        group = await only_row(container, "study_groups")
        assert (group["name"], group["teacher_id"]) == ("G", (await ids(container))["t1"])
        assert await students() == ["s2", "s1"]
        assert (await arrange(container, groups=[GROUP]))["groups.csv"] == Counts(unchanged=1)
        changed = [GROUP | {"students": "s1; s3"}]
        assert (await arrange(container, groups=changed))["groups.csv"] == Counts(updated=1)
        assert await students() == ["s1", "s3"]
        without = [{"teacher": "t1", "name": "G"}]
        assert (await arrange(container, groups=without))["groups.csv"] == Counts(unchanged=1)
        assert await students() == ["s1", "s3"]

    async def test_who_is_not_there_neither_teaches_nor_learns(self, container: Container) -> None:
        rows = [GROUP | {"teacher": "t9"}, GROUP | {"students": "s1;s9"}, GROUP | {"students": "s1;s1"}]
        rows += [GROUP | {"name": ""}, GROUP | {"teacher": ""}]
        assert await refused(container, users=PEOPLE, groups=rows) == [
            "groups.csv:2: teacher: names nothing that is there: t9",
            "groups.csv:3: students: names nothing that is there: s9",
            "groups.csv:4: students: names twice: s1",
            "groups.csv:5: name: is missing",
            "groups.csv:6: teacher: is missing",
        ]

    async def test_groups_of_a_name_are_told_from_each_other_by_their_teachers(self, container: Container) -> None:
        twins = [GROUP, GROUP | {"teacher": "t2", "students": ""}]
        lessons = [LESSON, LESSON | {"teacher": "t2"}]
        await arrange(container, users=PEOPLE, groups=twins, scheduled_lessons=lessons)
        groups = {row["id"]: row["teacher_id"] for row in await rows_of(container, "study_groups")}
        assert len(groups) == 2
        made = await rows_of(container, "scheduled_lessons")
        assert {row["group_id"] for row in made} == set(groups)
        assert all(row["teacher_id"] == groups[row["group_id"]] for row in made)
        assert await refused(container, groups=[GROUP, GROUP]) == ["groups.csv:3: repeats line 2"]
        [error] = await refused(container, scheduled_lessons=[LESSON | {"group": "H"}])
        assert error == "scheduled-lessons.csv:2: group: names nothing that is there: t1, H"

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
            ("week_type", "upper", "is none of ALL, UPPER, LOWER"),
            ("start_time", "24:00", "is not a local time, such as 09:00"),
            ("end_time", "", "is missing"),
            ("start_date", "01.09.2026", "is not a day, such as 2026-09-01"),
            ("timezone", "Moscow", "is not the name of a time zone, such as Europe/Moscow"),
            ("timezone", "../../etc/passwd", "is not the name of a time zone, such as Europe/Moscow"),
            ("timezone", "", "is missing"),
            ("week_anchor", "2026-02-30", "is not a day, such as 2026-09-01"),
            ("end_time", "09:00", SPAN),
            ("end_time", "08:59:59", SPAN),
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
            assert error == f"scheduled-lessons.csv:2: start_time: {CONFLICT}"

    async def test_of_two_lessons_of_a_file_that_overlap_the_second_is_refused(self, container: Container) -> None:
        others = [
            ALONE | {"start_time": f"2026-12-0{day}T06:00Z", "end_time": f"2026-12-0{day}T07:00Z"} for day in (2, 3)
        ]
        second = ALONE | {"start_time": "2026-12-01T06:30Z"}
        errors = await refused(
            container, users=PEOPLE, groups=[GROUP], scheduled_lessons=[others[0], ALONE, second, others[1]]
        )
        assert errors == [f"scheduled-lessons.csv:4: start_time: {CONFLICT}"]
        assert await rows_of(container, "scheduled_lessons") == []

    async def test_of_several_lessons_of_a_time_the_oldest_counts(self, container: Container) -> None:
        await arrange_group(container)
        for title in ("старый", "новый"):
            await insert_lesson(container, title=title)
        counts = await arrange(container, scheduled_lessons=[LESSON | {"title": "иной"}])
        assert counts["scheduled-lessons.csv"] == Counts(updated=1)
        titles = sorted((row["id"], row["title"]) for row in await rows_of(container, "scheduled_lessons"))
        assert [title for _, title in titles] == ["иной", "новый"]

    async def test_an_account_hosts_as_many_meetings_as_its_row_says(self, container: Container) -> None:
        later = [LESSON | {"start_time": f"2026-12-01T06:{minute}Z"} for minute in (10, 20, 30)]
        await arrange_group(container, scheduled_lessons=[LESSON, *later])
        lessons = [row["id"] for row in await rows_of(container, "scheduled_lessons")]
        assert (await arrange(container, conference_accounts=[ACCOUNT]))["conference-accounts.csv"] == Counts(created=1)
        account = await only_row(container, "conference_accounts")
        assert (account["provider"], account["is_enabled"], account["daily_limit"]) == ("local", True, 100)
        assert (account["sealed"], account["made"], account["provider_user_id"]) == (None, 0, None)
        assert await hosted(container, lessons) == 2
        await arrange(container, conference_accounts=[ACCOUNT | {"capacity": "3"}])
        assert await hosted(container, lessons[2:]) == 1
        zoom = {"label": "Z", "provider": "zoom", "capacity": "100"}
        await arrange(container, conference_accounts=[zoom])
        assert await hosted(container, lessons[3:]) == 0, "there are no credentials yet"

    async def test_a_bad_account_is_named_by_its_column(self, container: Container) -> None:
        wrong = [
            ("label", "", "is missing"),
            ("provider", "teams", "is none of zoom, local"),
            ("capacity", "0", "is not between 1 and 100"),
            ("capacity", "101", "is not between 1 and 100"),
            ("daily_limit", "-1", f"is not between 0 and {2**31 - 1}"),
        ]
        rows = [
            {"daily_limit": "", **ACCOUNT, "label": f"{n}", column: cell} for n, (column, cell, _) in enumerate(wrong)
        ]
        assert await refused(container, conference_accounts=rows) == [
            f"conference-accounts.csv:{line}: {column}: {reason}"
            for line, (column, _, reason) in enumerate(wrong, start=2)
        ]

    async def test_credentials_are_in_no_export_and_stay_where_they_are(self, container: Container) -> None:
        times = {"created_at": MONDAY, "updated_at": MONDAY}
        zoom = {"label": "Z", "provider": "zoom", "provider_user_id": "me", "is_enabled": True, "capacity": 1}
        await insert(
            container, "conference_accounts", **zoom, **times, daily_limit=9, sealed="sealed", made_on=None, made=0
        )
        [row] = await exported_rows(container, "conference-accounts")
        assert "sealed" not in row.values()
        counts = await arrange(container, conference_accounts=[row, ACCOUNT])
        assert counts["conference-accounts.csv"] == Counts(created=1, unchanged=1)
        await arrange(container, conference_accounts=[row | {"is_enabled": "false", "sealed": "mine"}])
        stored = {account["label"]: account for account in await rows_of(container, "conference_accounts")}
        assert (stored["Z"]["sealed"], stored["Z"]["is_enabled"], stored["A"]["sealed"]) == ("sealed", False, None)
