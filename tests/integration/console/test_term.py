"""A teacher's term at the console: free days, the own zone, a room of one's own, and copying a term."""

import re

from tests.integration.console.classes import Class
from tests.integration.console.test_calendar import was_in

FILE = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:\xd0\x9e\xd1\x82\xd0\xbf\xd1\x83\xd1\x81\xd0\xba\r\n"
    b"DTSTART;VALUE=DATE:20261207\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
FREE = "/app/calendar/free-days"


async def test_free_days_are_added_by_hand_shown_in_the_calendar_and_removed(school_class: Class) -> None:
    teacher = school_class.teacher
    rule = await school_class.plan(week_type="ALL", day_of_week="0", start_date="2026-11-23")
    added = await teacher.post(FREE, data={"name": "Каникулы", "start": "2026-11-28", "end": "2026-12-02"})
    assert added.headers["location"] == f"{FREE}?done=added"
    page = (await teacher.get(added.headers["location"])).text
    assert "Свободные дни добавлены в календарь" in page
    assert "28 ноября – 2 декабря 2026" in page
    for browser in (teacher, school_class.student):
        week = (await browser.get("/app/calendar?day=2026-11-30&view=list")).text
        assert "Каникулы" in week
        assert f"{rule}/days/2026-11-30" not in week
    day = (await teacher.get(f"{rule}/days/2026-11-30")).text
    assert "Занятия не будет" in day
    moved = {"start_date": "2026-12-03", "start_time": "10:00", "end_time": "11:00"}
    assert (await teacher.post(f"{rule}/days/2026-11-30/move", data=moved)).status_code == 303
    assert "четверг, 3 декабря, 10:00–11:00" in (await teacher.get(f"{rule}/days/2026-11-30")).text
    lesson = await school_class.plan(start_date="2026-12-01", title="Экзамен")
    assert "Экзамен" in (await teacher.get(FREE)).text
    assert "в свободный день" in (await teacher.get("/app/calendar?day=2026-12-01&view=list")).text
    assert (await teacher.get(lesson)).status_code == 200
    number = re.search(r'action="(/app/calendar/free-days/\d+/delete)"', page)
    assert number
    assert (await teacher.post(number[1])).headers["location"] == f"{FREE}?done=removed"
    assert "Каникулы" not in (await teacher.get("/app/calendar?day=2026-11-30&view=list")).text


async def test_free_days_come_from_a_file_and_what_is_none_is_told(school_class: Class) -> None:
    sent = await school_class.teacher.post(f"{FREE}/file", files={"file": ("a.ics", FILE)})
    assert "Добавлено свободных дней из файла: 1" in (await school_class.teacher.get(sent.headers["location"])).text
    refused = await school_class.teacher.post(f"{FREE}/file", files={"file": ("a.ics", b"x")})
    assert (refused.status_code, "это не файл iCalendar" in refused.text) == (400, True)
    wrong = await school_class.teacher.post(FREE, data={"name": "", "start": "2026-12-02", "end": "2026-12-01"})
    assert (wrong.status_code, 'id="fault-name"' in wrong.text) == (400, True)
    of_all = await school_class.admin.post(FREE, data={"name": "День города", "start": "2026-12-20"})
    assert of_all.status_code == 303
    page = (await school_class.teacher.get(FREE)).text
    assert "для всех" in page
    assert page.count("/delete") == 1
    assert (await school_class.student.get(FREE)).status_code == 403


async def test_times_are_those_of_the_own_zone_which_the_browser_is_asked_for_once(school_class: Class) -> None:
    teacher = school_class.teacher
    address = await school_class.plan(start_time="15:00", end_time="16:00")
    assert "data-zoneless=" in (await teacher.get("/app/calendar")).text
    put = await teacher.put("/app/api/users/me", json={"time_zone": "Asia/Vladivostok"})
    assert put.status_code == 200
    page = (await teacher.get(address)).text
    assert "понедельник, 23 ноября, 22:00–23:00" in page
    assert "data-zoneless=" not in page
    moved = school_class.form(start_time="21:00", end_time="22:00", was=was_in(page))
    assert (await teacher.post(f"{address}/move", data=moved)).status_code == 303
    assert "14:00–15:00" in (await school_class.student.get(address)).text
    rule = await school_class.plan(week_type="ALL")
    assert "Asia/Vladivostok" in (await teacher.get(rule)).text
    wrong = await teacher.post(
        "/app/account", data={"full_name": "x", "language": "ru", "time_zone": "Europe/Atlantis"}
    )
    assert (wrong.status_code, 'id="fault-time_zone"' in wrong.text) == (400, True)
    kept = await teacher.post("/app/account", data={"full_name": "x", "language": "ru", "time_zone": "Europe/Samara"})
    assert kept.status_code == 303
    assert 'value="Europe/Samara"' in (await teacher.get("/app/account")).text


async def test_a_lesson_is_held_in_a_room_of_the_teachers_own(school_class: Class) -> None:
    link = "https://meet.example.com/a"
    address = await school_class.plan(link=link)
    page = (await school_class.teacher.get(address)).text
    assert "Занятие пройдёт в вашей комнате: meet.example.com" in page
    assert link not in (await school_class.student.get(address)).text
    assert (await school_class.teacher.post(f"{address}/start")).status_code == 303
    assert f'href="{link}"' in (await school_class.student.get(address)).text
    refused = await school_class.teacher.post("/app/lessons", data=school_class.form(link="ftp://x", title="y"))
    assert (refused.status_code, 'id="fault-link"' in refused.text) == (400, True)
    rule = await school_class.plan(week_type="ALL", link=link, on_free_days="on")
    shown = (await school_class.teacher.get(rule)).text
    assert f'value="{link}"' in shown
    assert "проводится и в них" in shown


async def test_a_term_is_shown_and_then_copied(school_class: Class) -> None:
    teacher = school_class.teacher
    await school_class.plan(week_type="ALL", day_of_week="2", end_date="2026-12-31")
    term = "/app/calendar/term"
    assert "Новый период" in (await teacher.get(term)).text
    asked = {"start": "2027-01-11", "end": "2027-03-31", "weeks": "same", "group_id": str(school_class.group)}
    preview = await teacher.get(term, params=asked)
    assert "занятий: 12" in preview.text
    made = await teacher.post(term, data=asked)
    assert made.headers["location"] == "/app/calendar?view=week&day=2027-01-11"
    assert "Насосы" in (await teacher.get("/app/calendar?view=list&day=2027-01-11")).text
    again = await teacher.post(term, data=asked)
    assert (again.status_code, "Создать всё равно" in again.text) == (409, True)
    assert (await teacher.post(term, data={**asked, "allow_overlap": "true"})).status_code == 303
    wrong = await teacher.get(term, params={**asked, "end": "2027-01-01"})
    assert (wrong.status_code, 'id="fault-end"' in wrong.text) == (400, True)
