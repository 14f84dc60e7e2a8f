"""Every page of the console, with somebody on it for whom there is something to see."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from playwright.async_api import Page

from tests.browser.administration_pages import administration_pages
from tests.browser.authoring_pages import authoring_pages
from tests.browser.campaign_pages import campaign_pages
from tests.browser.classes import Class, a_class, next_monday
from tests.browser.homework_pages import homework_pages
from tests.browser.people import Demo
from tests.browser.shop_pages import shop_pages
from tests.browser.training_pages import training_pages
from tests.browser.visits import sign_in

PUBLIC = (
    "/app/sign-in",
    "/app/enter",
    "/app/enter?role=student",
    "/app/forgotten-password",
    "/app/new-password",
    "/app/confirm-email",
    "/app/not-me",
    "/app/invitations/answer",
    "/app/certificates",
)
PERSONAL = (
    "/app/",
    "/app/catalog",
    "/app/stations",
    "/app/stations/1",
    "/app/results",
    "/app/account",
    "/app/account/devices",
    "/app/account/password",
    "/app/account/second-factor",
    "/app/notices",
    "/app/notices/settings",
    "/app/nowhere",
)
REFUSED = (
    "/app/sign-in",
    "/app/new-password",
    "/app/confirm-email",
    "/app/not-me",
    "/app/invitations/answer",
    "/app/account/password",
    "/app/lessons",
    "/app/nowhere",
    "/app/groups/join",
    "/app/training/assignments",
    "/app/groups/1/gradebook/lesson-99",
    "/app/groups/1/control-points",
    "/app/homework/new",
    "/app/admin/audit",
    "/app/shop/promo-codes/new",
    "/app/campaigns/empty/assets",
    *(f"/app/submissions/{number}" for number in range(1, 200)),
)
"""Answered with a status that the browser's console tells."""


class Shown(NamedTuple):
    """A page that is open now."""

    name: str
    page: Page


async def every_page(page: Page, demo: Demo) -> AsyncIterator[Shown]:
    """Opens one after the other, on the way of a new learner and then as one who has learned before."""
    for path in PUBLIC:
        await page.goto(path)
        yield Shown(path, page)
    await page.goto("/app/sign-in")
    await page.locator("[name=login]").fill("nobody")
    await page.locator("[name=password]").fill("wrong password")
    await page.locator("form[action='/app/sign-in'] button").click()
    await page.locator("[role=alert]").wait_for()
    yield Shown("a sign-in that is refused", page)
    await sign_in(page, demo.person())
    yield Shown("a start page without courses", page)
    async for shown in _course(page, demo):
        yield shown
    for path in PERSONAL:
        await page.goto(path)
        yield Shown(path, page)
    await page.goto("/app/account/password")
    for field in await page.locator("main input[type=password]").all():
        await field.fill("12345678")
    await page.locator("main form button.main").click()
    await page.locator("[role=alert]").first.wait_for()
    yield Shown("a form with faults", page)
    await page.context.clear_cookies()
    await sign_in(page, demo.named("employee"))
    yield Shown("a start page with courses", page)
    await page.goto("/app/results")
    yield Shown("results and certificates", page)
    await page.goto(await page.locator("a[href^='/app/certificates/']").first.get_attribute("href") or "")
    yield Shown("a certificate", page)
    async for shown in _imports_and_school(page, demo):
        yield shown
    for pages in (authoring_pages, shop_pages, campaign_pages, training_pages, administration_pages):
        async for name in pages(page, demo):
            yield Shown(name, page)


async def _imports_and_school(page: Page, demo: Demo) -> AsyncIterator[Shown]:
    await page.context.clear_cookies()
    await sign_in(page, demo.named("admin"))
    for path in ("/app/imports", "/app/imports/kinds"):
        await page.goto(path)
        yield Shown(path, page)
    await page.goto("/app/imports")
    people = b"username,full_name\n,x\n"
    await page.get_by_label("Файл").set_input_files({"name": "x.csv", "mimeType": "text/csv", "buffer": people})
    await page.get_by_role("button", name="Загрузить и проверить").click()
    await page.locator("#import-state[data-state=checked]").wait_for()
    yield Shown("an import with a fault", page)
    await page.context.clear_cookies()
    async for shown in _school(page, demo):
        yield shown


