"""The journal and its files over HTTP, over every database alike (spec: homework-gradebook)."""

import csv
import io
from io import BytesIO
from typing import Any

import httpx
import pytest
from dependency_injector import providers
from msgspec import structs
from openpyxl import load_workbook

from atg_core.csv_injection import unescape_formula
from atg_entrypoints.container import Container
from tests.arranging import enrol
from tests.classroom import TEXT
from tests.gradebook_classroom import GradebookClassroom, GradebookContract, at, of


class HttpJournalContract(GradebookContract):
    @pytest.fixture
    async def term(self, classroom: GradebookClassroom) -> dict[str, int]:
        """Two lessons, homework that is due, and a control point."""
        first, second = await classroom.lesson(3), await classroom.lesson(5, "Клапаны")
        await classroom.mark(first, boris="present", vera="absent")
        await classroom.mark(second, boris="late", vera="excused")
        homework = await classroom.homework(TEXT, title="Сальники", due_at=at(4))
        await classroom.graded(homework, "boris", "4.00")
        point = await classroom.point()
        await classroom.grade(point, boris="8.5", vera=0)
        return {"first": first, "second": second, "homework": homework["id"], "point": point}

    async def test_the_journal_has_columns_by_time_and_a_row_for_each_student(
        self, classroom: GradebookClassroom, term: dict[str, int]
    ) -> None:
        journal = await classroom.journal()
        assert (journal["group_id"], journal["group_name"]) == (classroom.group, "ТК-1")
        assert journal["columns"] == [
            column("lesson", term["first"], "Насосы", "2026-03-03", at(3)),
            column("homework", term["homework"], "Сальники", "2026-03-04", at(4), "5.00", "1.00"),
            column("lesson", term["second"], "Клапаны", "2026-03-05", at(5)),
            column("control_point", term["point"], "Зачёт", "2026-03-10", None, "10.00", "2.00"),
        ]
        boris, vera = journal["rows"]
        assert (boris["student_id"], boris["name"], boris["username"]) == (
            str(classroom.boris.id),
            "Boris",
            "room-boris",
        )
        assert boris["cells"] == ["present", "4.00", "late", "8.50"]
        assert vera["cells"] == ["absent", None, "excused", "0.00"]
        assert (boris["average"], boris["attendance_rate"]) == ("83.33", "100.00")
        assert (vera["average"], vera["attendance_rate"]) == ("0.00", "0.00")
        assert await classroom.journal(by="admin") == journal

    async def test_what_is_not_published_cancelled_or_not_graded_does_not_count(
        self, classroom: GradebookClassroom, term: dict[str, int]
    ) -> None:
        cancelled = await classroom.lesson(6)
        await classroom.mark(cancelled, boris="absent")
        await classroom.teacher.put(f"/schedule/lessons/{cancelled}", {"status": "cancelled"})
        await classroom.homework(TEXT, title="Черновик", publish=False)
        published = await classroom.homework(TEXT, title="Без срока")
        await classroom.handed_in(published, "vera")
        journal = await classroom.journal()
        titles = [each["title"] for each in journal["columns"]]
        assert titles == ["Без срока", "Насосы", "Сальники", "Клапаны", "Зачёт"]
        assert [row["cells"][0] for row in journal["rows"]] == [None, None]
        assert [row["average"] for row in journal["rows"]] == ["83.33", "0.00"]
        assert [row["attendance_rate"] for row in journal["rows"]] == ["100.00", "0.00"]

    async def test_of_several_attempts_the_best_counts(self, classroom: GradebookClassroom) -> None:
        homework = await classroom.homework(TEXT)
        for grade in ("2.00", "4.50", "3.00"):
            await classroom.graded(homework, "boris", grade)
        await classroom.handed_in(homework, "boris")
        boris, vera = (await classroom.journal())["rows"]
        assert (boris["cells"], boris["average"]) == (["4.50"], "90.00")
        assert (vera["cells"], vera["average"], vera["attendance_rate"]) == ([None], None, None)

    async def test_a_window_narrows_columns_and_what_follows_from_them(
        self, classroom: GradebookClassroom, term: dict[str, int]
    ) -> None:
        async def titles(query: str) -> list[str]:
            return [each["title"] for each in (await classroom.journal(query))["columns"]]

        assert await titles("?start=2026-03-04") == ["Сальники", "Клапаны", "Зачёт"]
        assert await titles("?end=2026-03-04") == ["Насосы", "Сальники"]
        assert await titles("?start=2026-03-04&end=2026-03-05") == ["Сальники", "Клапаны"]
        assert await titles("?start=2026-03-10&end=2026-03-10") == ["Зачёт"]
        assert await titles("?start=2026-03-10T00:00:01Z") == []
        assert await titles(f"?start={at(3)}&end={at(5)}") == ["Насосы", "Сальники"]
        assert await titles("?start=2026-03-03T12:00:00+03:00&end=2026-03-03T12:00:01%2B03:00") == ["Насосы"]
        assert await titles("?start=2027-01-01") == []
        boris, vera = (await classroom.journal("?end=2026-03-04"))["rows"]
        assert (boris["average"], boris["attendance_rate"]) == ("80.00", "100.00")
        assert (vera["average"], vera["attendance_rate"]) == (None, "0.00")

    @pytest.mark.refuses
    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("start=soon", "start"),
            ("end=2026-02-30", "end"),
            ("end=9999-12-31", "end"),
            ("start=2026-03-05&end=2026-03-04", "end"),
        ],
    )
    async def test_a_window_that_is_none_is_refused(
        self, classroom: GradebookClassroom, query: str, field: str
    ) -> None:
        assert await classroom.teacher.fault("GET", f"/groups/{classroom.group}/gradebook?{query}", None) == field

    async def test_a_group_without_anything_has_an_empty_journal(self, classroom: GradebookClassroom) -> None:
        journal = await classroom.journal()
        assert journal["columns"] == []
        assert [(row["name"], row["cells"], row["average"]) for row in journal["rows"]] == [
            ("Boris", [], None),
            ("Vera", [], None),
        ]
        nobody = await classroom.make_group("teacher", name="Пустая")
        assert (await classroom.teacher.get(f"/groups/{nobody}/gradebook"))["rows"] == []
        assert (await classroom.teacher.get(f"/groups/{nobody}/progress"))["points"] == []

    async def test_who_has_left_is_not_in_the_journal_and_is_again_when_they_return(
        self, classroom: GradebookClassroom, term: dict[str, int]
    ) -> None:
        students = f"/groups/{classroom.group}/students"
        before = await classroom.journal()
        await classroom.teacher.call("DELETE", f"{students}/{classroom.boris.id}", 204)
        assert [row["name"] for row in (await classroom.journal())["rows"]] == ["Vera"]
        await enrol(classroom.container, classroom.group, [classroom.boris.id])
        assert await classroom.journal() == before

    async def test_a_journal_that_did_not_change_is_not_sent_again(
        self, classroom: GradebookClassroom, term: dict[str, int], client: httpx.AsyncClient
    ) -> None:
        headers = {"Authorization": f"Bearer {classroom.teacher.token}"}
        for grade, path in enumerate(("gradebook", "gradebook.xlsx", "progress", "progress.svg"), start=1):
            first = await client.get(f"/groups/{classroom.group}/{path}", headers=headers)
            again = await client.get(
                f"/groups/{classroom.group}/{path}", headers=headers | {"If-None-Match": first.headers["etag"]}
            )
            assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
            await classroom.grade(term["point"], vera=grade)
            changed = await client.get(
                f"/groups/{classroom.group}/{path}", headers=headers | {"If-None-Match": first.headers["etag"]}
            )
            assert changed.status_code == 200

    async def test_names_come_back_from_files_as_they_are_and_never_as_formulas(
        self, classroom: GradebookClassroom, client: httpx.AsyncClient
    ) -> None:
        names = {"boris": '=HYPERLINK("http://x","y")', "vera": 'О\'Нил "Кит" Ёлкина; мл.'}
        for name, full_name in names.items():
            await classroom.people[name].put("/users/me", {"full_name": full_name})
        lesson = await classroom.lesson(3, '+Насосы, "ЦН" и клапаны')
        await classroom.mark(lesson, boris="late", vera="absent")
        await classroom.grade(await classroom.point(title="@Зачёт"), boris="8.5", vera=0)
        headers = {"Authorization": f"Bearer {classroom.teacher.token}"}
        path = f"/groups/{classroom.group}/gradebook"
        sheet = await client.get(f"{path}.csv", headers=headers)
        assert sheet.headers["content-type"] == "text/csv; charset=utf-8"
        assert sheet.headers["content-disposition"] == f'attachment; filename="gradebook-{classroom.group}.csv"'
        raw = list(csv.reader(io.StringIO(sheet.content.decode("utf-8-sig"), newline="")))
        assert not any(cell[:1] in {"=", "+", "-", "@"} for row in raw for cell in row)
        table = [[unescape_formula(cell) for cell in row] for row in raw]
        lessons = '+Насосы, "ЦН" и клапаны (2026-03-03)'
        assert table == [
            ["Имя", "Имя пользователя", lessons, "@Зачёт (2026-03-10)", "Посещаемость, %", "Средний балл, %"],
            [names["boris"], "room-boris", "опоздал(а)", "8.50", "100.00", "85.00"],
            [names["vera"], "room-vera", "не был(а)", "0.00", "0.00", "0.00"],
        ]
        book = await client.get(f"{path}.xlsx", headers=headers)
        assert book.headers["content-disposition"] == f'attachment; filename="gradebook-{classroom.group}.xlsx"'
        assert book.headers["content-type"].endswith("spreadsheetml.sheet")
        rows = list(load_workbook(BytesIO(book.content)).active)
        assert [[cell.value for cell in row] for row in rows] == [
            table[0],
            [names["boris"], "room-boris", "опоздал(а)", 8.5, 100, 85],
            [names["vera"], "room-vera", "не был(а)", 0, 0, 0],
        ]
        assert {cell.data_type for row in rows for cell in row} == {"s", "n"}
        narrowed = await client.get(f"{path}.csv?start=2026-03-10", headers=headers)
        assert "Насосы" not in narrowed.text

    async def test_a_day_is_one_of_the_services_zone(self, classroom: GradebookClassroom, stocked: Container) -> None:
        settings = structs.replace(stocked.settings(), timezone="Asia/Vladivostok")
        stocked.settings.override(providers.Object(settings))
        lesson = await classroom.lesson(3, hour=20)
        await classroom.mark(lesson, boris="present")
        await classroom.grade(await classroom.point(date="2026-03-04"), boris=5)
        told = [(each["kind"], each["date"], each["time"]) for each in (await classroom.journal())["columns"]]
        assert told == [("control_point", "2026-03-04", None), ("lesson", "2026-03-04", at(3, 20))]
        assert len((await classroom.journal("?start=2026-03-04&end=2026-03-04"))["columns"]) == 2
        assert (await classroom.journal("?end=2026-03-03"))["columns"] == []
        points = (await classroom.teacher.get(f"/groups/{classroom.group}/progress"))["points"]
        assert [each["date"] for each in points] == ["2026-03-04"]

    async def test_a_student_sees_their_own_row_of_each_group(
        self, classroom: GradebookClassroom, term: dict[str, int]
    ) -> None:
        second = await classroom.make_group("colleague", "boris", name="КИП-2")
        point = await classroom.point(group=second, by="colleague", title="Проект", kind="project")
        given = [of(classroom.boris, grade=9, comment="Молодец")]
        await classroom.colleague.put(f"/control-points/{point}/grades", given)
        own = await classroom.boris.get("/me/gradebook")
        assert (own["total"], own["page"], own["pages"]) == (2, 1, 1)
        mine, other = own["items"]
        journal = await classroom.journal()
        assert (mine["group_id"], mine["group_name"]) == (classroom.group, "ТК-1")
        assert mine["columns"] == journal["columns"]
        for name in ("cells", "average", "attendance_rate"):
            assert mine[name] == journal["rows"][0][name]
        assert mine["comments"] == [None] * 4
        assert (other["cells"], other["comments"], other["average"]) == (["9.00"], ["Молодец"], "90.00")
        page = await classroom.boris.get("/me/gradebook?size=1&page=2")
        assert ([each["group_id"] for each in page["items"]], page["pages"]) == ([second], 2)
        assert (await classroom.oleg.get("/me/gradebook"))["items"][0]["cells"] == []
        assert (await classroom.teacher.get("/me/gradebook"))["items"] == []

    async def test_what_a_group_got_is_said_with_the_same_average_as_in_the_journal(
        self, classroom: GradebookClassroom, term: dict[str, int]
    ) -> None:
        last = (await classroom.boris.get(f"/students/{classroom.boris.id}/progress"))["groups"][0]["points"][-1]
        row = (await classroom.journal())["rows"][0]
        assert (last["average"], last["attendance_rate"]) == (row["average"], row["attendance_rate"])


def column(kind: str, number: int, title: str, date: str, time: str | None, *scale: str) -> dict[str, Any]:
    most, weight = scale or (None, None)
    when = {"date": date, "time": time}
    return {"kind": kind, "id": number, "title": title, **when, "max_grade": most, "weight": weight}
