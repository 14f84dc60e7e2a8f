"""Who leads departments and stations."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from litestar import get, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, SkipValidation
from msgspec import Meta, Struct

from atg_core.learning.managers import AppointManager, Manager, ManagerQueries
from atg_core.learning.ports import LearnerNotFound
from atg_entrypoints.http.policy import TRAINING
from atg_entrypoints.http.wire import FilledName, Page, Paging, to_wire, uuid_or

_TAGS = ["reports"]


class StationRow(Struct, frozen=True, kw_only=True):
    id: int
    name: str


class ManagerRow(Struct, frozen=True, kw_only=True):
    user_id: UUID
    username: str
    full_name: str | None
    departments: list[str]
    stations: list[StationRow]


class Leadership(Struct, frozen=True, kw_only=True):
    """What somebody leads; without any of it they are no manager any more."""

    departments: Annotated[list[FilledName], Meta(max_length=1_000)] = []
    station_ids: Annotated[list[Annotated[int, Meta(ge=1, le=2**31 - 1)]], Meta(max_length=1_000)] = []


@get("/admin/managers", policy=TRAINING, tags=_TAGS, summary="Managers by username, with what they lead", also={400})
async def list_managers(
    manager_queries: NamedDependency[SkipValidation[ManagerQueries]],
    paging: NamedDependency[SkipValidation[Paging]],
) -> Page[ManagerRow]:
    found, total = await manager_queries.managers(limit=paging.size, offset=paging.offset)
    return paging.of(to_wire(found, list[ManagerRow]), total)


@put(
    "/admin/managers/{user_id:str}",
    policy=TRAINING,
    tags=_TAGS,
    summary="Say which departments and stations somebody leads",
)
async def appoint_manager(
    user_id: FromPath[str],
    data: JSONBody[Leadership],
    appoint_manager: NamedDependency[SkipValidation[AppointManager]],
) -> Leadership:
    """These and no others, at once."""
    found = await appoint_manager(uuid_or(LearnerNotFound, user_id), data.departments, data.station_ids)
    return _leadership(found)


def _leadership(manager: Manager | None) -> Leadership:
    if manager is None:
        return Leadership()
    return Leadership(departments=list(manager.departments), station_ids=[each.id for each in manager.stations])


HANDLERS: Sequence[BaseRouteHandler] = (list_managers, appoint_manager)
