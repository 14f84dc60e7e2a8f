"""Campaigns at the console: totals, the funnel, assets with QR codes, participants and codes."""

import re
from datetime import timedelta
from html import unescape
from uuid import UUID

import httpx
import pytest

from atg_adapters.memory.identity.caller_cache import MemoryCallerCache
from atg_core.identity.model import Role
from atg_core.words import Language
from atg_entrypoints.container import Container
from tests.contracts.databases import on_sqlite
from tests.integration.console.browsing import enter, heading
from tests.statements import counted

PATH = "/app/campaigns"
ASSET = {"type": "model", "points": 10, "meta": {"file": "models/x.glb"}}


@pytest.fixture(autouse=True)
async def entered(browser: httpx.AsyncClient, stocked: Container) -> None:
    await enter(browser, stocked, "marketer", role=Role.MARKETING)


async def an_asset(stocked: Container, slug: str = "pump", campaign: str = "expo") -> int:
    asset = await stocked.edit_assets().add(campaign, {**ASSET, "slug": slug, "name": f"Насос <{slug}>"})
    return int(asset.id)


async def a_visit(stocked: Container, *slugs: str, campaign: str = "expo", email: str = "") -> UUID:
    session = await stocked.start_session()(campaign)
    for slug in slugs:
        await stocked.view_asset()(session.id, slug)
    if email:
        await stocked.submit_email()(session.id, email, Language.RU)
    return UUID(str(session.id))


async def test_a_campaign_begins_with_its_first_asset(browser: httpx.AsyncClient, stocked: Container) -> None:
    empty = await browser.get(PATH)
    assert heading(empty) == "Кампании"
    refused = await browser.post(PATH, data={"name": "имя кампании"})
    assert (refused.status_code, 'id="fault-name"' in refused.text) == (400, True)
    begun = await browser.post(PATH, data={"name": " expo "})
    assert begun.headers["location"] == f"{PATH}/expo/assets"
    form = {
        "name": "Насос",
        "slug": "pump",
        "type": "model",
        "points": "15",
        "url": "https://ar.example.com/?asset=pump",
    }
    added = await browser.post(f"{PATH}/expo/assets", data=form)
    assert added.headers["location"] == f"{PATH}/expo/assets?done=added"
    [asset], _ = await stocked.campaign_queries().assets("expo", limit=9, offset=0)
    assert (asset.points, asset.meta) == (15, {"url": "https://ar.example.com/?asset=pump"})
    shown = (await browser.get(f"{PATH}/expo/assets")).text
    address = f"{PATH}/expo/assets/{asset.id}/qr.svg"
    assert f'<img src="{address}" alt="QR-код: Насос"' in shown
    assert f'href="{address}" download="pump.svg"' in shown
    assert "expo" in (await browser.get(PATH)).text
    taken = await browser.post(f"{PATH}/expo/assets", data=form)
    assert (taken.status_code, 'value="15"' in taken.text) == (409, True)


async def test_faults_of_an_asset_stand_beside_their_fields(browser: httpx.AsyncClient) -> None:
    form = {"name": "", "slug": "два слова", "type": "model", "points": "много", "url": "javascript:alert(1)"}
    refused = await browser.post(f"{PATH}/expo/assets", data=form)
    assert refused.status_code == 400
    for field in ("name", "slug", "points", "url"):
        assert f'id="fault-{field}"' in refused.text, field
    assert (await browser.get(f"{PATH}/два слова")).status_code == 400


