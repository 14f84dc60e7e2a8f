"""What pages of trainings are asked for: their filters, what these offer, and the dependencies that they share."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request, Response
from litestar.di import NamedDependency, Provide
from litestar.params import QueryParameter, SkipValidation

from atg_core.clock import Clock
from atg_core.identity.model import Caller
from atg_core.identity.ports import AccessClaims
from atg_core.learning.training_reports import MatrixCourse, PeopleQuery, TrainingReports
from atg_entrypoints.console.forms import text_of
from atg_entrypoints.console.pages import page
from atg_entrypoints.console.queries import serial_of
from atg_entrypoints.container import Container
from atg_entrypoints.http.policy import TRAINING
from atg_entrypoints.http.wire import NO_NUL, Paging

HERE = "/app/training"
MOST_PRINTED = 1_000
"""Rows of a list that is printed as a whole; a file has them all."""
MOST_CELLS = 20_000
"""Of a table that is printed as a whole."""

_NAMES = ("q", "department", "station_id", "position", "course_id")

Asked = Request[Caller, AccessClaims, Any]
Now = NamedDependency[SkipValidation[Clock]]
Pages = NamedDependency[SkipValidation[Paging]]
ReadsTrainings = NamedDependency[SkipValidation[TrainingReports]]
_Text = Annotated[str, QueryParameter(max_length=255, pattern=NO_NUL)]
_Whole = Annotated[bool, QueryParameter(name="whole")]
DoneQuery = Annotated[str, QueryParameter(max_length=20)]


def sees_everybody(caller: Caller) -> bool:
    """Managers see their own people (decision 0053)."""
    return caller.role in TRAINING.roles


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """As the forms send them; what is empty, or no id, is left out. `is_whole`: all rows at once, to be printed."""

    q: str | None = None
    department: str | None = None
    station_id: int | None = None
    position: str | None = None
    course_id: UUID | None = None
    is_whole: bool = False

    def people(self, caller: Caller) -> PeopleQuery:
        """Of those whom the caller may see."""
        return PeopleQuery(
            q=self.q,
            department=self.department,
            station_id=self.station_id,
            position=self.position,
            managed_by=None if sees_everybody(caller) else caller.id,
        )

    def query(self, **more: object) -> str:
        """Of an address, which ends with `&` unless it is empty."""
        given = {**{name: getattr(self, name) for name in _NAMES}, **more}
        text = urlencode({name: value for name, value in given.items() if value is not None}, doseq=True)
        return f"{text}&" if text else ""

    def page_of(self, paging: Paging, columns: int = 1) -> Paging:
        return Paging(page=1, size=min(MOST_PRINTED, MOST_CELLS // max(1, columns))) if self.is_whole else paging


def _asked(
    *,
    q: _Text = "",
    department: _Text = "",
    station_id: _Text = "",
    position: _Text = "",
    course_id: _Text = "",
    whole: _Whole = False,
) -> Filters:
    return Filters(
        q=q.strip() or None,
        department=department or None,
        station_id=serial_of(station_id),
        position=position.strip() or None,
        course_id=uuid_in(course_id),
        is_whole=whole,
    )


def filters_in(form: dict[str, str | list[str]]) -> Filters:
    """The filters of the page from which a form was sent."""
    q, department, station_id, position, course_id = (text_of(form, name)[:255] for name in _NAMES)
    return _asked(q=q, department=department, station_id=station_id, position=position, course_id=course_id)


FILTERED: Mapping[str, Provide] = {"filters": Provide(_asked, sync_to_thread=False)}
AskedFilters = NamedDependency[SkipValidation[Filters]]


def uuid_in(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


class Place(NamedTuple):
    id: int
    name: str


class Choices(NamedTuple):
    """What the filters of the caller offer; of positions a manager is offered none, since those are everybody's."""

    departments: Sequence[str]
    stations: Sequence[Place]
    positions: Sequence[str]
    courses: Sequence[MatrixCourse]


async def choices_for(request: Asked) -> Choices:
    container: Container = request.app.state["container"]
    courses = await container.training_reports().courses(None)
    if sees_everybody(request.user):
        stations = [Place(each.id, each.name) for each in await container.catalog_queries().stations()]
        departments, positions = await container.callers().departments(), await container.callers().positions()
        return Choices(sorted(departments), stations, sorted(positions), courses)
    led = await container.manager_queries().find_manager(request.user.id)
    if led is None:
        return Choices([], [], [], courses)
    return Choices(led.departments, [Place(each.id, each.name) for each in led.stations], [], courses)


async def long_page(request: Asked, name: str, values: Mapping[str, Any]) -> Response[str]:
    """Of thousands of cells, which are written in a thread, so that other requests need not wait."""
    return await asyncio.to_thread(page, request, name, values)


def shared_values(request: Asked) -> dict[str, Any]:
    """What each page of trainings says: which of them there are, and where its files are."""
    everybody = sees_everybody(request.user)
    return {
        "sees_everybody": everybody,
        "files": "/app/api/admin/reports" if everybody else "/app/api/managed",
        "done": None,
    }
