"""Notices at the console: the list, their number in the frame, and how one wants to be told."""

import re

import httpx
import pytest
import sqlalchemy as sa

from atg_adapters.sql.tables.identity import users
from atg_core.clock import utc_now
from atg_core.notifier import NewNotice, NoticeKind
from atg_entrypoints.container import Container
from tests.contracts.databases import on_sqlite
from tests.integration.console.browsing import enter, heading
from tests.people import add_person
from tests.statements import counted

_ANNA = sa.select(users.c.id).where(users.c.username == "anna")


@pytest.fixture(autouse=True)
async def entered(browser: httpx.AsyncClient, stocked: Container) -> None:
    await enter(browser, stocked)


async def tell(stocked: Container, *titles: str, who: str = "anna") -> None:
    rows = stocked.database().tables["users"].values()
    person = next(row["id"] for row in rows if row["username"] == who)
    for number, title in enumerate(titles, start=1):
        new = NewNotice(
            kind=NoticeKind.HOMEWORK_PUBLISHED,
            subject=f"homework:{number}",
            occasion=utc_now(),
            title=title,
            details={"group": "ТК-1"},
            user_ids=[person],
        )
        await stocked.notifier().tell(new)


async def test_the_frame_of_every_page_leads_to_the_notices_and_asks_how_many_are_unread(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    for path in ("/app/", "/app/account"):
        shown = (await browser.get(path)).text
        assert 'href="/app/notices"' in shown
        assert 'hx-get="/app/notices/unread"' in shown
        assert shown.count("<live-updates") == 1
    assert (await browser.get("/app/notices/unread")).text.strip() == ""
    await tell(stocked, "Первое <1>", "Второе")
    assert "Непрочитанных: 2" in (await browser.get("/app/notices/unread")).text


async def test_opening_a_notice_reads_it_and_leads_to_what_it_is_about(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    assert "Пока ничего" in (await browser.get("/app/notices")).text
    await tell(stocked, "Первое <1>", "Второе")
    reply = await browser.get("/app/notices")
    assert heading(reply) == "Уведомления"
    assert reply.text.index("Второе") < reply.text.index("Первое &lt;1&gt;")
    first, _ = re.findall(r'action="(/app/notices/\d+/read)"', reply.text)
    opened = await browser.post(first, data={"path": "/app/homework/1"})
    assert (opened.status_code, opened.headers["location"]) == (303, "/app/homework/1")
    outside = await browser.post(first, data={"path": "https://example.com"})
    assert outside.headers["location"] == "/app/notices"
    unread = (await browser.get("/app/notices?unread=true")).text
    assert "Первое" in unread
    assert "Второе" not in unread
    await browser.post("/app/notices/read")
    assert "Вы всё прочитали." in (await browser.get("/app/notices?unread=true")).text
    assert "Второе" in (await browser.get("/app/notices")).text


async def test_notices_of_others_are_not_read_nor_shown(browser: httpx.AsyncClient, stocked: Container) -> None:
    await add_person(stocked, "boris")
    await tell(stocked, "Чужое", who="boris")
    [row] = stocked.database().tables["notices"].values()
    await browser.post(f"/app/notices/{row['id']}/read", data={"path": "/app/"})
    assert stocked.database().tables["notices"][row["id"]]["read_at"] is None
    assert "Чужое" not in (await browser.get("/app/notices")).text
    assert (await browser.post("/app/notices/x/read", data={"path": "/app/"})).status_code == 404


async def test_how_one_is_told_is_chosen_on_a_page(browser: httpx.AsyncClient) -> None:
    shown = (await browser.get("/app/notices/settings")).text
    kinds = re.findall(r'name="kind" value="(\w+)"', shown)
    assert kinds == list(NoticeKind)
    assert shown.count('name="wanted"') == shown.count(" checked></label>") == 2 * len(kinds)
    data = {"email_notifications": "on", "is_quiet": "on", "start": "20:30", "end": "06:00"}
    wanted = [f"{kind}-telegram" for kind in kinds]
    saved = await browser.post("/app/notices/settings", data={**data, "kind": kinds, "wanted": wanted})
    assert (saved.status_code, saved.headers["location"]) == (303, "/app/notices/settings?done=saved")
    shown = (await browser.get(saved.headers["location"])).text
    assert "Сохранено" in shown
    assert re.findall(r'value="(\w+)-mail" checked', shown) == []
    assert len(re.findall(r'value="(\w+)-telegram" checked', shown)) == len(kinds)
    assert re.findall(r'type="time" name="\w+" value="([\d:]+)"', shown) == ["20:30", "06:00"]
    assert 'name="push_notifications">' in shown
    never = await browser.post("/app/notices/settings", data={"start": "22:00", "end": "07:00", "kind": kinds})
    assert never.status_code == 303
    assert 'name="is_quiet">' in (await browser.get("/app/notices/settings")).text


async def test_quiet_hours_without_a_span_are_told_on_the_form(browser: httpx.AsyncClient) -> None:
    for end in ("22:00", "25:00"):
        data = {"is_quiet": "on", "start": "22:00", "end": end, "weekly_report": "on"}
        again = await browser.post("/app/notices/settings", data=data)
        assert again.status_code == 400
        assert 'role="alert"' in again.text
        assert 'name="weekly_report" checked' in again.text


async def test_a_code_links_telegram_and_a_button_unlinks_it(browser: httpx.AsyncClient, stocked: Container) -> None:
    made = (await browser.post("/app/notices/settings/telegram")).text
    [code] = re.findall(r"<code>/start ([\w-]+)</code>", made)
    await stocked.link_telegram().link(code, 777)
    assert "бот пишет вам" in (await browser.get("/app/notices/settings")).text
    gone = await browser.post("/app/notices/settings/telegram/unlink")
    assert gone.headers["location"] == "/app/notices/settings?done=unlinked"
    assert "Привязать Telegram" in (await browser.get("/app/notices/settings")).text


@on_sqlite
@pytest.mark.parametrize("count", [1, 25])
async def test_pages_of_notices_take_few_statements(browser: httpx.AsyncClient, stocked: Container, count: int) -> None:
    [person] = [row.id for row in await stocked.database().rows(_ANNA)]
    new = [
        NewNotice(kind=NoticeKind.GRADE, subject=f"x:{number}", occasion=utc_now(), title="x", user_ids=[person])
        for number in range(count)
    ]
    with counted(stocked) as told:
        await stocked.notifier().tell(*new)
    assert len(told) <= 6, told
    for path, most in (("/app/notices", 4), ("/app/notices/unread", 3), ("/app/notices/settings", 4)):
        with counted(stocked) as statements:
            assert (await browser.get(path)).status_code == 200
        assert len(statements) <= most, (path, statements)
