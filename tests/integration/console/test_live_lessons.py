"""Starting and entering a lesson at the console, and attendance on its page."""

import json
import re
from datetime import timedelta

import httpx
import pytest
from dependency_injector import providers
from msgspec import structs

from atg_core.identity.model import Role
from atg_entrypoints.console.app import create_app
from atg_entrypoints.container import Container
from atg_entrypoints.settings import Context
from tests.account_pool import lift_limits
from tests.integration.console.browsing import enter
from tests.integration.console.classes import PART, Class
from tests.integration.console.conftest import OWN

HOUR = timedelta(hours=1)


async def test_a_teacher_starts_a_lesson_and_a_student_enters_it(school_class: Class) -> None:
    await school_class.account(capacity=2)
    address = await school_class.plan()
    teacher, student = school_class.teacher, school_class.student
    assert "Свободно мест: 2 из 2" in (await teacher.get(address)).text
    assert "Здесь появится «Войти»" in (await student.get(address)).text
    started = await teacher.post(f"{address}/start", headers=PART)
    told = json.loads(started.headers["hx-trigger"])
    assert told["room-ready"]["url"].startswith("/meet?token=")
    assert "lesson-changed" in told
    assert "Открыть комнату" in started.text
    for path in ("/app/calendar", address, f"{address}/live"):
        part = (await student.get(path, headers=PART)).text
        link = re.search(r'href="(/meet\?token=[^"]+)"[^>]*>Войти<', part)
        assert link, path
        assert link[1] != told["room-ready"]["url"]
    assert (await student.post(f"{address}/end")).status_code == 403
    assert (await teacher.post(f"{address}/end")).headers["location"] == address
    assert "Войти" not in (await student.get(address)).text
    assert "Свободно мест: 2 из 2" in (await teacher.get(address)).text, "it may be started once more"


async def test_who_finds_no_place_is_told_when_one_is_free_and_how_long_to_wait(school_class: Class) -> None:
    lift_limits(school_class.container)
    address = await school_class.plan()
    shown = (await school_class.teacher.get(address)).text
    assert "Мест для живых занятий пока нет" in shown
    await school_class.account()
    busy = await school_class.plan(title="Первые", allow_overlap="true", end_time="15:45")
    assert (await school_class.teacher.post(f"{busy}/start")).status_code == 303
    waiting = (await school_class.teacher.get(address)).text
    assert "Заняты все места (всего 1); ближайшее должно освободиться в 15:45." in waiting
    assert 'hx-trigger="lesson-changed from:document, every 20s"' in waiting
    refused = await school_class.teacher.post(f"{address}/start", headers=PART)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "30")


async def test_who_has_as_many_lessons_running_as_may_be_is_led_to_one(school_class: Class) -> None:
    await school_class.account(capacity=9)
    addresses = [await school_class.plan(title=title, allow_overlap="true") for title in ("Первые", "Вторые")]
    told = [await school_class.teacher.post(f"{address}/start") for address in addresses]
    assert [reply.status_code for reply in told] == [303, 409]
    assert f'href="{addresses[0]}"' in told[1].text


async def test_a_pool_that_is_taken_by_others_counts_down(school_class: Class) -> None:
    await school_class.account(daily_limit=1)
    first = await school_class.plan()
    await school_class.teacher.post(f"{first}/start")
    await school_class.teacher.post(f"{first}/end")
    second = await school_class.plan(title="Вторые", allow_overlap="true")
    assert "Сегодня мест больше нет" in (await school_class.teacher.get(second)).text
    refused = await school_class.teacher.post(f"{second}/start", headers=PART)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "30")
    assert '<retry-after data-seconds="30" data-stay>' in refused.text
    assert "Начать урок" in refused.text


async def test_a_lesson_is_started_shortly_before_its_start_and_not_after_its_end(school_class: Class) -> None:
    await school_class.account()
    address = await school_class.plan(start_time="16:00", end_time="17:00")
    teacher = school_class.teacher
    assert "Начать можно с 23.11.2026 15:45." in (await teacher.get(address)).text
    assert (await teacher.post(f"{address}/start")).status_code == 409
    school_class.now += timedelta(minutes=45)
    assert "Начать урок" in (await teacher.get(address)).text
    school_class.now += timedelta(hours=2)
    assert "Занятие не начиналось." in (await teacher.get(address)).text
    assert "Начать урок" not in (await school_class.admin.get(address)).text, "who does not give it starts nothing"


