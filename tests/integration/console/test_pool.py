"""The pool of conference accounts at the console, and what the doctor says."""

import re

import httpx

from atg_core.conferencing.model import Credentials
from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.contracts.databases import on_sqlite
from tests.integration.console.browsing import enter, heading
from tests.integration.console.classes import Class

POOL = "/app/admin/conference-accounts"
_ZOOM = {"provider": "zoom", "label": "Zoom 7", "capacity": "2", "daily_limit": "50", "is_enabled": "yes"}
_SECRETS = {"credentials.account_id": "a", "credentials.client_id": "b", "credentials.client_secret": "top-secret"}


async def test_an_account_of_each_provider_is_added_with_what_it_needs(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    await enter(browser, stocked, "root", role=Role.ADMIN)
    for provider, needed in (("zoom", 3), ("link", 2), ("local", 0), ("nonsense", 3)):
        page = await browser.get(f"{POOL}/new?provider={provider}")
        assert (page.status_code, page.text.count('name="credentials.')) == (200, needed), provider
    without = await browser.post(POOL, data=_ZOOM)
    assert without.status_code == 400
    for name in _SECRETS:
        assert f'id="fault-{name}"' in without.text
    for changes, field in (
        ({"capacity": "0"}, "capacity"),
        ({"daily_limit": "x"}, "daily_limit"),
        ({"label": ""}, "label"),
    ):
        refused = await browser.post(POOL, data={**_ZOOM, **_SECRETS, **changes})
        assert (refused.status_code, f'id="fault-{field}"' in refused.text) == (400, True), changes
        assert "top-secret" not in refused.text
    bad_link = {**_ZOOM, "provider": "link", "credentials.url": "javascript:alert(1)"}
    assert 'id="fault-credentials.url"' in (await browser.post(POOL, data=bad_link)).text
    assert (await browser.post(POOL, data={**_ZOOM, **_SECRETS})).headers["location"] == f"{POOL}?done=added"
    again = await browser.post(POOL, data={**_ZOOM, **_SECRETS})
    assert again.status_code == 409
    [row] = [row for row in await rows_of(stocked, "conference_accounts") if row["label"] == "Zoom 7"]
    assert "top-secret" not in row["sealed"]
    given = {"account_id": "a", "client_id": "b", "client_secret": "top-secret"}
    assert stocked.vault().open(row["sealed"]) == Credentials(**given)


async def test_an_account_is_changed_without_its_credentials_and_deleted(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    await enter(browser, stocked, "root", role=Role.ADMIN)
    await browser.post(POOL, data={**_ZOOM, **_SECRETS})
    [before] = [row for row in await rows_of(stocked, "conference_accounts") if row["label"] == "Zoom 7"]
    here = f"{POOL}/{before['id']}"
    page = await browser.get(here)
    assert heading(page) == "Zoom 7"
    assert "top-secret" not in page.text
    saved = await browser.post(here, data={**_ZOOM, "label": "Zoom 8", "capacity": "3", "is_enabled": ""})
    assert saved.headers["location"] == f"{POOL}?done=saved"
    [after] = [row for row in await rows_of(stocked, "conference_accounts") if row["id"] == before["id"]]
    assert (after["label"], after["capacity"], after["is_enabled"]) == ("Zoom 8", 3, False)
    assert after["sealed"] == before["sealed"]
    assert (await browser.post(f"{here}/delete")).headers["location"] == f"{POOL}?done=deleted"
    assert (await browser.get(here)).status_code == 404


async def test_the_pool_tells_who_holds_an_account_and_what_is_planned(school_class: Class) -> None:
    lesson = await school_class.plan()
    await school_class.account()
    await school_class.plan(week_type="ALL", start_time="09:00", end_time="10:00")
    assert (await school_class.teacher.post(f"{lesson}/start")).status_code < 400
    page = (await school_class.admin.get(POOL)).text
    assert f'href="{lesson}"' in page
    assert re.search(r"Запланировано уроков: \d+", page)


@on_sqlite
async def test_the_doctor_s_findings_are_told_in_the_reader_s_language(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    await enter(browser, stocked, "root", role=Role.ADMIN)
    assert "База данных" not in (await browser.get("/app/admin/health")).text.partition("<tbody>")[2]
    page = await browser.post("/app/admin/health")
    table = page.text.partition("<tbody>")[2].partition("</tbody>")[0]
    assert page.status_code == 200
    for word in ("База данных", "Работает", "новейшая", "записан, найден и удалён", "база данных на этой машине"):
        assert word in table, word
    for english in ("waiting", "the newest", "is not set", "answer"):
        assert english not in table, english
