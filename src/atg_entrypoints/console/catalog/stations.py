"""Stations as administrators write them: a new one, its fields, and deleting it."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, SkipValidation

from atg_core.catalog.model import StationCard
from atg_core.catalog.ports import CatalogQueries, StationNotFound
from atg_core.catalog.stations import EditStations
from atg_entrypoints.console.catalog.asked import (
    DONE,
    STATIONS,
    Asked,
    DoneQuery,
    Fields,
    ReadsCatalog,
    shown,
    tabs_of,
)
from atg_entrypoints.console.catalog.station_parts import PARTS
from atg_entrypoints.console.forms import CLEAN, Form, Refusals, checked, form_again, line_of, text_of
from atg_entrypoints.console.pages import led_to, page
from atg_entrypoints.http.catalog.stations_wire import NewStation, StationChanges
from atg_entrypoints.http.policy import ADMIN
from atg_entrypoints.http.wire import serial_or

_LIST, _PAGE, _DELETE = "catalog/stations", "catalog/station", "catalog/delete_station"
_TEXTS = (
    *("name", "short_name", "description", "type", "location", "power", "commission_date", "design_capacity"),
    *("gas_pressure", "input_pressure", "output_pressure", "pipeline_diameter", "parallel_lines"),
    "distance_from_border",
)

EditsStations = NamedDependency[SkipValidation[EditStations]]


@get("/authoring/stations", policy=ADMIN)
async def show_stations(request: Asked, catalog_queries: ReadsCatalog, done: DoneQuery = "") -> Response[str]:
    values = {**await _list(request, catalog_queries), "done": DONE.get(done)}
    return page(request, _LIST, {**values, **CLEAN, "given": {"name": "", "short_name": ""}})


async def _list(request: Asked, catalog: CatalogQueries) -> dict[str, Any]:
    return {**tabs_of(request), "stations": await catalog.stations(), "done": None, "back": STATIONS}


@post("/authoring/stations", policy=ADMIN, status_code=HTTPStatus.OK)
async def add_station_here(
    request: Asked, data: Form, edit_stations: EditsStations, catalog_queries: ReadsCatalog
) -> Response[Any]:
    body = {name: line_of(data, name) or "" for name in ("name", "short_name")}
    try:
        made = await edit_stations.add(checked(NewStation, body).present_fields())
    except Refusals as error:
        return form_again(request, _LIST, {**await _list(request, catalog_queries), "given": body}, error)
    return led_to(f"{STATIONS}/{made.id}?done=added")


def _values(request: Asked, card: StationCard) -> dict[str, Any]:
    station = card.station
    return {
        **tabs_of(request),
        "station": station,
        "given": shown({name: getattr(station, name) for name in (*_TEXTS, "status")}),
        "parts": {name: (part.label, len(part.records(card))) for name, part in PARTS.items()},
        "done": None,
        "back": f"{STATIONS}/{station.id}",
    }


@get("/authoring/stations/{record_id:str}", policy=ADMIN)
async def show_station(
    request: Asked, record_id: FromPath[str], catalog_queries: ReadsCatalog, done: DoneQuery = ""
) -> Response[str]:
    card = await catalog_queries.station(serial_or(StationNotFound, record_id))
    return page(request, _PAGE, {**_values(request, card), **CLEAN, "done": DONE.get(done)})


@post("/authoring/stations/{record_id:str}", policy=ADMIN, status_code=HTTPStatus.OK)
async def change_station_here(
    request: Asked, record_id: FromPath[str], data: Form, edit_stations: EditsStations, catalog_queries: ReadsCatalog
) -> Response[Any]:
    key, body = serial_or(StationNotFound, record_id), _body(data)
    try:
        await edit_stations.change(key, checked(StationChanges, body).present_fields())
    except Refusals as error:
        values = {**_values(request, await catalog_queries.station(key)), "given": body}
        return form_again(request, _PAGE, values, error)
    return led_to(f"{STATIONS}/{key}?done=saved")


def _body(data: Fields) -> dict[str, str]:
    """What is empty is stored so: null would leave it as it is."""
    return {**{name: line_of(data, name) or "" for name in _TEXTS}, "status": text_of(data, "status")}


@get("/authoring/stations/{record_id:str}/delete", policy=ADMIN)
async def ask_to_delete_station(
    request: Asked, record_id: FromPath[str], catalog_queries: ReadsCatalog
) -> Response[str]:
    card = await catalog_queries.station(serial_or(StationNotFound, record_id))
    return page(request, _DELETE, {**_values(request, card), **CLEAN})


@post("/authoring/stations/{record_id:str}/delete", policy=ADMIN, status_code=HTTPStatus.OK)
async def delete_station_here(
    request: Asked, record_id: FromPath[str], edit_stations: EditsStations, catalog_queries: ReadsCatalog
) -> Response[Any]:
    card = await catalog_queries.station(serial_or(StationNotFound, record_id))
    try:
        await edit_stations.delete(card.station.id)
    except Refusals as error:
        values = {**_values(request, card), "back": f"{STATIONS}/{card.station.id}/delete"}
        return form_again(request, _DELETE, values, error)
    return led_to(f"{STATIONS}?done=deleted")


HANDLERS: Sequence[BaseRouteHandler] = (
    show_stations,
    add_station_here,
    show_station,
    change_station_here,
    ask_to_delete_station,
    delete_station_here,
)
