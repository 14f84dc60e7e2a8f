"""Administrators write stations and what belongs to them on pages."""

import re
from http import HTTPStatus

import httpx
import pytest

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.integration.console.browsing import another, enter, heading
from tests.school import School, school

STATIONS = "/app/authoring/stations"

type Fields = dict[str, str]


@pytest.fixture
async def at(browser: httpx.AsyncClient, stocked: Container) -> School:
    """An administrator is at `browser`."""
    made = await school(stocked)
    await enter(browser, stocked, "boss", role=Role.ADMIN)
    return made


async def test_a_station_is_made_changed_and_deleted(browser: httpx.AsyncClient, at: School) -> None:
    made = await browser.post(STATIONS, data={"name": "Береговая", "short_name": "КС-99"})
    address = made.headers["location"].partition("?")[0]
    assert heading(await browser.get(address)) == "Береговая"
    again = await browser.post(STATIONS, data={"name": "Береговая", "short_name": "КС-99"})
    assert again.status_code == HTTPStatus.CONFLICT
    fields = {"name": "Береговая", "short_name": "КС-99", "status": "maintenance", "power": "30 МВт"}
    assert (await browser.post(address, data=fields)).status_code == HTTPStatus.SEE_OTHER
    assert 'value="30 МВт"' in (await browser.get(address)).text
    cleared = await browser.post(address, data={**fields, "power": ""})
    assert cleared.status_code == HTTPStatus.SEE_OTHER
    assert 'value="30 МВт"' not in (await browser.get(address)).text
    for data, field in (({**fields, "name": ""}, "name"), ({**fields, "status": "gone"}, "status")):
        assert f'id="fault-{field}"' in (await browser.post(address, data=data)).text
    assert "Удалить станцию?" in (await browser.get(f"{address}/delete")).text
    assert (await browser.post(f"{address}/delete")).headers["location"] == f"{STATIONS}?done=deleted"
    assert (await browser.get(address)).status_code == HTTPStatus.NOT_FOUND
    assert at.station


async def test_a_station_with_progress_is_not_deleted(
    browser: httpx.AsyncClient, stocked: Container, at: School
) -> None:
    learner = another(browser)
    await enter(learner, stocked, "learner")
    await learner.post(f"/app/courses/{at.course}/enroll")
    await learner.post(f"/app/courses/{at.course}/topics/{at.topics[0]}/completed")
    refused = await browser.post(f"{STATIONS}/{at.station}/delete")
    assert refused.status_code == HTTPStatus.CONFLICT
    assert "S" in heading(await browser.get(f"{STATIONS}/{at.station}"))


@pytest.mark.parametrize(
    ("of", "words"),
    [
        (("equipment", "station_equipment"), ({"name": "ГПА-16", "quantity": "2"}, ("manufacturer", "Завод"))),
        (("specs", "station_specifications"), ({"category": "Давление", "value": "5,4"}, ("unit", "МПа"))),
        (("safety", "station_safety_systems"), ({"name": "Пожаротушение"}, ("description", "Порошок"))),
        (("gas-sources", "station_gas_supply_sources"), ({"source_name": "Ямал"}, ("source_name", "Уренгой"))),
        (("photos", "station_photos"), ({"view": "зал", "title": "Зал"}, ("title", "Машинный зал"))),
    ],
)
async def test_what_belongs_to_a_station_is_added_changed_and_deleted(
    browser: httpx.AsyncClient,
    stocked: Container,
    at: School,
    of: tuple[str, str],
    words: tuple[Fields, tuple[str, str]],
) -> None:
    (part, table), (fields, change) = of, words
    address = f"{STATIONS}/{at.station}/{part}"
    assert 'class="empty card"' in (await browser.get(address)).text
    if part == "photos":
        key = {"image_url": "stations/x.png", **fields}
        made = await browser.post(f"/app/api/stations/{at.station}/photos/create", json=key)
        assert made.status_code == HTTPStatus.CREATED
    else:
        assert (await browser.post(address, data=fields)).status_code == HTTPStatus.SEE_OTHER
        refused = await browser.post(address, data={**fields, next(iter(fields)): ""})
        assert refused.status_code == HTTPStatus.BAD_REQUEST
        assert 'class="fault"' in refused.text
    record = re.search(r'id="record-(\d+)"', (await browser.get(address)).text)
    assert record
    name, value = change
    one = f"{address}/{record[1]}"
    assert (await browser.post(one, data={**fields, name: value})).status_code == HTTPStatus.SEE_OTHER
    [row] = [row for row in await rows_of(stocked, table) if row["id"] == int(record[1])]
    assert row[name] == value
    if part == "equipment":
        assert row["quantity"] == 2
        bad = await browser.post(one, data={**fields, "quantity": "много"})
        assert 'id="fault-quantity"' in bad.text
    assert (await browser.post(one, data={"delete": "yes"})).status_code == HTTPStatus.SEE_OTHER
    assert (await browser.post(one, data={"delete": "yes"})).status_code == HTTPStatus.NOT_FOUND


async def test_a_safety_system_has_features(browser: httpx.AsyncClient, at: School) -> None:
    address = f"{STATIONS}/{at.station}/safety"
    await browser.post(address, data={"name": "Пожаротушение"})
    record = re.search(r'id="record-(\d+)"', (await browser.get(address)).text)
    assert record
    features = f"{address}/{record[1]}/features"
    assert (await browser.post(features, data={"feature_name": "Датчики"})).status_code == HTTPStatus.SEE_OTHER
    shown = await browser.get(address)
    assert "Датчики" in shown.text
    feature = re.search(r'name="delete" value="(\d+)"', shown.text)
    assert feature
    assert (await browser.post(features, data={"feature_name": ""})).status_code == HTTPStatus.BAD_REQUEST
    assert (await browser.post(features, data={"delete": feature[1]})).status_code == HTTPStatus.SEE_OTHER
    assert "Датчики" not in (await browser.get(address)).text


async def test_no_other_part_and_no_other_station_is_there(browser: httpx.AsyncClient, at: School) -> None:
    for path in (f"{at.station}/nothing", "999999", "999999/equipment", "x", "999999/delete"):
        assert (await browser.get(f"{STATIONS}/{path}")).status_code == HTTPStatus.NOT_FOUND, path
    assert (await browser.post(f"{STATIONS}/{at.station}/nothing", data={})).status_code == HTTPStatus.NOT_FOUND
