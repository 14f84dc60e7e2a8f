"""Late work and who is excused, in the journal and beside it, over every database alike (spec: homework-gradebook)."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from atg_entrypoints.container import Container
from tests.classroom import TEXT
from tests.gradebook_classroom import GradebookClassroom, GradebookContract, of

DUE = datetime(2026, 3, 4, 9, tzinfo=UTC)
RULE = {"percent_per_day": "10", "floor_percent": "50", "zero_after_days": 7}
AS_SHOWN = {"percent_per_day": "10.00", "floor_percent": "50.00", "zero_after_days": 7}


class HttpLateWorkContract(GradebookContract):
    async def late_homework(self, classroom: GradebookClassroom, **changes: Any) -> Any:
        body = {"title": "Сальники", "due_at": DUE.isoformat(), "allow_late": True, "late_rule": RULE, **changes}
        return await classroom.homework(TEXT, **body)

    async def test_a_grade_of_late_work_is_reduced_where_it_counts(self, classroom: GradebookClassroom) -> None:
        homework = await self.late_homework(classroom)
        assert homework["late_rule"] == AS_SHOWN
        classroom.now = DUE + timedelta(days=1, hours=1)
        await classroom.graded(homework, "boris", "4.00")
        classroom.now = DUE + timedelta(days=8)
        await classroom.graded(homework, "vera", "5.00")
        journal = await classroom.journal()
        boris, vera = journal["rows"]
        assert (boris["cells"], boris["average"]) == (["3.20"], "64.00")
        assert boris["reductions"] == [
            {
                "column": 0,
                "homework_id": homework["id"],
                "raw_grade": "4.00",
                "grade": "3.20",
                "days_late": 2,
                "kept_percent": "80.00",
            }
        ]
        assert (vera["cells"], vera["average"], vera["reductions"][0]["days_late"]) == (["0.00"], "0.00", 8)
        [own] = (await classroom.boris.get("/me/gradebook"))["items"]
        assert (own["cells"], own["reductions"]) == (["3.20"], boris["reductions"])
        [submission] = (await classroom.teacher.get(f"/homework/{homework['id']}/submissions"))["items"][:1]
        assert [submission[name] for name in ("grade", "final_grade", "days_late")] == ["4.00", "3.20", 2]
        [newest] = await classroom.container.newest_grade_queries().newest(classroom.boris.id, limit=5)
        assert str(newest.grade) == "3.20"
        progress = (await classroom.boris.get(f"/students/{classroom.boris.id}/progress"))["groups"][0]["points"]
        assert progress[-1]["average"] == "64.00"

    async def test_the_best_of_what_is_left_counts_and_another_rule_counts_anew(
        self, classroom: GradebookClassroom
    ) -> None:
        homework = await self.late_homework(classroom)
        classroom.now = DUE
        await classroom.graded(homework, "boris", "3.00")
        classroom.now = DUE + timedelta(days=4)
        await classroom.graded(homework, "boris", "4.50")
        assert (await classroom.journal())["rows"][0]["cells"] == ["3.00"]
        path = f"/homework/{homework['id']}"
        changed = await classroom.teacher.put(path, {"late_rule": {"percent_per_day": 5}})
        assert changed["late_rule"] == {"percent_per_day": "5.00", "floor_percent": None, "zero_after_days": None}
        boris = (await classroom.journal())["rows"][0]
        assert (boris["cells"], boris["reductions"][0]["raw_grade"]) == (["3.60"], "4.50")
        assert (await classroom.teacher.put(path, {"late_rule": None}))["late_rule"] is None
        boris = (await classroom.journal())["rows"][0]
        assert (boris["cells"], boris["reductions"]) == (["4.50"], [])

    async def test_who_changed_the_rule_when_and_from_what_is_kept(self, classroom: GradebookClassroom) -> None:
        homework, other = await self.late_homework(classroom), await self.late_homework(classroom, title="Фильтры")
        five = {"percent_per_day": "5.00", "floor_percent": None, "zero_after_days": None}
        for late_rule in ({"percent_per_day": 5}, {"percent_per_day": "5.0"}, None):
            classroom.now += timedelta(minutes=1)
            await classroom.teacher.put(f"/homework/{homework['id']}", {"late_rule": late_rule, "title": "Сальники 2"})
        await classroom.teacher.put(f"/homework/{other['id']}", {"late_rule": None})
        path = f"/groups/{classroom.group}/late-rule-changes"
        found = await classroom.teacher.get(path)
        assert [(each["title"], each["old_rule"], each["new_rule"]) for each in found["items"]] == [
            ("Фильтры", AS_SHOWN, None),
            ("Сальники 2", five, None),
            ("Сальники 2", AS_SHOWN, five),
        ]
        [own] = {each["actor_id"] for each in found["items"]}
        assert own == str(classroom.teacher.id)
        assert found["items"][1]["at"] > found["items"][2]["at"]
        of_one = await classroom.teacher.get(f"{path}?homework_id={homework['id']}&size=1")
        assert (of_one["total"], of_one["items"]) == (2, found["items"][1:2])

    async def test_new_homework_has_the_rule_of_its_group(self, classroom: GradebookClassroom) -> None:
        group = f"/groups/{classroom.group}"
        assert (await classroom.teacher.put(group, {"late_rule": RULE}))["late_rule"] == AS_SHOWN
        assert (await classroom.boris.get(group))["late_rule"] == AS_SHOWN
        body = {"group_id": classroom.group, "title": "x"}
        made = await classroom.teacher.post("/homework", body=body)
        assert made["late_rule"] == AS_SHOWN
        assert (await classroom.teacher.post("/homework", body={**body, "late_rule": None}))["late_rule"] is None
        copied = await classroom.teacher.post(f"/homework/{made['id']}/copy")
        assert copied["late_rule"] == AS_SHOWN
        assert (await classroom.teacher.put(group, {"late_rule": None}))["late_rule"] is None
        assert (await classroom.teacher.get(f"/homework/{made['id']}"))["late_rule"] == AS_SHOWN

    @pytest.mark.refuses
    @pytest.mark.parametrize(
        ("rule", "field"),
        [
            ({"percent_per_day": 0}, "late_rule.percent_per_day"),
            ({"percent_per_day": "101"}, "late_rule.percent_per_day"),
            ({"floor_percent": 50}, "late_rule.percent_per_day"),
            ({"percent_per_day": 5, "floor_percent": -1}, "late_rule.floor_percent"),
            ({"zero_after_days": 400}, "late_rule.zero_after_days"),
            ({"percent_per_day": "a tenth"}, "late_rule.percent_per_day"),
        ],
    )
    async def test_a_rule_that_is_none_is_named(self, classroom: GradebookClassroom, rule: Any, field: str) -> None:
        body = {"group_id": classroom.group, "title": "x", "late_rule": rule}
        assert await classroom.teacher.fault("POST", "/homework", body) == field
        assert await classroom.teacher.fault("PUT", f"/groups/{classroom.group}", {"late_rule": rule}) == field

    async def test_who_is_excused_from_a_control_point_has_no_grade_of_it(self, classroom: GradebookClassroom) -> None:
        first, second = await classroom.point(), await classroom.point(title="Тест")
        await classroom.grade(first, boris="5", vera="8")
        await classroom.grade(second, boris="9")
        path = f"/control-points/{second}/grades"
        given = await classroom.teacher.put(
            path,
            [
                of(classroom.boris, grade=None, excused=True, was="9.00", reason="Болезнь"),
                of(classroom.vera, grade=None, excused=True),
            ],
        )
        assert [(row["grade"], row["excused"]) for row in given] == [(None, True), (None, True)]
        boris, vera = (await classroom.journal())["rows"]
        assert (boris["cells"], boris["average"]) == (["5.00", "excused"], "50.00")
        assert (vera["cells"], vera["average"]) == (["8.00", "excused"], "80.00")
        changes = [
            (each["student_name"], each["old_grade"], each["old_excused"], each["new_grade"], each["new_excused"])
            for each in await classroom.changes()
        ]
        assert ("Boris", "9.00", False, None, True) in changes
        assert ("Vera", None, False, None, True) in changes
        late = await classroom.teacher.call("PUT", path, 409, [of(classroom.boris, grade=3, was="9.00")])
        assert late["current"] == [{"student_id": str(classroom.boris.id), "grade": None, "excused": True}]
        await classroom.teacher.put(path, [of(classroom.boris, grade="4.5", was=None, was_excused=True)])
        assert (await classroom.journal())["rows"][0]["cells"] == ["5.00", "4.50"]
        await classroom.grade(second, vera=None)
        assert (await classroom.journal())["rows"][1]["cells"] == ["8.00", None]
        both = [of(classroom.boris, grade=3, excused=True)]
        assert await classroom.teacher.fault("PUT", path, both) == "[0].grade"
        await classroom.teacher.call("DELETE", f"/control-points/{second}", 204)

    async def test_who_is_excused_from_homework_has_no_grade_of_it(self, classroom: GradebookClassroom) -> None:
        homework = await self.late_homework(classroom)
        classroom.now = DUE + timedelta(days=2)
        await classroom.graded(homework, "boris", "4.00")
        path = f"/homework/{homework['id']}/exemptions"
        both = [of(each, excused=True) for each in (classroom.boris, classroom.vera)]
        await classroom.teacher.put(path, both)
        await classroom.teacher.put(path, both)
        boris, vera = (await classroom.journal())["rows"]
        assert (boris["cells"], boris["average"], boris["reductions"]) == (["excused"], None, [])
        assert vera["cells"] == ["excused"]
        [own] = (await classroom.vera.get("/me/gradebook"))["items"]
        assert own["cells"] == ["excused"]
        await classroom.teacher.put(path, [of(classroom.boris, excused=False)])
        assert [row["cells"] for row in (await classroom.journal())["rows"]] == [["3.20"], ["excused"]]
        strangers = [of(classroom.boris, excused=True), of(classroom.oleg, excused=True)]
        assert await classroom.teacher.fault("PUT", path, strangers) == "[1].student_id"
        assert (await classroom.journal())["rows"][0]["cells"] == ["3.20"]
        assert await classroom.colleague.refused("PUT", path, 404, both) == "homework_not_found"

    async def test_files_tell_the_grade_as_it_was_given_and_why_less_counts(
        self, classroom: GradebookClassroom, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        homework = await self.late_homework(classroom)
        classroom.now = DUE + timedelta(days=1, hours=1)
        await classroom.graded(homework, "boris", "4.50")
        headers = {"Authorization": f"Bearer {classroom.teacher.token}"}
        reply = await client.get(f"/groups/{classroom.group}/gradebook.csv", headers=headers)
        header, boris, vera = csv.reader(io.StringIO(reply.content.decode("utf-8-sig"), newline=""))
        assert header[2:4] == ["Сальники (2026-03-04)", "Сальники (2026-03-04): опоздание"]
        assert (boris[2:4], vera[2:4]) == (["3.60", "4,5 − 20 %, дней опоздания: 2"], ["", ""])
