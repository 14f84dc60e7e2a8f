"""The gradebook's pages: the grid, its columns and students as forms, and history."""

import re
from collections.abc import Callable

import httpx
import pytest

from tests.integration.console.browsing import heading
from tests.integration.console.gradebook.conftest import Journal

type Look = Callable[[str], httpx.AsyncClient]


async def test_a_teacher_sees_the_journal_of_a_group(journal: Journal, look: Look) -> None:
    reply = await look("teacher").get(journal.path)
    assert (reply.status_code, heading(reply)) == (200, "Журнал: ТК-1")
    rows = re.findall(r'<tr data-student="([^"]+)">(.*?)</tr>', reply.text)
    assert [student for student, _ in rows] == [journal.boris, journal.vera]
    assert re.findall(r"<td[^>]*>([^<]*)</td>", rows[0][1]) == ["н", "7,5", "75", "0"]
    assert re.findall(r"<td[^>]*>([^<]*)</td>", rows[1][1]) == ["•", "", "", "100"]
    assert f'href="{journal.path}/control_point-{journal.point}"' in reply.text
    assert 'data-max="10.00" data-weight="2.00"' in reply.text


async def test_the_grid_speaks_english_too(journal: Journal, look: Look) -> None:
    reply = await look("teacher").get(journal.path, headers={"accept-language": "en"})
    assert heading(reply) == "Gradebook: ТК-1"
    assert re.findall(r"<td[^>]*>([^<]*)</td>", reply.text)[:2] == ["a", "7.5"]


async def test_a_period_shows_its_columns_alone_and_a_period_that_is_none_is_named(
    journal: Journal, look: Look
) -> None:
    browser = look("teacher")
    reply = await browser.get(f"{journal.path}?start=2026-03-05&end=2026-03-31")
    assert reply.text.count('<th scope="col" data-kind') == 1
    assert "/gradebook.xlsx?start=2026-03-05&amp;end=2026-03-31" in reply.text
    nothing = await browser.get(f"{journal.path}?start=2027-03-05")
    assert "За этот период оценивать нечего" in nothing.text
    wrong = await browser.get(f"{journal.path}?start=gestern")
    assert wrong.status_code == 400
    assert 'id="fault-start"' in wrong.text
    backwards = await browser.get(f"{journal.path}?start=2026-03-05&end=2026-03-01")
    assert (backwards.status_code, 'id="fault-end"' in backwards.text) == (400, True)


async def test_the_files_of_the_journal_come_through_the_console(journal: Journal, look: Look) -> None:
    browser = look("teacher")
    for ending in ("xlsx", "csv"):
        reply = await browser.get(f"/app/api/groups/{journal.classroom.group}/gradebook.{ending}")
        assert reply.status_code == 200


@pytest.mark.parametrize("name", ["colleague", "boris", "clerk"])
async def test_others_do_not_see_the_journal(journal: Journal, look: Look, name: str) -> None:
    browser = look(name)
    expected = 404 if name == "colleague" else 403
    group = journal.classroom.group
    for path in (
        journal.path,
        f"{journal.path}/lesson-{journal.lesson}",
        f"{journal.path}/students/{journal.boris}",
        f"{journal.path}/lesson-{journal.lesson}/history/{journal.boris}",
        f"/app/groups/{group}/control-points",
        f"/app/groups/{group}/control-points/{journal.point}",
    ):
        assert (await browser.get(path)).status_code == expected, path
    sent = {f"cell-{journal.boris}": "9", f"was-{journal.boris}": "7.50"}
    for path in (f"{journal.path}/control_point-{journal.point}", f"{journal.path}/students/{journal.boris}"):
        assert (await browser.post(path, data=sent)).status_code == expected, path
    deleting = f"/app/groups/{group}/control-points/{journal.point}/delete"
    assert (await browser.post(deleting, data={})).status_code == expected


async def test_grades_of_a_column_are_written_into_a_form(journal: Journal, look: Look) -> None:
    browser, path = look("teacher"), f"{journal.path}/control_point-{journal.point}"
    shown = await browser.get(path)
    assert f'name="was-{journal.boris}" value="7.50"' in shown.text
    assert f'name="cell-{journal.boris}" value="7,5"' in shown.text
    sent = {
        f"cell-{journal.boris}": "7,5",
        f"was-{journal.boris}": "7.50",
        f"comment-{journal.boris}": "",
        f"comment-was-{journal.boris}": "",
        f"cell-{journal.vera}": " 9,25 ",
        f"was-{journal.vera}": "",
        f"comment-{journal.vera}": "Отлично",
        f"comment-was-{journal.vera}": "",
    }
    reply = await browser.post(path, data=sent)
    assert (reply.status_code, reply.headers["location"]) == (303, f"{path}?done=saved")
    grades = await journal.classroom.teacher.get(f"/control-points/{journal.point}/grades")
    assert [(row["grade"], row["comment"]) for row in grades] == [("7.50", None), ("9.25", "Отлично")]
    assert len(await journal.classroom.changes()) == 2
    assert "Сохранено" in (await browser.get(reply.headers["location"])).text


