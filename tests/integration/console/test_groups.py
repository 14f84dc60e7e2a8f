"""Groups at the console: who teaches makes them, brings students in, and changes them; administrators hand over."""

import re
from datetime import timedelta

import httpx
import pytest

from atg_core.identity.model import Role
from atg_entrypoints.console.schedule.group_students import emails_in
from atg_entrypoints.container import Container
from tests.integration.console.browsing import another, enter, heading
from tests.integration.console.teaching import Groups
from tests.people import add_person


async def test_a_teacher_makes_a_group_and_is_told_what_to_do_next(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    await enter(browser, stocked, "mentor", role=Role.TEACHER)
    empty = await browser.get("/app/groups")
    assert "Здесь будут ваши группы. Создайте первую" in empty.text
    assert re.search(r'<a href="/app/groups" aria-current="page">Группы</a>', empty.text)
    for name in ("", "  ", "x" * 256):
        refused = await browser.post("/app/groups", data={"name": name})
        assert (refused.status_code, 'id="fault-name"' in refused.text) == (400, True)
    made = await browser.post("/app/groups", data={"name": " 10А "})
    page = await browser.get(made.headers["location"])
    assert (page.status_code, heading(page)) == (200, "10А")
    assert "Группа создана" in page.text
    assert "Здесь будут ученики" in page.text
    again = await browser.post("/app/groups", data={"name": "10А"})
    assert again.status_code == 409
    assert "уже есть группа с таким названием" in again.text
    assert 'value="10А"' in again.text


async def test_groups_and_own_students_are_found_by_a_part_of_the_name(groups: Groups) -> None:
    found = (await groups.teacher.get("/app/groups?q=10б")).text
    assert "Найдено групп: 1" in found
    assert groups.second in found
    assert groups.first not in found
    found = (await groups.teacher.get("/app/groups?q=ЁЖИК")).text
    assert "Найдено учеников: 1" in found
    assert f"{groups.first}/students/{groups.student_id}" in found
    assert "Ничего не найдено" in (await groups.teacher.get("/app/groups?q=%25")).text
    mine = (await groups.student.get("/app/groups?q=Ёжиков")).text
    assert "Найдено учеников" not in mine


@pytest.mark.parametrize(
    ("text", "emails"),
    [
        ("", []),
        ("a@b.ru", ["a@b.ru"]),
        (" a@b.ru, c@d.ru;e@f.ru\r\ng@h.ru\ti@j.ru \n\n", ["a@b.ru", "c@d.ru", "e@f.ru", "g@h.ru", "i@j.ru"]),
        ('Пётр Ким <a@b.ru>, "Ким, Анна" <c@d.ru>', ["a@b.ru", '"Ким', "c@d.ru"]),
        ("Пётр Ким a@b.ru\nАнна Ким", ["a@b.ru", "Анна Ким"]),
        ("a@b.ru a@b.ru\na@b.ru", ["a@b.ru"]),
    ],
)
def test_emails_are_found_in_what_was_pasted(text: str, emails: list[str]) -> None:
    assert emails_in(text) == emails


async def test_what_became_of_each_email_is_told_and_invitations_are_taken_back(groups: Groups) -> None:
    text = "pupil@example.com\nНовый <new@example.com>; просто имя"
    told = await groups.teacher.post(f"{groups.second}/students", data={"emails": text})
    assert told.status_code == 200
    results = re.findall(r"<li><span>([^<]+)</span> <span[^>]*>([^<]+)</span></li>", told.text)
    assert results == [
        ("pupil@example.com", "В группе"),
        ("new@example.com", "Приглашение отправлено"),
        ("просто имя", "Это не адрес почты"),
    ]
    assert re.search(r"<textarea[^>]*>просто имя</textarea>", told.text), "what is to be corrected stays"
    assert "Ждут ответа: 1" in told.text
    [withdraw] = re.findall(r'action="([^"]+/withdraw)"', told.text)
    done = await groups.teacher.post(withdraw)
    assert done.headers["location"] == f"{groups.second}?done=withdrawn"
    page = (await groups.teacher.get(done.headers["location"])).text
    assert "Приглашение отозвано" in page
    assert "new@example.com" not in page
    late = await groups.teacher.post(withdraw)
    assert "На приглашение уже ответили" in (await groups.teacher.get(late.headers["location"])).text


@pytest.mark.parametrize(
    ("emails", "status", "told"),
    [
        ("", 400, "Введите хотя бы один адрес"),
        ("x" * 1_001 + "@example.com", 400, "слишком длинный"),
        ("\n".join(f"{number}@example.com" for number in range(51)), 429, "завтра"),
    ],
)
async def test_invitations_that_are_refused_keep_what_was_typed(
    groups: Groups, emails: str, status: int, told: str
) -> None:
    refused = await groups.teacher.post(f"{groups.second}/students", data={"emails": emails})
    assert refused.status_code == status
    assert told in refused.text
    assert f">{emails}</textarea>" in refused.text
    assert "86400" not in refused.text
    assert "Ждут ответа" not in (await groups.teacher.get(groups.second)).text


async def test_students_of_other_groups_are_chosen_by_name(groups: Groups, stocked: Container) -> None:
    strange = await add_person(stocked, "strange", role=Role.STUDENT)
    page = (await groups.teacher.get(f"{groups.second}/students/add?q=ёж")).text
    assert re.findall(r'name="student_ids" value="([^"]+)"', page) == [groups.student_id]
    none = await groups.teacher.post(f"{groups.second}/students/add", data={"q": "ёж"})
    assert (none.status_code, "Выберите хотя бы одного ученика" in none.text) == (400, True)
    refused = await groups.teacher.post(f"{groups.second}/students/add", data={"student_ids": str(strange)})
    assert refused.status_code == 404
    wrong = await groups.teacher.post(f"{groups.second}/students/add", data={"student_ids": "x"})
    assert wrong.status_code == 400
    added = await groups.teacher.post(f"{groups.second}/students/add", data={"student_ids": groups.student_id})
    assert added.headers["location"] == f"{groups.second}?done=added"
    assert "Олег Ёжиков" in (await groups.teacher.get(groups.second)).text
    assert "value=" not in re.findall(
        r"<fieldset.*</fieldset>", (await groups.teacher.get(f"{groups.second}/students/add")).text, re.DOTALL
    )
    assert "Здесь будут ученики других ваших групп" in (await groups.teacher.get(f"{groups.second}/students/add")).text


async def test_a_student_is_removed_after_it_was_confirmed(groups: Groups) -> None:
    path = f"{groups.first}/students/{groups.student_id}/remove"
    asked = await groups.teacher.get(path)
    assert heading(asked) == "Убрать ученика из группы?"
    assert "Олег Ёжиков" in asked.text
    done = await groups.teacher.post(path)
    assert done.headers["location"] == f"{groups.first}?done=removed"
    assert "Олег" not in (await groups.teacher.get(groups.first)).text
    assert (await groups.teacher.get(path)).status_code == 404
    assert (await groups.teacher.post(path)).headers["location"] == f"{groups.first}?done=removed"
    assert (await groups.student.get(groups.first)).status_code == 404


async def test_a_group_is_renamed_and_deleted_after_it_was_confirmed(groups: Groups) -> None:
    refused = await groups.teacher.post(f"{groups.first}/name", data={"name": "10Б"})
    assert (refused.status_code, heading(refused)) == (409, "10А")
    assert 'value="10Б"' in refused.text
    renamed = await groups.teacher.post(f"{groups.first}/name", data={"name": "11А"})
    assert heading(await groups.teacher.get(renamed.headers["location"])) == "11А"
    asked = await groups.teacher.get(f"{groups.first}/delete")
    assert heading(asked) == "Удалить группу?"
    assert (await groups.teacher.get(groups.first)).status_code == 200
    done = await groups.teacher.post(f"{groups.first}/delete")
    assert done.headers["location"] == "/app/groups?done=deleted"
    assert "Группа удалена" in (await groups.teacher.get(done.headers["location"])).text
    assert (await groups.teacher.get(groups.first)).status_code == 404
    for path in ("name", "students"):
        assert (await groups.teacher.get(f"{groups.second}/{path}")).headers["location"] == groups.second


async def test_a_group_that_was_taught_says_why_it_stays(groups: Groups, stocked: Container) -> None:
    group = int(groups.first.rpartition("/")[2])
    begins = stocked.clock()() - timedelta(hours=1)
    times = {"start_time": begins.isoformat(), "end_time": (begins + timedelta(minutes=45)).isoformat()}
    body = {"title": "x", "group_id": group, **times}
    made = await groups.teacher.post("/app/api/schedule/lessons", json=body)
    assert made.status_code == 201, made.text
    marks = [{"student_id": groups.student_id, "status": "absent"}]
    marked = await groups.teacher.put(f"/app/api/schedule/lessons/{made.json()['id']}/attendance", json=marks)
    assert marked.status_code == 200
    refused = await groups.teacher.post(f"{groups.first}/delete")
    assert (refused.status_code, heading(refused)) == (409, "Удалить группу?")
    assert "У группы уже были занятия" in refused.text


async def test_an_administrator_hands_a_group_over_and_is_told_what_goes_along(
    groups: Groups, stocked: Container, browser: httpx.AsyncClient
) -> None:
    other = await add_person(stocked, "other", role=Role.TEACHER, full_name="Пётр Громов")
    admin = another(browser)
    await enter(admin, stocked, "head", role=Role.ADMIN)
    assert "Передать другому преподавателю" in (await admin.get(groups.first)).text
    assert "Передать" not in (await groups.teacher.get(groups.first)).text
    assert (await groups.teacher.get(f"{groups.first}/teacher")).status_code == 403
    page = (await admin.get(f"{groups.first}/teacher?q=гром")).text
    assert "контрольные точки" in page
    assert re.findall(r'name="teacher_id" value="([^"]+)"', page) == [str(other)]
    for teacher in ("", "x", groups.student_id):
        refused = await admin.post(f"{groups.first}/teacher", data={"teacher_id": teacher, "q": "гром"})
        assert refused.status_code == 400
        assert 'role="alert"' in refused.text
        assert str(other) in refused.text
    given = await admin.post(f"{groups.first}/teacher", data={"teacher_id": str(other)})
    assert given.headers["location"] == f"{groups.first}?done=given"
    assert "Пётр Громов" in (await admin.get(given.headers["location"])).text
    assert (await groups.teacher.get(groups.first)).status_code == 404