async def _school(page: Page, demo: Demo) -> AsyncIterator[Shown]:
    """What teachers and students see."""
    async for shown in _groups(page, demo):
        yield shown
    for username, paths in (
        ("teacher", ("/app/", f"/app/groups/{demo.group}/progress")),
        ("student", ("/app/", "/app/progress")),
    ):
        await page.context.clear_cookies()
        await sign_in(page, demo.named(username))
        for path in paths:
            await page.goto(path)
            await page.locator("live-updates[data-open], progress-chart[data-drawn]").first.wait_for(state="attached")
            yield Shown(f"{path} of a {username}", page)
    async for shown in _gradebook(page, demo):
        yield shown
    async for name in homework_pages(page, demo):
        yield Shown(name, page)
    with a_class(demo) as room:
        async for shown in _teacher(page, room):
            yield shown
        async for shown in _student(page, room):
            yield shown


async def _groups(page: Page, demo: Demo) -> AsyncIterator[Shown]:
    """As a new teacher, as that of the demo, as a student and as an administrator."""
    await page.context.clear_cookies()
    await sign_in(page, demo.person(role="teacher"))
    await page.goto("/app/groups")
    yield Shown("groups of a new teacher", page)
    await page.locator("[name=name]").fill("10А")
    await page.locator("form[action='/app/groups'] button.main").click()
    await page.wait_for_url("**?done=made")
    yield Shown("a new group", page)
    group = page.url.partition("?")[0]
    await page.locator("form[action$='/join-code'] button").click()
    await page.wait_for_url("**?done=code")
    invited = demo.person()
    await page.locator("[name=emails]").fill(f"{invited.username}@example.com, не адрес")
    await page.locator("form[action$='/students'] button").click()
    await page.locator(".results").wait_for()
    yield Shown("a group after invitations", page)
    await page.goto(f"{group}/join-code")
    yield Shown("a sheet with a code", page)
    await page.goto(f"{group}/delete")
    yield Shown("a question", page)
    await page.goto("/app/groups/join")
    await page.locator("[name=code]").fill("WRONG234")
    await page.locator("main form button").click()
    await page.locator("[role=alert]").wait_for()
    yield Shown("a code that is none", page)
    await page.context.clear_cookies()
    await sign_in(page, invited)
    await page.locator(".invitation").wait_for()
    yield Shown("an invitation at the start page", page)
    for username, paths in (
        ("teacher", ("", "?q=Беляева", "/1", "/1/students/add")),
        ("student", ("", "/1")),
        ("admin", ("", "/1", "/1/teacher")),
    ):
        await page.context.clear_cookies()
        await sign_in(page, demo.named(username))
        for path in paths:
            await page.goto(f"/app/groups{path}")
            yield Shown(f"groups{path} of the {username}", page)
    student = page.locator(".people a[href*='/students/']").first
    await page.goto("/app/groups/1")
    await page.goto(await student.get_attribute("href") or "")
    yield Shown("a student", page)
    await page.goto(f"{page.url}/remove")
    yield Shown("whether to remove a student", page)


