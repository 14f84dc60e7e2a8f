"""The calendar: planning, moving and cancelling of lessons and of single days of a rule."""

import re

import pytest

from tests.integration.console.browsing import heading
from tests.integration.console.classes import PART, Class

_OF_ITS_OWN = re.compile(r"<script(?![^>]* src=\"/app/static/)|<style|\sstyle=|\son\w+=")


def was_in(text: str) -> str:
    found = re.search(r'name="was" value="([^"]+)"', text)
    assert found
    return found[1]


async def test_a_teacher_plans_moves_cancels_and_deletes_a_lesson(school_class: Class) -> None:
    teacher = school_class.teacher
    address = await school_class.plan()
    page = (await teacher.get(address)).text
    assert "понедельник, 23 ноября, 15:00–16:30" in page
    assert "МТК-26" in page
    moved = school_class.form(start_date="2026-11-24", start_time="23:00", end_time="00:30", was=was_in(page))
    reply = await teacher.post(f"{address}/move", data=moved)
    assert (reply.status_code, reply.headers["location"]) == (303, address)
    assert "вторник, 24 ноября, 23:00–25.11.2026 00:30" in (await teacher.get(address)).text
    await teacher.post(f"{address}/cancel", data={})
    assert "Всё-таки провести" in (await teacher.get(address)).text
    assert "Насосы" not in (await teacher.get("/app/calendar")).text
    await teacher.post(f"{address}/restore", data={})
    assert "Насосы" in (await teacher.get("/app/calendar?day=2026-11-25&view=list")).text
    gone = await teacher.post(f"{address}/delete")
    assert gone.headers["location"] == "/app/calendar?day=2026-11-24"
    assert (await teacher.get(address)).status_code == 404


async def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(school_class: Class) -> None:
    wrong = school_class.form(title=" ", start_time="15:00", end_time="15:00", start_date="", group_id="999")
    told = await school_class.teacher.post("/app/lessons", data=wrong)
    assert told.status_code == 400
    assert 'id="fault-title"' in told.text
    assert 'id="fault-start_date"' in told.text
    told = await school_class.teacher.post("/app/lessons", data=school_class.form(end_time="15:00"))
    assert 'id="fault-end_time"' in told.text
    assert 'value="Насосы"' in told.text
    told = await school_class.teacher.post("/app/lessons", data=school_class.form(group_id="999"))
    assert told.status_code == 404
    for name in ("start_date", "start_time", "group_id"):
        assert (
            await school_class.teacher.post("/app/lessons", data=school_class.form(**{name: "x"}))
        ).status_code == 400


async def test_a_lesson_beside_another_is_planned_and_moved_if_that_is_wanted(school_class: Class) -> None:
    teacher = school_class.teacher
    await school_class.plan()
    refused = await teacher.post("/app/lessons", data=school_class.form(title="Вторые"))
    assert refused.status_code == 409
    assert "Всё равно запланировать" in refused.text
    other = await school_class.plan(title="Вторые", allow_overlap="true")
    later = await school_class.plan(title="Третьи", start_time="17:00", end_time="18:00")
    moved = school_class.form(title="Третьи")
    refused = await teacher.post(f"{later}/move", data=moved)
    assert (refused.status_code, "Всё равно перенести" in refused.text) == (409, True)
    assert (await teacher.post(f"{later}/move", data={**moved, "allow_overlap": "true"})).status_code == 303
    assert heading(await teacher.get(other)) == "Вторые"


async def test_who_moves_what_was_moved_meanwhile_sees_both_and_may_go_on(school_class: Class) -> None:
    address = await school_class.plan()
    seen = was_in((await school_class.teacher.get(address)).text)
    first = school_class.form(title="Компрессоры", start_time="16:00", end_time="17:00", was=seen)
    assert (await school_class.admin.post(f"{address}/move", data=first)).status_code == 303
    late = await school_class.teacher.post(f"{address}/move", data=school_class.form(start_time="10:00", was=seen))
    assert late.status_code == 409
    assert "«Компрессоры», 23.11.2026 16:00–17:00" in late.text
    assert 'value="10:00"' in late.text
    again = school_class.form(start_time="10:00", was=was_in(late.text))
    assert (await school_class.teacher.post(f"{address}/move", data=again)).status_code == 303
    assert "10:00–16:30" in (await school_class.teacher.get(address)).text