async def test_a_day_of_a_rule_becomes_a_lesson_when_it_is_started(school_class: Class) -> None:
    await school_class.account()
    rule = await school_class.plan(week_type="ALL")
    day = f"{rule}/days/2026-11-23"
    assert "Свободно мест: 1 из 1" in (await school_class.teacher.get(f"{day}/live", headers=PART)).text
    started = await school_class.teacher.post(f"{day}/start")
    lesson = started.headers["location"]
    assert lesson.startswith("/app/lessons/")
    assert (await school_class.teacher.post(f"{day}/start")).headers["location"] == lesson
    assert (await school_class.student.get(day)).headers["location"] == lesson
    assert "Войти" in (await school_class.student.get(day, headers=PART)).text
    assert (await school_class.teacher.post(f"{rule}/days/2026-11-30/start")).status_code == 409
    move = {"start_date": "2026-11-24", "start_time": "10:00", "end_time": "11:00"}
    assert (await school_class.teacher.post(f"{day}/move", data=move)).status_code == 409


async def test_attendance_is_marked_and_who_is_late_sees_what_others_have_marked(school_class: Class) -> None:
    address = await school_class.plan()
    teacher = school_class.teacher

    async def sheet() -> tuple[str, dict[str, str]]:
        text = (await teacher.get(address)).text
        return text, dict(re.findall(r'name="(was-[^"]+)" value="([^"]*)"', text))

    text, was = await sheet()
    [student] = [name.removeprefix("was-") for name in was]
    assert "отмечено 0 из 1" in text
    done = await teacher.post(f"{address}/attendance", data={**was, f"mark-{student}": "", "rest": "present"})
    assert done.headers["location"].startswith(address)
    text, present = await sheet()
    assert ("отмечено 1 из 1" in text, present) == (True, {f"was-{student}": "present"})
    late = await school_class.admin.post(f"{address}/attendance", data={**was, f"mark-{student}": "absent"})
    assert late.status_code == 409
    assert "Уже отмечено: Присутствует" in late.text
    assert re.search(r'value="absent" checked', late.text)
    again = dict(re.findall(r'name="(was-[^"]+)" value="([^"]*)"', late.text))
    assert (
        await school_class.admin.post(f"{address}/attendance", data={**again, f"mark-{student}": "absent"})
    ).status_code == 303
    text, absent = await sheet()
    assert absent == {f"was-{student}": "absent"}
    odd = {"mark-nobody": "late", f"mark-{student}": "asleep", "was-": "x"}
    assert (await teacher.post(f"{address}/attendance", data=odd)).status_code == 303
    assert (await sheet())[1] == absent
    await teacher.post(f"{address}/attendance", data={**absent, f"mark-{student}": ""})
    assert (await sheet())[1] == was
    await teacher.post(f"{address}/cancel", data={})
    refused = await teacher.post(f"{address}/attendance", data={**was, f"mark-{student}": "late"})
    assert refused.status_code == 409


async def test_recordings_stand_on_the_page_and_a_teacher_adds_one_of_elsewhere(school_class: Class) -> None:
    await school_class.account()
    address = await school_class.plan()
    teacher, student = school_class.teacher, school_class.student
    assert "Добавить запись" not in (await teacher.get(address)).text, "of what was not held"
    await teacher.post(f"{address}/start")
    refused = await teacher.post(f"{address}/recordings", data={"url": "ftp://nowhere"})
    assert (refused.status_code, 'id="fault-url"' in refused.text) == (400, True)
    url = "https://video.example.com/lesson-7"
    assert (await teacher.post(f"{address}/recordings", data={"url": url})).headers["location"] == address
    shown = (await student.get(address)).text
    assert f'href="{url}"' in shown
    assert "Запись от 23.11.2026 15:00" in shown
    assert (await student.post(f"{address}/recordings", data={"url": url})).status_code == 403


@pytest.mark.parametrize("contexts", [("identity", "schedule"), ("identity", "schedule", "conferencing")])
async def test_a_lesson_has_the_parts_of_the_contexts_that_are_served(
    contexts: tuple[Context, ...], stocked: Container
) -> None:
    stocked.settings.override(providers.Object(structs.replace(stocked.settings(), contexts=contexts)))
    transport = httpx.ASGITransport(create_app(stocked), client=("192.0.2.7", 1234))
    async with httpx.AsyncClient(transport=transport, base_url="http://atg.test", headers=OWN) as teacher:
        await enter(teacher, stocked, role=Role.TEACHER)
        group = (await teacher.post("/app/api/groups", json={"name": "МТК"})).json()["id"]
        now = stocked.clock()()
        times = {"start_date": f"{now:%Y-%m-%d}", "start_time": f"{now:%H:%M}", "end_time": f"{now + HOUR:%H:%M}"}
        planned = await teacher.post("/app/lessons", data={"title": "Насосы", "group_id": str(group), **times})
        address = planned.headers["location"]
        page = (await teacher.get(address)).text
        assert ("Свободно мест" in page or "Мест для живых занятий" in page) is ("conferencing" in contexts)
        assert "Посещаемость" not in page
        assert (await teacher.post(f"{address}/attendance", data={})).status_code == 404
