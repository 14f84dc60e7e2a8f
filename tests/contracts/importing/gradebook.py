"""Import of attendance, control points and grades, over every `ImportStore`."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from atg_core.importing.records import Counts
from atg_entrypoints.container import Container
from tests.arranging import arrange, rows_of
from tests.contracts.importing.samples import CONFLICT, GROUP, OF_GROUP, PEOPLE, exported_rows, ids, only_row, refused
from tests.contracts.importing.samples import SCHEDULED_LESSON as LESSON

MARK = {**OF_GROUP, "start_time": LESSON["start_time"], "username": "s1", "status": "present"}
POINT = {**OF_GROUP, "title": "Зачёт", "kind": "exam", "date": "2026-12-10", "max_grade": "10"}
GRADE = {**OF_GROUP, "control_point": "Зачёт", "username": "s1", "grade": "7.5"}
MONDAY, TUESDAY = datetime(2026, 11, 30, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)


async def arrange_term(container: Container, **kinds: list[dict[str, str]]) -> dict[str, Counts]:
    return await arrange(
        container, users=PEOPLE, groups=[GROUP], scheduled_lessons=[LESSON], control_points=[POINT], **kinds
    )


async def changes(container: Container) -> list[tuple[Any, ...]]:
    names = {user: name for name, user in (await ids(container)).items()}
    rows = sorted(await rows_of(container, "control_point_grade_changes"), key=lambda row: row["id"])
    return [(names[row["actor_id"]], row["at"].date(), row["old_grade"], row["new_grade"]) for row in rows]


class GradebookImportingContract:
    """The fixture `container` gives the adapter."""

    async def test_a_mark_is_of_a_lesson_however_its_time_is_written(self, container: Container) -> None:
        counts = await arrange_term(container, attendance=[MARK, MARK | {"username": "s2", "status": "late"}])
        assert counts["attendance.csv"] == Counts(created=2)
        same = MARK | {"start_time": "2026-12-01T06:00:00Z"}
        assert (await arrange(container, attendance=[same]))["attendance.csv"] == Counts(unchanged=1)
        assert (await arrange(container, attendance=[same | {"start_time": "2026-12-01 06:00"}]))[
            "attendance.csv"
        ] == Counts(unchanged=1)
        changed = [same | {"status": "excused"}]
        assert (await arrange(container, attendance=changed))["attendance.csv"] == Counts(updated=1)
        rows = await rows_of(container, "attendance")
        assert sorted(row["status"] for row in rows) == ["excused", "late"]
        assert {row["lesson_id"] for row in rows} == {(await only_row(container, "scheduled_lessons"))["id"]}
        exported = await exported_rows(container, "attendance")
        assert exported[0] == same | {"start_time": "2026-12-01T06:00:00Z", "status": "excused"}
        assert (await arrange(container, attendance=exported))["attendance.csv"] == Counts(unchanged=2)

    async def test_one_mark_in_two_spellings_is_there_twice(self, container: Container) -> None:
        await arrange_term(container)
        rows = [MARK, MARK | {"start_time": "2026-12-01T06:00:00Z"}]
        assert await refused(container, attendance=rows) == ["attendance.csv:3: repeats line 2"]

    async def test_a_bad_mark_is_named_by_its_column(self, container: Container) -> None:
        await arrange_term(container)
        wrong = [
            ("status", "asleep", "is none of present, absent, late, excused"),
            ("status", "", "is missing"),
            ("username", "s9", "names nothing that is there: s9"),
            ("start_time", "2026-12-01T07:00:00Z", "names nothing that is there: t1, G, 2026-12-01T07:00:00Z"),
            ("start_time", "soon", "names nothing that is there: t1, G, soon"),
            ("start_time", "", "is missing"),
        ]
        rows = [{**MARK, column: cell} for column, cell, _ in wrong]
        assert await refused(container, attendance=rows) == [
            f"attendance.csv:{line}: {column}: {reason}" for line, (column, _, reason) in enumerate(wrong, start=2)
        ]
        assert await rows_of(container, "attendance") == []

    async def test_a_control_point_is_known_by_its_group_and_title(self, container: Container) -> None:
        counts = await arrange_term(container)
        assert counts["control-points.csv"] == Counts(created=1)
        point = await only_row(container, "control_points")
        assert (point["kind"], point["date"]) == ("exam", date(2026, 12, 10))
        assert (point["max_grade"], point["weight"]) == (Decimal("10.00"), Decimal("2.00"))
        same = POINT | {"max_grade": "10,00", "weight": ""}
        assert (await arrange(container, control_points=[same]))["control-points.csv"] == Counts(unchanged=1)
        lighter = POINT | {"weight": "0.5"}
        assert (await arrange(container, control_points=[lighter]))["control-points.csv"] == Counts(updated=1)
        [row] = await exported_rows(container, "control-points")
        assert row == POINT | {"max_grade": "10.00", "weight": "0.50"}
        assert (await arrange(container, control_points=[row]))["control-points.csv"] == Counts(unchanged=1)

    async def test_a_bad_control_point_is_named_by_its_column(self, container: Container) -> None:
        wrong = [
            ("title", "", "is missing"),
            ("kind", "quiz", "is none of test, exam, essay, project"),
            ("date", "10.12.2026", "is not a day, such as 2026-09-01"),
            ("date", "1900-01-01", "is not between the years 1970 and 2199"),
            ("max_grade", "0", "is not above 0 and at most 10000"),
            ("max_grade", "10000.01", "is not above 0 and at most 10000"),
            ("max_grade", "1e2", "is not a number with two decimals at most"),
            ("weight", "-1", "is not a number with two decimals at most"),
            ("weight", "100.01", "is not from 0 to 100"),
        ]
        rows = [{"weight": "", **POINT, "title": f"{n}", column: cell} for n, (column, cell, _) in enumerate(wrong)]
        assert await refused(container, users=PEOPLE, groups=[GROUP], control_points=rows) == [
            f"control-points.csv:{line}: {column}: {reason}" for line, (column, _, reason) in enumerate(wrong, start=2)
        ]

    async def test_each_change_of_a_grade_is_written_down_for_the_teacher_or_who_graded(
        self, container: Container
    ) -> None:
        """G8."""
        both = [GRADE, GRADE | {"username": "s2", "grade": "", "comment": "болел"}]
        counts = await arrange_term(container)
        counts = await arrange(container, at=MONDAY, control_point_grades=both)
        assert counts["control-point-grades.csv"] == Counts(created=2)
        counts = await arrange(container, at=TUESDAY, control_point_grades=[GRADE | {"grade": "7,50"}])
        assert counts["control-point-grades.csv"] == Counts(unchanged=1)
        by_other = GRADE | {"grade": "8", "graded_by": "t2"}
        await arrange(container, at=TUESDAY, control_point_grades=[by_other])
        assert await changes(container) == [
            ("t1", MONDAY.date(), None, Decimal("7.50")),
            ("t2", TUESDAY.date(), Decimal("7.50"), Decimal("8.00")),
        ]
        exported = await exported_rows(container, "control-point-grades")
        assert exported[0] == by_other | {"grade": "8.00", "comment": ""}
        again = await arrange(container, at=TUESDAY, control_point_grades=exported)
        assert again["control-point-grades.csv"] == Counts(unchanged=2)
        await arrange(container, at=TUESDAY, control_point_grades=[by_other | {"grade": ""}])
        assert (await changes(container))[2:] == [("t2", TUESDAY.date(), Decimal("8.00"), None)]
        rows = await rows_of(container, "control_point_grades")
        assert sorted((row["grade"], row["reason"], row["revision"]) for row in rows) == [
            (None, None, 0),
            (None, None, 2),
        ]

    async def test_no_grade_is_above_the_most_and_the_most_not_below_a_grade(self, container: Container) -> None:
        await arrange_term(container)
        rows = [GRADE | {"grade": "10.01"}, GRADE | {"username": "s2", "grade": "10"}]
        assert await refused(container, control_point_grades=rows) == [f"control-point-grades.csv:2: grade: {CONFLICT}"]
        assert await rows_of(container, "control_point_grade_changes") == []
        await arrange(container, control_point_grades=rows[1:])
        changed = rows[1] | {"grade": "10.01"}
        assert await refused(container, control_point_grades=[changed]) == [
            f"control-point-grades.csv:2: grade: {CONFLICT}"
        ]
        assert await refused(container, control_points=[POINT | {"max_grade": "9.99"}]) == [
            f"control-points.csv:2: max_grade: {CONFLICT}"
        ]
        [row] = await rows_of(container, "control_point_grades")
        assert (row["grade"], len(await changes(container))) == (Decimal("10.00"), 1)

    async def test_a_bad_grade_is_named_by_its_column(self, container: Container) -> None:
        await arrange_term(container)
        wrong = [
            ("grade", "-1", "is not a number with two decimals at most"),
            ("grade", "7.505", "is not a number with two decimals at most"),
            ("username", "s9", "names nothing that is there: s9"),
            ("control_point", "Экзамен", "names nothing that is there: t1, G, Экзамен"),
            ("graded_by", "t9", "names nothing that is there: t9"),
        ]
        rows = [{"graded_by": "", **GRADE, column: cell} for column, cell, _ in wrong]
        assert await refused(container, control_point_grades=rows) == [
            f"control-point-grades.csv:{line}: {column}: {reason}"
            for line, (column, _, reason) in enumerate(wrong, start=2)
        ]