async def _teacher(page: Page, room: Class) -> AsyncIterator[Shown]:
    await page.context.clear_cookies()
    await sign_in(page, room.teacher)
    monday = next_monday(9)
    await page.goto(f"/app/calendar?day={monday.date()}")
    yield Shown("a calendar without lessons", page)
    lesson, live = room.lesson(monday), room.lesson(datetime.now(UTC), title="Сейчас")
    rule = room.asked(
        "POST",
        "/schedule/recurring-lessons",
        json={
            "group_id": room.group,
            "title": "Турбины",
            "day_of_week": 2,
            "start_time": "09:00",
            "end_time": "10:30",
            "start_date": "2026-09-01",
            "end_date": (monday + timedelta(days=90)).date().isoformat(),
        },
    )
    day = (monday + timedelta(days=2)).date()
    room.asked("POST", f"/schedule/lessons/{live['id']}/start")
    for view in ("week", "month", "day", "list"):
        await page.goto(f"/app/calendar?view={view}&day={monday.date()}")
        await page.locator(".lesson-event, .lesson-row").first.wait_for(state="attached")
        yield Shown(f"a calendar of a {view}", page)
    for path in (
        "/app/calendar",
        "/app/lessons/new",
        f"/app/lessons/{lesson['id']}",
        f"/app/lessons/{live['id']}",
        f"/app/rules/{rule['id']}",
        f"/app/rules/{rule['id']}/days/{day}",
        "/app/calendar/free-days",
        "/app/calendar/term",
        "/app/calendar/feed",
    ):
        await page.goto(path)
        yield Shown(path, page)
    await page.locator("main form button").click()
    await page.locator("#feed").wait_for()
    yield Shown("the address of a feed", page)
    await page.goto(f"/app/calendar?day={monday.date()}")
    if await page.locator("lesson-calendar").is_visible():
        await page.locator(".lesson-event").first.click()
        await page.locator("dialog #lesson").wait_for()
        yield Shown("a lesson in a dialog", page)
        await page.keyboard.press("Escape")
    await page.goto("/app/lessons/new")
    await page.locator("[name=title]").fill("Никогда")
    for field in ("start_time", "end_time"):
        await page.locator(f"[name={field}]").fill("09:00")
    await page.locator("#planning form button.main").click()
    await page.locator("[role=alert]").first.wait_for()
    yield Shown("a lesson that ends as it begins", page)


async def _student(page: Page, room: Class) -> AsyncIterator[Shown]:
    await page.context.clear_cookies()
    await sign_in(page, room.student)
    await page.goto("/app/calendar")
    await page.locator(".lesson-event, .lesson-row").first.wait_for(state="attached")
    yield Shown("a student's calendar", page)
    await page.goto(await page.locator(".lesson-row.is-live a").first.get_attribute("href") or "")
    yield Shown("a lesson that a student may enter", page)


async def _course(page: Page, demo: Demo) -> AsyncIterator[Shown]:
    await page.goto(f"/app/catalog/{demo.course}")
    yield Shown("a course before enrolling", page)
    await page.locator(f"form[action='/app/courses/{demo.course}/enroll'] button").click()
    await page.wait_for_url("**/app/courses/*")
    yield Shown("a topic with text", page)
    await page.goto(await page.locator(".outline a[href*='/topics/']").nth(1).get_attribute("href") or "")
    await page.locator("pdf-view[data-shown], pdf-view .alert").wait_for()
    yield Shown("a topic with a document and a video", page)
    await page.goto(await page.locator(".outline a[href*='/tests/lesson/']").first.get_attribute("href") or "")
    yield Shown("a test before it is begun", page)
    await page.locator("main form button.main").click()
    await page.locator("fieldset").first.wait_for()
    yield Shown("the questions of a test", page)
    await page.locator("test-sheet form button.main").click()
    await page.locator(".card.lead").wait_for()
    yield Shown("a result", page)


async def _gradebook(page: Page, demo: Demo) -> AsyncIterator[Shown]:
    """As the teacher of a group, and as one of its students."""
    await page.context.clear_cookies()
    await sign_in(page, demo.named("teacher"))
    journal = "/app/groups/1/gradebook"
    await page.goto(journal)
    yield Shown("a gradebook", page)
    student = (await page.locator("tbody th a").first.get_attribute("href") or "").rpartition("/")[2]
    for path in ("lesson-1", "control_point-1", "homework-1", f"control_point-1/history/{student}", "lesson-99"):
        await page.goto(f"{journal}/{path}")
        yield Shown(f"{journal}/{path}", page)
    await page.goto(f"{journal}/students/{student}")
    yield Shown("a student's row", page)
    await page.goto(f"{journal}?start=2030-01-01")
    yield Shown("a gradebook of no lessons", page)
    await page.goto("/app/groups/1/control-points")
    yield Shown("control points", page)
    await page.locator("main form [name=title]").fill("x")
    await page.locator("main form [name=date]").fill("2026-12-01")
    await page.locator("main form [name=max_grade]").fill("x")
    await page.locator("main form button.main").click()
    await page.locator("[role=alert]").first.wait_for()
    yield Shown("a control point with a fault", page)
    await page.goto("/app/groups/1/control-points/1")
    await page.locator("details summary").click()
    yield Shown("a control point", page)
    await page.context.clear_cookies()
    await sign_in(page, demo.named("student"))
    await page.goto("/app/grades")
    yield Shown("own grades", page)