@pytest.mark.parametrize("typed", ["10,5", "пять", "1e1", "-1", "7,555"])
async def test_a_grade_that_is_none_stands_with_its_fault_beside_it_and_nothing_is_saved(
    journal: Journal, look: Look, typed: str
) -> None:
    browser, path = look("teacher"), f"{journal.path}/control_point-{journal.point}"
    sent = {
        f"cell-{journal.boris}": "8",
        f"was-{journal.boris}": "7.50",
        f"cell-{journal.vera}": typed,
        f"was-{journal.vera}": "",
    }
    reply = await browser.post(path, data=sent)
    assert reply.status_code == 400
    assert f'id="fault-cell-{journal.vera}"' in reply.text
    assert f'name="cell-{journal.vera}" value="{typed}"' in reply.text
    assert f'name="cell-{journal.boris}" value="8"' in reply.text
    assert len(await journal.classroom.changes()) == 1


async def test_who_was_late_sees_both_values_and_can_keep_theirs(journal: Journal, look: Look) -> None:
    browser, path = look("teacher"), f"{journal.path}/control_point-{journal.point}"
    await journal.classroom.grade(journal.point, by="admin", boris="6.5")
    sent = {f"cell-{journal.boris}": "8", f"was-{journal.boris}": "7.50", f"cell-{journal.vera}": "4"}
    sent[f"was-{journal.vera}"] = ""
    reply = await browser.post(path, data=sent)
    assert reply.status_code == 409
    assert "Кто-то уже поставил «6,5»" in reply.text
    assert f'<a href="#field-cell-{journal.boris}">Boris</a>: изменено кем-то другим' in reply.text
    assert f'name="cell-{journal.boris}" value="8"' in reply.text
    assert f'name="was-{journal.boris}" value="6.50"' in reply.text
    assert len(await journal.classroom.changes()) == 2, "nobody was graded"
    sent[f"was-{journal.boris}"] = "6.50"
    assert (await browser.post(path, data=sent)).status_code == 303
    grades = await journal.classroom.teacher.get(f"/control-points/{journal.point}/grades")
    assert [row["grade"] for row in grades] == ["8.00", "4.00"]


async def test_attendance_of_a_lesson_is_marked_in_a_form_and_the_rest_at_once(journal: Journal, look: Look) -> None:
    browser = look("teacher")
    lesson = await journal.classroom.lesson(4, "Клапаны")
    path = f"{journal.path}/lesson-{lesson}"
    sent = {f"cell-{journal.boris}": "late", f"was-{journal.boris}": "", f"was-{journal.vera}": ""}
    reply = await browser.post(path, data={**sent, f"cell-{journal.vera}": "", "rest": "present"})
    assert reply.status_code == 303
    marks = await journal.classroom.teacher.get(f"/schedule/lessons/{lesson}/attendance")
    assert [row["status"] for row in marks] == ["late", "present"]
    late = await browser.post(path, data={**sent, f"cell-{journal.boris}": "absent"})
    assert (late.status_code, "Кто-то уже поставил «опоздал(а)»" in late.text) == (409, True)
    wrong = await browser.post(path, data={**sent, f"cell-{journal.boris}": "asleep"})
    assert (wrong.status_code, "нужна отметка посещаемости" in wrong.text) == (400, True)


