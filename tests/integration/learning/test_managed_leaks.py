"""Whatever managers lead and wherever people are: no route below /managed tells of anybody else."""

import asyncio
from typing import Any

import httpx
from hypothesis import given, settings
from hypothesis import strategies as st
from litestar import Litestar

from atg_core.identity.model import Role
from atg_entrypoints.container import create_container
from atg_entrypoints.http.app import create_api
from atg_entrypoints.settings import Settings
from tests.arranging import arrange, rows_of
from tests.authorisation.row import routes_of
from tests.conftest import SECRET
from tests.examples import examples
from tests.people import account, begin_session

_PLACES = st.tuples(st.sampled_from(["", "A", "B", "C"]), st.sampled_from(["", "S", "T"]))
_FILES = (".csv", ".xlsx")


@settings(max_examples=examples(12), deadline=None)
@given(
    places=st.lists(_PLACES, min_size=4, max_size=6),
    leads=st.sets(st.sampled_from(["A", "B", "C"])),
    stations=st.sets(st.sampled_from(["S", "T"])),
)
def test_no_route_of_managers_tells_of_others(
    places: list[tuple[str, str]], leads: set[str], stations: set[str]
) -> None:
    somebody_each = [(department, "") for department in "ABC"]  # else it can not be assigned to
    asyncio.run(_look_everywhere([*places, *somebody_each], leads, stations))


async def _look_everywhere(places: list[tuple[str, str]], leads: set[str], stations: set[str]) -> None:
    container = create_container(Settings(database_url="memory://", secret_key=SECRET))
    names = [f"somebody-{number}-" for number in range(len(places))]
    await arrange(
        container,
        stations=[{"short_name": each, "name": each} for each in "ST"],
        courses=[{"code": "c", "station": "", "title": "c"}],
        users=[
            {"username": name, "full_name": name, "department": department, "station": station}
            for name, (department, station) in zip(names, places, strict=True)
        ],
        enrollments=[{"username": name, "course": "c", "due_at": "2020-01-01"} for name in names],
        assignments=[
            {"code": f"{place}", "course": "c", "audience": "group", "department": place, "station": "", "position": ""}
            for place in "ABC"
        ],
    )
    chief = account("chief", role=Role.USER)
    async with container.open_identity()() as store:
        await store.add_account(chief)
    known = {row["name"]: row["id"] for row in await rows_of(container, "stations")}
    for each in leads:
        container.database().insert("managers", _led(chief.user.id, department=each))
    for each in stations:
        container.database().insert("managers", _led(chief.user.id, station_id=known[each]))
    mine = {
        name
        for name, (department, station) in zip(names, places, strict=True)
        if department in leads or station in stations
    }
    ids = {row["username"]: row["id"] for row in await rows_of(container, "users")}
    api = create_api(container)
    transport = httpx.ASGITransport(app=api)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        client.headers["authorization"] = f"Bearer {await begin_session(container, chief.user)}"
        for path in _paths(api):
            if "people/{}" in path:
                for name in names:
                    reply = await client.get(path.replace("{}", str(ids[name])))
                    assert reply.status_code == (200 if name in mine else 404), (path, name)
                    _require_silent(reply.text, names, mine)
            elif "assignments/{}" in path:
                for row in await rows_of(container, "standing_assignments"):
                    reply = await client.get(path.replace("{}", str(row["id"])))
                    assert reply.status_code == (200 if row["department"] in leads else 404), path
                    _require_silent(reply.text, names, mine)
            else:
                reply = await client.get(path)
                assert reply.status_code == 200, path
                _require_silent(reply.text, names, mine)
                if not path.endswith(_FILES) and "assignments" not in path:
                    assert reply.json()["total"] == len(mine), path


def _led(user_id: Any, **what: Any) -> dict[str, Any]:
    return {"id": f"{user_id} {what}", "user_id": user_id, "department": None, "station_id": None, **what}


def _paths(api: Litestar) -> list[str]:
    """Of all routes but those of workbooks, which are drawn in another process from the rows of the CSV files."""
    found = sorted(path for method, path in routes_of(api) if method == "GET" and path.startswith("/managed"))
    assert len(found) >= 9
    return [path for path in found if not path.endswith(".xlsx")]


def _require_silent(text: str, names: list[str], mine: set[str]) -> None:
    assert not [name for name in names if name in text and name not in mine]
