"""The form of a person: an account, and where its owner works."""

from collections.abc import Sequence
from typing import Any

from atg_core.catalog.ports import CatalogQueries
from atg_core.identity.model import Account
from atg_core.identity.ports import Callers
from atg_entrypoints.console.forms import line_of

ACCOUNT = ("username", "full_name", "email", "role")
WORK = ("employee_id", "position", "department", "station_id", "company", "phone")


def given_of(form: dict[str, str | list[str]], names: Sequence[str]) -> dict[str, Any]:
    """As the API takes it: None for what is empty; a station as a number, if it is one."""
    given: dict[str, Any] = {name: line_of(form, name) for name in names if name in form}
    station = given.get("station_id")
    if station and station.isascii() and station.isdecimal():
        given["station_id"] = int(station)
    return given


def given_by(account: Account) -> dict[str, Any]:
    of_user = {name: getattr(account.user, name) for name in ACCOUNT}
    return of_user | {name: getattr(account.profile, name) for name in WORK}


async def place_values(callers: Callers, queries: CatalogQueries) -> dict[str, Any]:
    """Departments and stations to choose from."""
    return {"departments": list(await callers.departments()), "stations": await queries.stations()}
