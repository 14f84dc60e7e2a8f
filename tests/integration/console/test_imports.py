"""Imports at the console: upload, faults, what would change, apply, undo, templates and exports."""

import re

import httpx
import pytest

from atg_adapters.memory.identity.caller_cache import MemoryCallerCache
from atg_core.identity.model import Role
from atg_core.importing.imports import MAX_BYTES
from atg_core.importing.kinds import KINDS
from atg_entrypoints.console.importing import said
from atg_entrypoints.container import Container
from tests.arranging import arrange, rows_of
from tests.contracts.databases import on_sqlite
from tests.contracts.importing.ordered import an_admin, checked
from tests.integration.console.browsing import enter, heading
from tests.statements import counted

GOOD = b"username,full_name\nnew-one,Anna <b>Kim</b>\n"
BAD = b"username,full_name,email\nnew-one,Anna,nobody\n,Nobody,\n"


@pytest.fixture(autouse=True)
async def entered(browser: httpx.AsyncClient, stocked: Container) -> None:
    await enter(browser, stocked, role=Role.ADMIN)


async def upload(browser: httpx.AsyncClient, content: bytes, *, kind: str = "users", name: str = "p.csv") -> str:
    """The address of the import."""
    reply = await browser.post("/app/imports", data={"kind": kind}, files={"file": (name, content)})
    assert reply.status_code == 303, reply.text
    return reply.headers["location"]


async def run_jobs(stocked: Container) -> None:
    await stocked.jobs().run(stocked.work(), until_idle=True)


def test_every_kind_has_a_name() -> None:
    assert list(said.KINDS) == list(KINDS)


async def test_a_file_with_faults_is_shown_line_by_line_and_can_not_be_stored(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    address = await upload(browser, BAD)
    waiting = (await browser.get(address)).text
    assert "Файл проверяется" in waiting
    assert 'hx-trigger="every 2s"' in waiting
    await run_jobs(stocked)
    part = await browser.get(address, headers={"hx-request": "true"})
    assert part.text.lstrip().startswith("<section")
    assert "hx-trigger" not in part.text
    shown = (await browser.get(address)).text
    assert "Строк с ошибками: 2" in shown
    assert re.findall(r'<th scope="row">(\d+)</th><td>(?:<code>(\w+)</code>)?</td><td>([^<]+)</td>', shown) == [
        ("2", "email", "не адрес почты"),
        ("3", "username", "не заполнено"),
    ]
    assert f'{address}/apply"' not in shown
    reply = await browser.post(f"{address}/apply")
    assert reply.status_code == 409
    assert "Исправьте файл" in reply.text


async def test_what_would_change_is_shown_stored_and_undone(browser: httpx.AsyncClient, stocked: Container) -> None:
    assert "Пока ничего не загружали" in (await browser.get("/app/imports")).text
    before = len(await rows_of(stocked, "users"))
    address = await upload(browser, GOOD, name="../люди<1>.csv")
    await run_jobs(stocked)
    shown = await browser.get(address)
    assert heading(shown) == "люди<1>.csv"
    assert "Anna &lt;b&gt;Kim" in shown.text
    assert (await browser.post(f"{address}/apply")).headers["location"] == address
    assert "Строки записываются" in (await browser.get(address)).text
    await run_jobs(stocked)
    assert "Готово: строки записаны" in (await browser.get(address)).text
    assert len(await rows_of(stocked, "users")) == before + 1
    assert (await browser.post(f"{address}/undo")).headers["location"] == address
    await run_jobs(stocked)
    assert "Загрузка отменена" in (await browser.get(address)).text
    assert len(await rows_of(stocked, "users")) == before
    listed = (await browser.get("/app/imports")).text
    assert "люди&lt;1&gt;.csv" in listed
    assert "отменена" in listed


async def test_who_has_gone_on_working_is_named(browser: httpx.AsyncClient, stocked: Container) -> None:
    address = await upload(browser, GOOD)
    await run_jobs(stocked)
    await browser.post(f"{address}/apply")
    await run_jobs(stocked)
    await arrange(stocked, users=[{"username": "new-one", "full_name": "Мария"}])
    assert (await browser.post(f"{address}/undo")).headers["location"] == address
    await run_jobs(stocked)
    shown = (await browser.get(address)).text
    assert "Загрузка не отменена: с этим уже работают дальше" in shown
    assert "Мария: с тех пор изменено" in shown


async def test_faults_of_the_form_stand_beside_its_fields(browser: httpx.AsyncClient) -> None:
    for sent, files, fault in (
        ({"kind": "nothing"}, {"file": ("a.csv", GOOD)}, "Выберите, что в строках"),
        ({}, {"file": ("a.csv", GOOD)}, "Выберите, что в строках"),
        ({"kind": "users"}, {"file": ("", b"")}, "Выберите файл"),
        ({"kind": "users"}, {"file": ("a.csv", b"x" * (MAX_BYTES + 1))}, "Файл больше 20 МБ"),
        ({"kind": "users"}, {"file": ("a.csv", b"x" * (MAX_BYTES + 1_500_000))}, "Файл больше 20 МБ"),
    ):
        reply = await browser.post("/app/imports", data=sent, files=files)
        assert reply.status_code == 400, fault
        assert fault in reply.text


async def test_a_file_that_can_not_be_read_is_told_why(browser: httpx.AsyncClient, stocked: Container) -> None:
    for content, name, reason in (
        (b"PK\x03\x04nothing", "p.xlsx", "Файл не подходит: книгу не удалось прочитать"),
        (b"a,b\n1,2\n", "p.csv", "Файл не подходит: нет столбца username"),
    ):
        address = await upload(browser, content, name=name)
        await run_jobs(stocked)
        assert reason in (await browser.get(address)).text


async def test_templates_and_exports_are_downloaded(browser: httpx.AsyncClient) -> None:
    shown = (await browser.get("/app/imports/kinds")).text
    links = re.findall(r'href="(/app/api/admin/[^"]+)"', shown)
    assert len(links) == 4 * len(KINDS)
    for link in links:
        if "/users/" in link or "/stations/" in link:
            reply = await browser.get(link.replace("&amp;", "&"))
            assert reply.status_code == 200, link
            assert "attachment" in reply.headers["content-disposition"]
    rows = (await browser.get("/app/api/admin/exports/stations/rows.csv")).text
    address = await upload(browser, rows.encode(), kind="stations")
    assert address


@on_sqlite
async def test_pages_take_few_statements_however_many_imports_there_are(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    stocked.caller_cache.override(MemoryCallerCache())
    admin = await an_admin(stocked)
    order = await checked(stocked, admin, "users", GOOD)
    numbers = []
    for _ in range(2):
        for path in ("/app/imports", f"/app/imports/{order.id}", "/app/imports/kinds"):
            await browser.get(path)
            with counted(stocked) as statements:
                assert (await browser.get(path)).status_code == 200
            numbers.append(len(statements))
        for each in range(5):
            await checked(stocked, admin, "users", f"username\nu{each}\n".encode())
    assert numbers[:3] == numbers[3:]
    assert max(numbers) <= 3