async def test_the_qr_code_of_an_asset_is_a_picture_while_its_address_fits(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    """The longest one in the widest script, too; the API takes any address."""

    async def added(slug: str, url: str) -> str:
        asset = await stocked.edit_assets().add("expo", {**ASSET, "slug": slug, "name": slug, "meta": {"url": url}})
        return f"{PATH}/expo/assets/{asset.id}"

    start = "https://ar.example.com/"
    fits = await added("fits", start + "𝔸" * (500 - len(start)))
    picture = await browser.get(f"{fits}/qr.svg")
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/svg+xml")
    assert "<svg" in picture.text
    too_long = await added("long", start + "x" * 3000)
    assert (await browser.get(f"{too_long}/qr.svg")).status_code == 404
    shown = await browser.get(too_long)
    assert shown.status_code == 200
    assert "Адрес слишком длинный для QR-кода" in shown.text
    listed = (await browser.get(f"{PATH}/expo/assets")).text
    assert f"{fits}/qr.svg" in listed
    assert f"{too_long}/qr.svg" not in listed
    assert (await browser.get(f"{fits.replace('expo', 'other')}/qr.svg")).status_code == 404


async def test_an_asset_is_changed_and_what_its_page_has_in_meta_stays(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    address = f"{PATH}/expo/assets/{await an_asset(stocked)}"
    assert "Насос &lt;pump&gt;" in (await browser.get(address)).text
    form = {"name": "Насос", "slug": "pump-2", "type": "scene", "points": "5", "url": "https://ar.example.com/2"}
    assert (await browser.post(address, data=form)).headers["location"] == f"{address}?done=saved"
    [asset], _ = await stocked.campaign_queries().assets("expo", limit=9, offset=0)
    assert (asset.slug, asset.type, asset.points) == ("pump-2", "scene", 5)
    assert asset.meta == {"file": "models/x.glb", "url": "https://ar.example.com/2"}
    await browser.post(address, data={**form, "url": ""})
    [asset], _ = await stocked.campaign_queries().assets("expo", limit=9, offset=0)
    assert asset.meta == {"file": "models/x.glb"}
    assert (await browser.post(address, data={**form, "points": "x"})).status_code == 400
    await a_visit(stocked, "pump-2")
    kept = await browser.post(f"{address}/delete")
    assert kept.status_code == 409
    assert 'role="alert"' in kept.text
    unseen = f"{PATH}/expo/assets/{await an_asset(stocked, 'valve')}"
    assert (await browser.post(f"{unseen}/delete")).headers["location"] == f"{PATH}/expo/assets?done=deleted"
    assert (await browser.get(unseen)).status_code == 404
    assert (await browser.get(address.replace("expo", "other"))).status_code == 404


async def test_the_funnel_tells_what_became_of_visits(browser: httpx.AsyncClient, stocked: Container) -> None:
    await an_asset(stocked)
    assert "За эти дни никто не приходил" in (await browser.get(f"{PATH}/expo")).text
    await a_visit(stocked)
    await a_visit(stocked, "pump", email="a@example.com")
    await a_visit(stocked, "pump", "pump")
    shown = (await browser.get(f"{PATH}/expo")).text
    assert "Чаще всего смотрят: Насос &lt;pump&gt;" in shown
    for told in ("3 · 100 %", "2 · 67 %", "1 · 33 %", "0 · 0 %"):
        assert told in shown, told
    assert '<svg class="chart"' in shown
    today = stocked.clock()().astimezone(stocked.settings().zone).date()
    before = today - timedelta(days=1)
    assert "За эти дни никто не приходил" in (await browser.get(f"{PATH}/expo?from={before}&to={before}")).text
    assert 'role="alert"' in (await browser.get(f"{PATH}/expo?from={today}&to={before}")).text
    for path in (
        "/expo/days.csv?excel=true",
        ".csv",
        "/participants.csv?campaign=expo",
        "/promo-codes.xlsx?campaign=expo",
    ):
        assert (await browser.get(f"/app/api/admin/campaigns{path}")).status_code == 200, path


async def test_participants_are_found(browser: httpx.AsyncClient, stocked: Container) -> None:
    await an_asset(stocked)
    assert "Ни один участник не подходит" in (await browser.get(f"{PATH}/expo/participants")).text
    await a_visit(stocked, "pump", email="a@example.com")
    await a_visit(stocked, email="b@example.com")
    both = (await browser.get(f"{PATH}/expo/participants")).text
    assert "Участников найдено: 2" in both
    one = (await browser.get(f"{PATH}/expo/participants?email=A@example.com&verified=false")).text
    assert "Участников найдено: 1" in one
    address = re.search(r'href="(/app/api/admin/campaigns/participants\.csv[^"]+)"', one)
    assert address
    told = (await browser.get(unescape(address[1]))).text
    assert "a@example.com" in told
    assert "b@example.com" not in told
    nobody = (await browser.get(f"{PATH}/expo/participants?verified=true")).text
    assert f"{PATH.replace('/app', '/app/api/admin')}/participants.xlsx?is_verified=true&amp;campaign=expo" in nobody
    assert "Участников найдено: 0" in (await browser.get(f"{PATH}/expo/participants?verified=true")).text
    assert "Участников найдено: 0" in (await browser.get(f"{PATH}/other/participants")).text


async def test_a_code_is_redeemed_once(browser: httpx.AsyncClient, stocked: Container) -> None:
    await an_asset(stocked)
    address = f"{PATH}/expo/promo-codes"
    assert "Ни один код не подходит" in (await browser.get(address)).text
    session = await a_visit(stocked, "pump")
    code = (await stocked.show_promo_code().of_session(session)).code
    assert code in (await browser.get(f"{address}?q={code.lower()}&used=false&sent=false")).text
    done = await browser.post(address, data={"code": f" {code.lower()} "})
    assert done.headers["location"] == f"{address}?done=redeemed"
    again = await browser.post(address, data={"code": code})
    assert (again.status_code, 'role="alert"' in again.text) == (409, True)
    unknown = await browser.post(address, data={"code": "NONE"})
    assert (unknown.status_code, 'value="NONE"' in unknown.text) == (404, True)
    assert 'id="fault-code"' in (await browser.post(address, data={"code": ""})).text
    assert "Кодов найдено: 1" in (await browser.get(f"{address}?used=true")).text


@on_sqlite
async def test_pages_of_campaigns_take_few_statements_however_much_there_is(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    stocked.caller_cache.override(MemoryCallerCache())
    numbers = []
    pages = (("", 2), ("/few", 4), ("/few/assets", 2), ("/few/participants", 2), ("/few/promo-codes", 2))
    for size in (1, 6):
        for number in range(size):
            await an_asset(stocked, f"{size}-{number}", "few")
            await a_visit(stocked, f"{size}-{number}", campaign="few", email=f"{size}-{number}@example.com")
        taken = {}
        for path, _ in pages:
            await browser.get(f"{PATH}{path}")
            with counted(stocked) as statements:
                assert (await browser.get(f"{PATH}{path}")).status_code == 200
            taken[path] = len(statements)
        numbers.append(taken)
    assert numbers[0] == numbers[1]
    assert all(numbers[0][path] <= most for path, most in pages), numbers
