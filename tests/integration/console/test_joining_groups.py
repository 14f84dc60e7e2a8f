"""Coming into groups at the console: by a code or an invitation, what students see, and what is nobody else's."""

import re

import httpx

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.integration.console.browsing import another, enter, heading
from tests.integration.console.teaching import Groups


async def test_a_class_joins_by_the_code_on_a_sheet(groups: Groups) -> None:
    nowhere = await groups.teacher.get(f"{groups.second}/join-code")
    assert nowhere.headers["location"] == groups.second, "there is no code yet"
    made = await groups.teacher.post(f"{groups.second}/join-code")
    page = (await groups.teacher.get(made.headers["location"])).text
    code = re.search(r'<p class="code">([A-Z0-9]{4}-[A-Z0-9]{4})</p>', page)
    assert code
    sheet = await groups.teacher.get(f"{groups.second}/join-code")
    assert f'<strong class="big">{code[1]}</strong>' in sheet.text
    assert "/app/groups/join</strong>" in sheet.text
    assert "<svg" in sheet.text
    form = (await groups.student.get("/app/groups/join", params={"code": code[1]})).text
    assert f'value="{code[1]}"' in form
    for wrong, status in (("", 400), ("short", 400), ("WRONG234", 404)):
        refused = await groups.student.post("/app/groups/join", data={"code": wrong})
        assert (refused.status_code, heading(refused)) == (status, "Вступить в группу")
        assert 'role="alert"' in refused.text
    joined = await groups.student.post("/app/groups/join", data={"code": code[1].lower()})
    assert joined.headers["location"] == f"{groups.second}?done=joined"
    mine = await groups.student.get(joined.headers["location"])
    assert heading(mine) == "10Б"
    assert "Ирина Соколова" in mine.text
    assert "Олег" not in re.sub(r"<header.*</header>", "", mine.text, flags=re.DOTALL), "nothing of who is in it"
    ended = await groups.teacher.post(f"{groups.second}/join-code/end")
    assert "Код больше не действует" in (await groups.teacher.get(ended.headers["location"])).text
    assert (await groups.student.post("/app/groups/join", data={"code": code[1]})).status_code == 404


async def test_guesses_of_codes_end_with_the_seconds_to_wait(groups: Groups) -> None:
    replies = [await groups.student.post("/app/groups/join", data={"code": "WRONG234"}) for _ in range(11)]
    assert [each.status_code for each in replies] == [404] * 10 + [429]
    assert f"{replies[-1].headers['retry-after']} с" in replies[-1].text


async def test_invitations_wait_at_home_and_with_the_groups_until_they_are_answered(
    groups: Groups, stocked: Container, browser: httpx.AsyncClient
) -> None:
    invited = another(browser)
    await enter(invited, stocked, "invited", role=Role.USER, email_verified_at=stocked.clock()())
    for group in (groups.first, groups.second):
        await groups.teacher.post(f"{group}/students", data={"emails": "invited@example.com"})
    for path in ("/app/", "/app/groups"):
        page = (await invited.get(path)).text
        assert "Ирина Соколова приглашает вас в группу «10А»" in page
        assert page.count("/accept") == page.count("/decline") == 2
    answers = re.findall(r'action="(/app/invitations/[^"]+)"', (await invited.get("/app/")).text)
    for answer in answers:
        strange = await groups.student.post(answer)
        assert strange.headers["location"] == "/app/groups?done=late", "another's"
    accepted = await invited.post(next(each for each in answers if each.endswith("/accept")))
    assert "done=joined" in accepted.headers["location"]
    assert heading(await invited.get(accepted.headers["location"])) in {"10А", "10Б"}
    [left] = re.findall(r'action="(/app/invitations/[^"]+/decline)"', (await invited.get("/app/groups")).text)
    declined = await invited.post(left)
    page = (await invited.get(declined.headers["location"])).text
    assert "Приглашение отклонено" in page
    late = await invited.post(f"/app/invitations/{left.split('/')[3]}/accept")
    assert "уже приняли, отклонили или отозвали" in (await invited.get(late.headers["location"])).text
    assert "/accept" not in page


async def test_a_student_s_groups_say_who_teaches_and_what_is_next(groups: Groups, stocked: Container) -> None:
    page = (await groups.student.get("/app/groups")).text
    assert "Преподаватель: Ирина Соколова" in page
    assert "В ближайшие две недели занятий нет" in page
    assert "10Б" not in page
    assert "Новая группа" not in page
    now = stocked.clock()()
    body = {
        "title": "Помпаж",
        "group_id": int(groups.first.rpartition("/")[2]),
        "day_of_week": now.weekday(),
        "start_time": "09:00",
        "end_time": "10:00",
        "start_date": now.date().isoformat(),
        "end_date": now.date().replace(year=now.year + 1).isoformat(),
        "timezone": "UTC",
    }
    made = await groups.teacher.post("/app/api/schedule/recurring-lessons", json=body)
    assert made.status_code == 201, made.text
    for who in (groups.student, groups.teacher):
        for path in ("/app/groups", groups.first):
            assert "Помпаж" in (await who.get(path)).text


async def test_nothing_is_another_teacher_s(groups: Groups, stocked: Container, browser: httpx.AsyncClient) -> None:
    colleague = another(browser)
    await enter(colleague, stocked, "colleague", role=Role.TEACHER)
    student = f"{groups.first}/students/{groups.student_id}"
    gets = ("", "/delete", "/students/add", "/join-code")
    for path in [*(f"{groups.first}{each}" for each in gets), student, f"{student}/remove"]:
        assert (await groups.teacher.get(path)).status_code < 400, path
        for who in (colleague, groups.student):
            reply = await who.get(path)
            assert reply.status_code in ({200} if (who, path) == (groups.student, groups.first) else {403, 404}), path
            assert who is groups.student or "Ёжиков" not in reply.text
    posts = ("/name", "/delete", "/students", "/students/add", "/join-code", "/join-code/end")
    for path in [*(f"{groups.first}{each}" for each in posts), f"{student}/remove"]:
        data = {"name": "x", "emails": "x@example.com", "student_ids": groups.student_id}
        assert (await colleague.post(path, data=data)).status_code == 404, path
        assert (await groups.student.post(path, data=data)).status_code == 403, path
    async with stocked.open_groups()() as store:
        group = await store.group(int(groups.first.rpartition("/")[2]), None)
    assert (group.name, group.student_count, group.join_code) == ("10А", 1, None)


async def test_pages_of_groups_are_in_both_languages_and_have_nothing_of_their_own(groups: Groups) -> None:
    await groups.teacher.post(f"{groups.first}/join-code")
    student = f"{groups.first}/students/{groups.student_id}"
    pages = ("", "/join-code", "/students/add", "/delete")
    paths = ["/app/groups?q=А", *(f"{groups.first}{each}" for each in pages), student, f"{student}/remove"]
    for language in ("ru", "en"):
        await groups.teacher.post("/app/look", data={"language": language, "next": "/app/"})
        for path in paths:
            page = (await groups.teacher.get(path)).text
            assert not re.search(r"<script(?![^>]* src=\"/app/static/)|<style|\sstyle=|\son\w+=", page), path
            told = re.sub(r"<[^>]+>|Русский|English|Олег Ёжиков|Ирина Соколова|10А", "", page)
            if language == "en":
                assert not re.search("[а-яё]", told), path
            else:
                assert not re.search(r"\b(the|group|student|code|lesson|Remove|Groups)\b", told), path
