"""Managers: who leads departments and stations, and appointing one (decision 0053)."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, SkipValidation

from atg_core.identity.model import Caller, Role
from atg_core.learning.managers import AppointManager, ManagerQueries, NotManaged
from atg_core.learning.training_reports import LateQuery, MatrixPerson, PeopleQuery
from atg_core.words import phrase
from atg_entrypoints.console.forms import CLEAN, Form, Refusals, checked, form_again, number_of, texts_of
from atg_entrypoints.console.pages import led_to, page
from atg_entrypoints.console.training.asked import (
    HERE,
    Asked,
    DoneQuery,
    Pages,
    ReadsTrainings,
    choices_for,
    sees_everybody,
    shared_values,
)
from atg_entrypoints.console.training.people import person_of
from atg_entrypoints.container import Container
from atg_entrypoints.http.learning.managers import Leadership
from atg_entrypoints.http.policy import TRAINING
from atg_entrypoints.http.wire import uuid_or

MANAGERS = f"{HERE}/managers"
_ONE = "training/manager"
_DONE = {"saved": phrase("Saved. It holds from now on.")}

ReadsManagers = NamedDependency[SkipValidation[ManagerQueries]]


async def home_part(caller: Caller, container: Container) -> dict[str, Any]:
    """For who leads people: how many of their courses are late.

    Who sees everybody has an entry of the menu; a teacher or a student who leads people comes here by the notices.
    """
    if sees_everybody(caller) or caller.role in {Role.TEACHER, Role.STUDENT}:
        return {}
    if await container.manager_queries().find_manager(caller.id) is None:
        return {}
    mine = LateQuery(people=PeopleQuery(managed_by=caller.id))
    _, late = await container.training_reports().late(mine, container.clock()(), limit=0, offset=0)
    return {"late_people": late}


@get("/training/managers", policy=TRAINING)
async def show_managers(request: Asked, manager_queries: ReadsManagers, paging: Pages) -> Response[str]:
    found, total = await manager_queries.managers(limit=paging.size, offset=paging.offset)
    return page(request, "training/managers", {**shared_values(request), "found": paging.of(found, total)})


async def _values(request: Asked, person: MatrixPerson, managers: ManagerQueries) -> dict[str, Any]:
    """With departments in which nobody is any more, as long as they are led."""
    found, choices = await managers.find_manager(person.user_id), await choices_for(request)
    departments, stations = (found.departments, found.stations) if found else ((), ())
    return {
        **shared_values(request),
        "person": person,
        "departments": sorted({*choices.departments, *departments}),
        "stations": choices.stations,
        "given": {"departments": set(departments), "station_ids": {str(each.id) for each in stations}},
    }


@get("/training/managers/{user_id:str}", policy=TRAINING)
async def show_manager(
    *,
    request: Asked,
    user_id: FromPath[str],
    training_reports: ReadsTrainings,
    manager_queries: ReadsManagers,
    done: DoneQuery = "",
) -> Response[str]:
    """What somebody leads, whether they are a manager or not yet."""
    person = await person_of(request, uuid_or(NotManaged, user_id), training_reports)
    values = await _values(request, person, manager_queries)
    return page(request, _ONE, {**values, **CLEAN, "done": _DONE.get(done)})


@post("/training/managers/{user_id:str}", policy=TRAINING, status_code=HTTPStatus.OK)
async def appoint_manager_here(
    *,
    request: Asked,
    user_id: FromPath[str],
    data: Form,
    training_reports: ReadsTrainings,
    manager_queries: ReadsManagers,
    appoint_manager: NamedDependency[SkipValidation[AppointManager]],
) -> Response[Any]:
    """What is ticked and nothing else; without any of it they are no manager any more."""
    person = await person_of(request, uuid_or(NotManaged, user_id), training_reports)
    departments, stations = texts_of(data, "departments"), texts_of(data, "station_ids")
    try:
        led = checked(Leadership, {"departments": departments, "station_ids": [number_of(each) for each in stations]})
        await appoint_manager(person.user_id, led.departments, led.station_ids)
    except Refusals as error:
        given: Mapping[str, Any] = {"departments": set(departments), "station_ids": set(stations)}
        return form_again(request, _ONE, {**await _values(request, person, manager_queries), "given": given}, error)
    return led_to(f"{MANAGERS}/{person.user_id}?done=saved")


HANDLERS: Sequence[BaseRouteHandler] = (show_managers, show_manager, appoint_manager_here)