async def test_a_rule_is_planned_and_one_of_its_days_is_moved_and_cancelled_alone(school_class: Class) -> None:
    teacher = school_class.teacher
    rule = await school_class.plan(week_type="LOWER", day_of_week="2")
    page = (await teacher.get(rule)).text
    assert "По нижним неделям" in page
    days = re.findall(rf'href="({rule}/days/[^"]+)">([^<]+)', page)
    assert [name for _, name in days][:2] == ["среда, 2 декабря", "среда, 16 декабря"]
    day = days[0][0]
    shown = (await teacher.get(day)).text
    assert "среда, 2 декабря, 15:00–16:30" in shown
    move = {"start_date": "2026-12-03", "start_time": "10:00", "end_time": "11:00", "was": was_in(shown)}
    assert (await teacher.post(f"{day}/move", data=move)).headers["location"] == day
    late = await teacher.post(f"{day}/move", data={**move, "start_time": "09:00"})
    assert late.status_code == 409
    assert "четверг, 3 декабря, 10:00–11:00" in late.text
    assert (await teacher.post(f"{day}/move", data={**move, "start_time": "?"})).status_code == 400
    assert "перенесено" in (await teacher.get(rule)).text
    await teacher.post(f"{day}/cancel", data={})
    assert "Отменённые занятия" in (await teacher.get(rule)).text
    assert "Отменено" in (await teacher.get(day)).text
    await teacher.post(f"{day}/restore", data={})
    await teacher.post(f"{day}/restore", data={})
    assert "среда, 2 декабря, 15:00–16:30" in (await teacher.get(day)).text
    for nothing in (f"{rule}/days/2026-12-01", f"{rule}/days/soon", "/app/rules/99/days/2026-12-02", "/app/rules/x"):
        assert (await teacher.get(nothing)).status_code == 404


async def test_a_rule_is_changed_unless_it_was_changed_meanwhile_and_deleted(school_class: Class) -> None:
    teacher = school_class.teacher
    rule = await school_class.plan(week_type="ALL")
    form = school_class.form(week_type="UPPER", title="Турбины", was=was_in((await teacher.get(rule)).text))
    assert (await teacher.post(rule, data=form)).headers["location"] == rule
    assert "По верхним неделям" in (await teacher.get(rule)).text
    late = await teacher.post(rule, data={**form, "title": "Помпаж"})
    assert (late.status_code, heading(late)) == (409, "Турбины")
    assert 'value="Помпаж"' in late.text
    assert (await teacher.post(rule, data={**form, "title": "Помпаж", "was": was_in(late.text)})).status_code == 303
    seen = was_in((await teacher.get(rule)).text)
    wrong = await teacher.post(rule, data={**form, "end_date": "2026-01-01", "was": seen})
    assert 'id="fault-end_date"' in wrong.text
    assert (await teacher.post(f"{rule}/delete")).headers["location"] == "/app/calendar"
    assert (await teacher.get(rule)).status_code == 404


async def test_weeks_are_named_and_each_view_has_an_address(school_class: Class) -> None:
    await school_class.plan(week_type="ALL")
    teacher = school_class.teacher
    week = (await teacher.get("/app/calendar?day=2026-11-25")).text
    assert "23 ноября – 29 ноября 2026" in week
    assert "верхняя неделя" in week
    assert "view=week&amp;day=2026-11-30" in week
    assert "нижняя неделя" in (await teacher.get("/app/calendar?day=2026-11-30")).text
    month = (await teacher.get("/app/calendar?view=month&day=2026-11-25")).text
    assert "Ноябрь 2026" in month
    assert (month.count("верхняя неделя"), month.count("нижняя неделя")) == (1, 1), "where another week begins"
    assert "понедельник, 23 ноября" in (await teacher.get("/app/calendar?view=day&day=2026-11-23")).text
    for odd in ("view=year", "day=soon", "day=0001-01-01", "day=9999-12-31"):
        assert "23 ноября – 29 ноября 2026" in (await teacher.get(f"/app/calendar?{odd}")).text


async def test_students_see_the_same_and_change_nothing(school_class: Class) -> None:
    address, rule = await school_class.plan(), await school_class.plan(week_type="ALL", title="Турбины")
    student = school_class.student
    page = (await student.get("/app/calendar")).text
    assert "Насосы" in page
    assert "Турбины" in page
    assert "Запланировать" not in page
    for path in (address, rule, f"{rule}/days/2026-11-30"):
        shown = (await student.get(path)).text
        assert 'method="post"' not in shown.partition("<main")[2].partition("</main>")[0]
    for path in ("/app/lessons", f"{address}/move", f"{address}/cancel", f"{rule}/delete", f"{address}/attendance"):
        assert (await student.post(path, data=school_class.form())).status_code == 403
    assert (await student.get("/app/lessons/new")).status_code == 403


