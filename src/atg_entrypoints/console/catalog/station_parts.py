"""What belongs to a station: equipment, specifications, safety systems, gas sources, photos and documents."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any, NamedTuple

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, SkipValidation

from atg_core.catalog import stations as core
from atg_core.catalog.model import StationCard
from atg_core.catalog.ports import CatalogQueries, StationNotFound
from atg_core.errors import AtgError
from atg_core.words import phrase
from atg_entrypoints.console.catalog.asked import DONE, STATIONS, Asked, DoneQuery, Fields, ReadsCatalog, tabs_of
from atg_entrypoints.console.forms import CLEAN, Form, Refusals, checked, form_again, line_of, number_of, text_of
from atg_entrypoints.console.pages import led_to, page
from atg_entrypoints.http.catalog import stations_wire as wire
from atg_entrypoints.http.learning.topics import SignUrls
from atg_entrypoints.http.policy import ADMIN
from atg_entrypoints.http.wire import serial_or

_PAGE = "catalog/station_part"
_ORDER = ("order_index", phrase("Place"), "number")


class Part(NamedTuple):
    """`fields`: name, label and kind of input. `changes`: None for what is not changed once it is there."""

    label: str
    empty: str
    kind: core.ChildKind[Any]
    new: type[wire.Changes]
    changes: type[wire.Changes] | None
    records: Callable[[StationCard], Sequence[Any]]
    fields: Sequence[tuple[str, str, str]]


PARTS = {
    "equipment": Part(
        phrase("Equipment"),
        phrase("Machines of the station will be here."),
        core.EQUIPMENT,
        wire.NewEquipment,
        wire.EquipmentChanges,
        lambda card: card.equipment,
        (
            ("name", phrase("Title"), "text"),
            ("model", phrase("Model"), "text"),
            ("manufacturer", phrase("Manufacturer"), "text"),
            ("quantity", phrase("Quantity"), "number"),
            ("power", phrase("Power"), "text"),
            ("description", phrase("Description"), "area"),
            _ORDER,
        ),
    ),
    "specs": Part(
        phrase("Specifications"),
        phrase("Figures of the station will be here."),
        core.SPECIFICATIONS,
        wire.NewSpecification,
        wire.SpecificationChanges,
        lambda card: card.specifications,
        (
            ("category", phrase("Title"), "text"),
            ("value", phrase("Value"), "text"),
            ("unit", phrase("Unit"), "text"),
            ("description", phrase("Description"), "area"),
            _ORDER,
        ),
    ),
    "safety": Part(
        phrase("Safety systems"),
        phrase("Safety systems of the station will be here."),
        core.SAFETY_SYSTEMS,
        wire.NewSafetySystem,
        wire.SafetySystemChanges,
        lambda card: card.safety_systems,
        (
            ("name", phrase("Title"), "text"),
            ("manufacturer", phrase("Manufacturer"), "text"),
            ("description", phrase("Description"), "area"),
            _ORDER,
        ),
    ),
    "gas-sources": Part(
        phrase("Gas sources"),
        phrase("Where the gas comes from will be here."),
        core.GAS_SOURCES,
        wire.NewGasSource,
        wire.GasSourceChanges,
        lambda card: card.gas_sources,
        (("source_name", phrase("Title"), "text"), _ORDER),
    ),
    "photos": Part(
        phrase("Photos"),
        phrase("Photos of the station will be here."),
        core.PHOTOS,
        wire.NewPhoto,
        wire.PhotoChanges,
        lambda card: card.photos,
        (("title", phrase("Title"), "text"), ("view", phrase("What it shows"), "view"), _ORDER),
    ),
    "docs": Part(
        phrase("Documents"),
        phrase("Documents of the station will be here."),
        core.DOCUMENTS,
        wire.NewDocument,
        None,
        lambda card: card.documents,
        (("title", phrase("Title"), "text"),),
    ),
}
_FILES = {"photos": "image_url", "docs": "file_url"}
"""What comes by an upload, and the field of its key."""

EditsStations = NamedDependency[SkipValidation[core.EditStations]]
SignsUrls = NamedDependency[SkipValidation[SignUrls]]


_PATHS = [f"/authoring/stations/{{record_id:str}}/{name}" for name in PARTS]
_ONE = [f"{path}/{{child_id:str}}" for path in _PATHS]


def _named(request: Asked) -> str:
    """The part that the path names."""
    return request.url.path.split("/")[5]


async def _values(request: Asked, key: int, name: str, catalog: CatalogQueries, sign_urls: SignUrls) -> dict[str, Any]:
    """Raises StationNotFound."""
    part, card = PARTS[name], await catalog.station(key)
    records = part.records(card)
    file = _FILES.get(name)
    return {
        **tabs_of(request),
        "station": card.station,
        "name": name,
        "part": part,
        "records": records,
        "file": file,
        "urls": await sign_urls(request.user, [getattr(each, file) for each in records]) if file else {},
        "base_url": request.app.state["container"].settings().base_url,
        "given": {},
        "in_record": None,
        "done": None,
        "back": f"{STATIONS}/{key}/{name}",
    }


@get(_PATHS, policy=ADMIN)
async def show_part(
    *,
    request: Asked,
    record_id: FromPath[str],
    catalog_queries: ReadsCatalog,
    sign_urls: SignsUrls,
    done: DoneQuery = "",
) -> Response[str]:
    key = serial_or(StationNotFound, record_id)
    values = await _values(request, key, _named(request), catalog_queries, sign_urls)
    return page(request, _PAGE, {**values, **CLEAN, "done": DONE.get(done)})


@post(_PATHS, policy=ADMIN, status_code=HTTPStatus.OK)
async def add_record_here(
    *,
    request: Asked,
    record_id: FromPath[str],
    data: Form,
    edit_stations: EditsStations,
    catalog_queries: ReadsCatalog,
    sign_urls: SignsUrls,
) -> Response[Any]:
    key, part = serial_or(StationNotFound, record_id), _named(request)
    of = PARTS[part]
    body = _body(of, data)
    try:
        new = checked(of.new, {name: value for name, value in body.items() if value is not None})
        await edit_stations.add_child(of.kind, (key,), new.present_fields())
    except Refusals as error:
        values = await _values(request, key, part, catalog_queries, sign_urls)
        return form_again(request, _PAGE, {**values, "given": body}, error)
    return led_to(f"{STATIONS}/{key}/{part}?done=added")


def _body(part: Part, data: Fields) -> dict[str, Any]:
    """What is empty is stored so: null would leave it as it is."""
    return {
        name: number_of(text_of(data, name)) if kind == "number" else line_of(data, name) or ""
        for name, _, kind in part.fields
    }


@post(_ONE, policy=ADMIN, status_code=HTTPStatus.OK)
async def change_record_here(
    *,
    request: Asked,
    record_id: FromPath[str],
    child_id: FromPath[str],
    data: Form,
    edit_stations: EditsStations,
    catalog_queries: ReadsCatalog,
    sign_urls: SignsUrls,
) -> Response[Any]:
    """Saves it or, with `delete`, deletes it."""
    key, part = serial_or(StationNotFound, record_id), _named(request)
    of = PARTS[part]
    child, body = serial_or(of.kind.not_found, child_id), _body(of, data)
    try:
        if text_of(data, "delete"):
            await edit_stations.delete_child(of.kind, (key,), child)
        elif of.changes:
            given = checked(of.changes, body)
            await edit_stations.change_child(of.kind, (key,), child, given.present_fields())
    except Refusals as error:
        values = await _values(request, key, part, catalog_queries, sign_urls)
        return form_again(request, _PAGE, {**values, "given": body, "in_record": child}, error)
    return led_to(f"{STATIONS}/{key}/{part}?done=saved#record-{child}")


@post("/authoring/stations/{record_id:str}/safety/{child_id:str}/features", policy=ADMIN, status_code=HTTPStatus.OK)
async def change_features_here(
    *,
    request: Asked,
    record_id: FromPath[str],
    child_id: FromPath[str],
    data: Form,
    edit_stations: EditsStations,
    catalog_queries: ReadsCatalog,
    sign_urls: SignsUrls,
) -> Response[Any]:
    """Adds what `feature_name` says to a safety system, or deletes the feature that `delete` names."""
    key = serial_or(StationNotFound, record_id)
    child = serial_or(core.SafetySystemNotFound, child_id)
    try:
        if deleted := text_of(data, "delete"):
            feature = serial_or(core.FeatureNotFound, deleted)
            await edit_stations.delete_child(core.FEATURES, (key, child), feature)
        else:
            new = checked(wire.NewFeature, {"feature_name": line_of(data, "feature_name") or ""})
            await edit_stations.add_child(core.FEATURES, (key, child), new.present_fields())
    except Refusals as error:
        return await _again(request, key, catalog_queries, sign_urls, error)
    return led_to(f"{STATIONS}/{key}/safety?done=saved#record-{child}")


async def _again(
    request: Asked, key: int, catalog: CatalogQueries, sign_urls: SignUrls, error: AtgError
) -> Response[str]:
    return form_again(request, _PAGE, await _values(request, key, "safety", catalog, sign_urls), error)


HANDLERS: Sequence[BaseRouteHandler] = (show_part, add_record_here, change_record_here, change_features_here)
