"""People: found by name, role and where they work; and a new account."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import SkipValidation
from litestar.response import Redirect

from atg_core.catalog.ports import CatalogQueries
from atg_core.errors import TooMany
from atg_core.identity.model import Role, UserQuery
from atg_core.identity.ports import Callers
from atg_core.identity.user_administration import AdministerUsers, NewUser, NothingToSendTo
from atg_core.text import canonical_email
from atg_entrypoints.console.administration.asked import PEOPLE, ROLES, Asked, TextQuery, sections_of
from atg_entrypoints.console.administration.person_form import ACCOUNT, WORK, given_of, place_values
from atg_entrypoints.console.forms import CLEAN, Form, Refusals, checked, form_again, text_of
from atg_entrypoints.console.pages import led_to, page
from atg_entrypoints.http.identity.user_administration import UserCreation
from atg_entrypoints.http.policy import PEOPLE_STAFF, TRAINING
from atg_entrypoints.http.wire import Paging

_LIST, _NEW = "administration/people", "administration/new_person"
_EMPTY: Mapping[str, Any] = {**dict.fromkeys((*ACCOUNT, *WORK), ""), "role": Role.USER}
_STATES = {"active": True, "inactive": False}

Reads = NamedDependency[SkipValidation[Callers]]
Stations = NamedDependency[SkipValidation[CatalogQueries]]
Administers = NamedDependency[SkipValidation[AdministerUsers]]


@get("/admin", policy=PEOPLE_STAFF)
async def show_administration() -> Redirect:
    return led_to(PEOPLE)


@get("/admin/people", policy=PEOPLE_STAFF)
async def show_people(
    *,
    request: Asked,
    callers: Reads,
    catalog_queries: Stations,
    paging: NamedDependency[SkipValidation[Paging]],
    q: TextQuery = "",
    role: TextQuery = "",
    activity: TextQuery = "",
    department: TextQuery = "",
    station: TextQuery = "",
) -> Response[str]:
    asked = {"q": q.strip(), "role": role, "activity": activity, "department": department, "station": station}
    found, total = await callers.users(_query(asked), limit=paging.size, offset=paging.offset)
    values = {**asked, **await place_values(callers, catalog_queries), **known_to(request), "asked": asked}
    return page(request, _LIST, {**values, "found": paging.of(found, total)})


def _query(asked: Mapping[str, str]) -> UserQuery:
    """What is none of the choices is not asked for."""
    station = asked["station"]
    return UserQuery(
        q=asked["q"] or None,
        role=Role(asked["role"]) if asked["role"] in set(Role) else None,
        is_active=_STATES.get(asked["activity"]),
        department=asked["department"] or None,
        station_id=int(station) if station.isascii() and station.isdecimal() and len(station) < 10 else None,
    )


def known_to(request: Asked) -> dict[str, Any]:
    is_admin = request.user.role is Role.ADMIN
    return {
        "roles": ROLES,
        "sections": sections_of(request),
        "may_make": request.user.role in TRAINING.roles,
        "is_admin": is_admin,
    }


@get("/admin/people/new", policy=TRAINING)
async def show_new_person(request: Asked, callers: Reads, catalog_queries: Stations) -> Response[str]:
    given = {**_EMPTY, "sends_link": "yes"}
    return page(request, _NEW, {**await _values(request, callers, catalog_queries), "given": given, **CLEAN})


async def _values(request: Asked, callers: Callers, queries: CatalogQueries) -> dict[str, Any]:
    return {**known_to(request), **await place_values(callers, queries), "back": f"{PEOPLE}/new"}


@post("/admin/people", policy=TRAINING, status_code=HTTPStatus.OK)
async def make_person(
    request: Asked, data: Form, callers: Reads, catalog_queries: Stations, administer_users: Administers
) -> Response[Any]:
    given = given_of(data, (*ACCOUNT, *WORK))
    password = text_of(data, "password")
    try:
        body = checked(UserCreation, {**_present(given), **({"password": password} if password else {})})
        made = await administer_users.create(request.user, _new_user(body))
    except Refusals as error:
        again = {**_EMPTY, **given, "sends_link": text_of(data, "sends_link")}
        return form_again(request, _NEW, {**await _values(request, callers, catalog_queries), "given": again}, error)
    done = "made"
    if text_of(data, "sends_link") and made.email:
        try:
            await administer_users.send_password_link(request.user, made.id)
            done = "invited"
        except (NothingToSendTo, TooMany):
            done = "unsent"
    return led_to(f"{PEOPLE}/{made.id}?done={done}")


def _present(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if value is not None}


def _new_user(body: UserCreation) -> NewUser:
    values = {name: getattr(body, name) for name in body.__struct_fields__}
    return NewUser(**{**values, "email": canonical_email(body.email) if body.email else None})


HANDLERS: Sequence[BaseRouteHandler] = (show_administration, show_people, show_new_person, make_person)
