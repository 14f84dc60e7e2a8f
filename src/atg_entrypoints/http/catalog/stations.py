"""Station authoring for the admin pages of the existing frontend (spec: catalog-learning)."""

from collections.abc import Sequence
from typing import Any

from litestar import Request, delete, post, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, SkipValidation
from msgspec import Struct

from atg_core.catalog.ports import StationNotFound
from atg_core.catalog.stations import (
    DOCUMENTS,
    EQUIPMENT,
    FEATURES,
    GAS_SOURCES,
    PHOTOS,
    SAFETY_SYSTEMS,
    SPECIFICATIONS,
    ChildKind,
    EditStations,
    SafetySystemNotFound,
)
from atg_entrypoints.http.catalog import stations_wire as wire
from atg_entrypoints.http.catalog.queries_wire import (
    DocumentRow,
    EquipmentRow,
    GasSourceRow,
    PhotoRow,
    SafetyFeatureRow,
    SafetySystemRow,
    SpecificationRow,
    StationRow,
)
from atg_entrypoints.http.policy import ADMIN
from atg_entrypoints.http.wire import serial_or, to_wire

_TAGS = ["stations"]


class Deleted(Struct, frozen=True, kw_only=True):
    success: bool = True


@post("/stations/create", policy=ADMIN, tags=_TAGS, summary="Create a station", also={409})
async def create_station(
    data: JSONBody[wire.NewStation], edit_stations: NamedDependency[SkipValidation[EditStations]]
) -> StationRow:
    return to_wire(await edit_stations.add(data.present_fields()), StationRow)


@put("/stations/{station_id:str}/update", policy=ADMIN, tags=_TAGS, summary="Change a station", also={409})
async def update_station(
    station_id: FromPath[str],
    data: JSONBody[wire.StationChanges],
    edit_stations: NamedDependency[SkipValidation[EditStations]],
) -> StationRow:
    return to_wire(
        await edit_stations.change(serial_or(StationNotFound, station_id), data.present_fields()), StationRow
    )


@delete(
    "/stations/{station_id:str}/delete",
    status_code=200,
    policy=ADMIN,
    tags=_TAGS,
    summary="Delete a station with its parts",
    also={409},
)
async def delete_station(
    station_id: FromPath[str], edit_stations: NamedDependency[SkipValidation[EditStations]]
) -> Deleted:
    """Its courses stay, without a station. Refused while learners have progress in its programs."""
    await edit_stations.delete(serial_or(StationNotFound, station_id))
    return Deleted()


def _pages(  # noqa: PLR0917 - read as a table below
    name: str, path: str, child: ChildKind[Any], new: type[wire.Changes], changes: type[wire.Changes] | None, row: type
) -> list[BaseRouteHandler]:
    """The routes of one kind of record: create, update where there is one, delete."""

    @post(f"{path}/create", policy=ADMIN, tags=_TAGS, summary=f"Add {name}", name=f"create {name}", also={409})
    async def create(
        request: Request[Any, Any, Any],
        data: JSONBody[new],  # type: ignore[valid-type]
        edit_stations: NamedDependency[SkipValidation[EditStations]],
    ) -> row:  # type: ignore[valid-type]
        added: wire.Changes = data
        return to_wire(await edit_stations.add_child(child, _parents(request), added.present_fields()), row)

    @delete(
        f"{path}/{{child_id:str}}/delete",
        status_code=200,
        policy=ADMIN,
        tags=_TAGS,
        summary=f"Delete {name}",
        name=f"delete {name}",
    )
    async def remove(
        request: Request[Any, Any, Any],
        child_id: FromPath[str],
        edit_stations: NamedDependency[SkipValidation[EditStations]],
    ) -> Deleted:
        await edit_stations.delete_child(child, _parents(request), serial_or(child.not_found, child_id))
        return Deleted()

    if changes is None:
        return [create, remove]

    @put(
        f"{path}/{{child_id:str}}/update",
        policy=ADMIN,
        tags=_TAGS,
        summary=f"Change {name}",
        name=f"update {name}",
        also={409},
    )
    async def update(
        request: Request[Any, Any, Any],
        child_id: FromPath[str],
        data: JSONBody[changes],  # type: ignore[valid-type]
        edit_stations: NamedDependency[SkipValidation[EditStations]],
    ) -> row:  # type: ignore[valid-type]
        changed: wire.Changes = data
        number = serial_or(child.not_found, child_id)
        return to_wire(
            await edit_stations.change_child(child, _parents(request), number, changed.present_fields()), row
        )

    return [create, update, remove]


def _parents(request: Request[Any, Any, Any]) -> tuple[int, ...]:
    """The ids of the parents in the path. Raises StationNotFound, SafetySystemNotFound."""
    station = serial_or(StationNotFound, request.path_params["station_id"])
    if "safety_id" not in request.path_params:
        return (station,)
    return station, serial_or(SafetySystemNotFound, request.path_params["safety_id"])


_STATION = "/stations/{station_id:str}"

HANDLERS: Sequence[BaseRouteHandler] = (
    create_station,
    update_station,
    delete_station,
    *_pages("equipment", f"{_STATION}/equipment", EQUIPMENT, wire.NewEquipment, wire.EquipmentChanges, EquipmentRow),
    *_pages(
        "a specification",
        f"{_STATION}/specs",
        SPECIFICATIONS,
        wire.NewSpecification,
        wire.SpecificationChanges,
        SpecificationRow,
    ),
    *_pages(
        "a safety system",
        f"{_STATION}/safety",
        SAFETY_SYSTEMS,
        wire.NewSafetySystem,
        wire.SafetySystemChanges,
        SafetySystemRow,
    ),
    *_pages(
        "a safety feature",
        f"{_STATION}/safety/{{safety_id:str}}/features",
        FEATURES,
        wire.NewFeature,
        wire.FeatureChanges,
        SafetyFeatureRow,
    ),
    *_pages(
        "a gas source", f"{_STATION}/gas-sources", GAS_SOURCES, wire.NewGasSource, wire.GasSourceChanges, GasSourceRow
    ),
    *_pages("a photo", f"{_STATION}/photos", PHOTOS, wire.NewPhoto, wire.PhotoChanges, PhotoRow),
    *_pages("a document", f"{_STATION}/docs", DOCUMENTS, wire.NewDocument, None, DocumentRow),
)