@pytest.mark.parametrize(
    "path", ["/app/calendar", "/app/calendar?view=month", "/app/lessons/new", "/app/calendar/feed"]
)
async def test_pages_have_no_script_or_style_of_their_own(school_class: Class, path: str) -> None:
    await school_class.plan()
    assert not _OF_ITS_OWN.search((await school_class.teacher.get(path)).text)


async def test_parts_are_asked_for_alone(school_class: Class) -> None:
    """What is typed beside them stays, and what others change arrives."""
    address = await school_class.plan()
    teacher = school_class.teacher
    for path, begins in (
        ("/app/calendar", '<section id="agenda"'),
        (address, '<article id="lesson"'),
        (f"{address}/live", '<section id="live"'),
        ("/app/lessons/new", '<article id="planning"'),
    ):
        part = (await teacher.get(path, headers=PART)).text.strip()
        assert part.startswith(begins), path
        assert "<html" not in part
    assert (await teacher.get(f"{address}/live")).headers["location"] == address
    changed = await teacher.post(f"{address}/cancel", data={}, headers=PART)
    assert changed.headers["hx-trigger"] == "lesson-changed"
    planned = await teacher.post("/app/lessons", data=school_class.form(start_date="2026-11-24"), headers=PART)
    assert planned.headers["hx-trigger"] == "lesson-changed"
    assert "вторник, 24 ноября" in planned.text
    gone = await teacher.post(f"{address}/delete", headers=PART)
    assert gone.headers["hx-redirect"] == "/app/calendar?day=2026-11-23"
    rule = await teacher.post("/app/lessons", data=school_class.form(week_type="ALL"), headers=PART)
    assert rule.headers["hx-redirect"].startswith("/app/rules/")


async def test_what_was_chosen_in_the_calendar_stands_in_the_form(school_class: Class) -> None:
    async def form(query: str) -> list[str]:
        text = (await school_class.teacher.get(f"/app/lessons/new?{query}")).text
        return re.findall(r'type="(?:date|time)" value="([^"]+)"', text)[:3]

    assert await form("start=2026-11-26T10:00:00%2B03:00") == ["2026-11-26", "10:00", "11:30"]
    assert await form("start=2026-11-26T07:00:00Z&end=2026-11-26T09:00:00Z") == ["2026-11-26", "10:00", "12:00"]
    assert await form("start=2026-11-26") == ["2026-11-26", "16:00", "17:30"]
    assert await form("day=nonsense&start=x") == ["2026-11-23", "16:00", "17:30"]


async def test_the_address_of_the_feed_is_shown_once_and_renewed(school_class: Class) -> None:
    student = school_class.student
    await school_class.plan()
    assert "ics?token=" not in (await student.get("/app/calendar/feed")).text
    feeds = [re.search(r"/schedule/calendar\.ics\?token=[\w-]+", (await student.post("/app/calendar/feed")).text)]
    feeds.append(re.search(r"/schedule/calendar\.ics\?token=[\w-]+", (await student.post("/app/calendar/feed")).text))
    former, present = [found[0] for found in feeds if found]
    assert (await student.get(former)).status_code == 404
    assert "Насосы" in (await student.get(present)).text


async def test_who_has_no_group_is_led_to_make_one(school_class: Class) -> None:
    await school_class.teacher.delete(f"/app/api/groups/{school_class.group}")
    assert 'href="/app/groups"' in (await school_class.teacher.get("/app/lessons/new")).text
    empty = (await school_class.student.get("/app/calendar")).text
    assert "Они появятся, когда преподаватель запланирует их для вашей группы." in empty


async def test_pages_are_in_english_where_that_was_chosen(school_class: Class) -> None:
    await school_class.account()
    teacher = school_class.teacher
    group = (await teacher.post("/app/api/groups", json={"name": "Compressors"})).json()["id"]
    english = {"title": "Pumps", "group_id": str(group)}
    address = await school_class.plan(**english)
    rule = await school_class.plan(**english, week_type="UPPER")
    await teacher.post("/app/look", data={"language": "en", "next": "/app/calendar"})
    await teacher.post(f"{rule}/days/2026-11-23/cancel", data={})
    for path in ("/app/calendar?view=month", "/app/lessons/new", "/app/calendar/feed", address, rule):
        shown = (await teacher.get(path)).text
        own = shown.replace("МТК-26", "").partition("<main")[2].partition("</main>")[0]
        assert not re.search("[а-яё]", own), path
    told = await teacher.post("/app/lessons", data=school_class.form(**english))
    assert "Plan it anyway" in told.text
    assert "upper week" in (await teacher.get("/app/calendar")).text
    assert "Monday, 23 November, 15:00–16:30" in (await teacher.get(address)).text