async def test_a_student_is_graded_in_all_columns_by_one_form(journal: Journal, look: Look) -> None:
    browser, path = look("teacher"), f"{journal.path}/students/{journal.vera}"
    shown = await browser.get(path)
    assert heading(shown) == "Vera"
    lesson, point = f"lesson-{journal.lesson}", f"control_point-{journal.point}"
    assert f'name="was-{lesson}" value="present"' in shown.text
    sent = {f"cell-{lesson}": "excused", f"was-{lesson}": "present", f"cell-{point}": "10", f"was-{point}": ""}
    assert (await browser.post(path, data=sent)).status_code == 303
    told = await journal.classroom.journal()
    assert told["rows"][1]["cells"] == ["excused", "10.00"]
    then = {f"cell-{lesson}": "late", f"was-{lesson}": "excused", f"cell-{point}": "10", f"was-{point}": "10.00"}
    assert (await browser.post(path, data=then)).status_code == 303
    sent = {f"cell-{point}": "3", f"was-{point}": "9.00", f"cell-{lesson}": "absent", f"was-{lesson}": "late"}
    again = await browser.post(path, data=sent)
    assert (again.status_code, "Кто-то уже поставил «10»" in again.text) == (409, True)
    assert f'name="was-{point}" value="10.00"' in again.text
    assert f'name="was-{lesson}" value="absent"' in again.text, "it is saved"


async def test_the_history_of_a_cell_says_who_changed_it(journal: Journal, look: Look) -> None:
    browser = look("teacher")
    await journal.classroom.grade(journal.point, by="admin", boris=9)
    reply = await browser.get(f"{journal.path}/control_point-{journal.point}/history/{journal.boris}")
    rows = re.findall(r"<tr><td>[^<]*</td><td>([^<]*)</td><td>(.*?)</td><td>(.*?)</td>", reply.text)
    assert rows == [("Admin", "7,5", "9"), ("Teacher", '<span class="faint">—</span>', "7,5")]
    marks = await browser.get(f"{journal.path}/lesson-{journal.lesson}/history/{journal.boris}")
    assert "не был(а)" in marks.text
    unknown = f"{journal.path}/lesson-9999/history/{journal.boris}"
    assert (await browser.get(unknown)).status_code == 404


async def test_a_column_or_student_that_is_not_there_is_not_found(journal: Journal, look: Look) -> None:
    browser = look("teacher")
    oleg = journal.classroom.oleg.id
    for path in ("lesson-9999", "lesson", "control_point-x", f"students/{oleg}", "students/x"):
        assert (await browser.get(f"{journal.path}/{path}")).status_code == 404, path
    assert (await browser.get("/app/groups/9999/gradebook")).status_code == 404


async def test_homework_is_shown_and_not_written(journal: Journal, look: Look) -> None:
    browser = look("teacher")
    made = await journal.classroom.homework()
    await journal.classroom.graded(made)
    path = f"{journal.path}/homework-{made['id']}"
    reply = await browser.get(path)
    assert reply.status_code == 200
    assert "Оценки за домашние задания ставятся при проверке" in reply.text
    assert "cell-" not in reply.text
    sent = {f"cell-{journal.boris}": "1", f"was-{journal.boris}": ""}
    assert (await browser.post(path, data=sent)).status_code == 303
    assert (await journal.classroom.journal())["rows"][0]["cells"][-1] != "1.00"


async def test_who_changed_what_late_work_costs_is_shown_beside_a_grade_of_it(journal: Journal, look: Look) -> None:
    browser, rule = look("teacher"), {"percent_per_day": "2.5", "zero_after_days": 7}
    made = await journal.classroom.homework(late_rule=rule)
    path = f"{journal.path}/homework-{made['id']}/history/{journal.boris}"
    before = await browser.get(path)
    assert (before.status_code, "<table" in before.text) == (200, False)
    await journal.classroom.teacher.put(f"/homework/{made['id']}", {"late_rule": None})
    reply = await browser.get(path)
    [(who, was, then)] = re.findall(
        r"<tr><td>[^<]*</td><td>([^<]*)</td><td>(.*?)</td><td>(.*?)</td></tr>", reply.text, re.DOTALL
    )
    assert (who, " ".join(was.split()), then) == (
        "Teacher",
        "−2,5 % за каждый день; ноль после 7 дн.",
        '<span class="faint">—</span>',
    )
    assert f'href="/app/homework/{made["id"]}"' in reply.text


async def test_a_student_sees_own_grades_in_every_group(journal: Journal, look: Look) -> None:
    await journal.classroom.teacher.put(
        f"/control-points/{journal.point}/grades",
        [{"student_id": journal.boris, "grade": 8, "comment": "Лучше"}],
    )
    reply = await look("boris").get("/app/grades")
    assert heading(reply) == "Оценки"
    assert all(text in reply.text for text in ("ТК-1", "Зачёт", "Лучше", "80 %", "не был(а)"))
    assert 'href="/app/grades" aria-current="page"' in reply.text
    assert "Vera" not in reply.text
    assert "не состоите ни в одной группе" in (await look("clerk").get("/app/grades")).text
