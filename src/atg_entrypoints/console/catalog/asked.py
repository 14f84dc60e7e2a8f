"""What pages of authors share: their dependencies, and the values of their fields."""

from collections.abc import Mapping
from typing import Annotated, Any

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import QueryParameter, SkipValidation

from atg_core.catalog.authoring import AuthoringQueries
from atg_core.catalog.curriculum import EditCurriculum
from atg_core.catalog.ports import CatalogQueries
from atg_core.identity.model import Caller
from atg_core.identity.ports import AccessClaims
from atg_core.words import phrase
from atg_entrypoints.console.forms import line_of, number_of, text_of
from atg_entrypoints.http.policy import ADMIN
from atg_entrypoints.http.wire import NO_NUL, Paging

AUTHORING = "/app/authoring"
COURSES = f"{AUTHORING}/courses"
PROGRAMS = f"{AUTHORING}/programs"
LESSONS = f"{AUTHORING}/lessons"
TOPICS = f"{AUTHORING}/topics"
STATIONS = f"{AUTHORING}/stations"
BANKS = f"{AUTHORING}/banks"

Asked = Request[Caller, AccessClaims, Any]
Reads = NamedDependency[SkipValidation[AuthoringQueries]]
ReadsCatalog = NamedDependency[SkipValidation[CatalogQueries]]
Edits = NamedDependency[SkipValidation[EditCurriculum]]
Pages = NamedDependency[SkipValidation[Paging]]
DoneQuery = Annotated[str, QueryParameter(max_length=20)]
WordsQuery = Annotated[str, QueryParameter(name="q", max_length=200, pattern=NO_NUL)]

DONE = {
    "saved": phrase("Saved"),
    "added": phrase("Added"),
    "deleted": phrase("Deleted"),
    "hidden": phrase("Hidden from learners; the progress of people stays"),
    "retired": phrase("Retired: tests draw it no more; the answers of people stay"),
    "moved": phrase("Moved"),
}

type Fields = dict[str, str | list[str]]


def body_of(
    data: Fields, *, texts: tuple[str, ...] = (), numbers: tuple[str, ...] = (), ticks: tuple[str, ...] = ()
) -> dict[str, Any]:
    """The fields of a form as the body that the API takes: what is empty is null."""
    return {
        **{name: line_of(data, name) for name in texts},
        **{name: number_of(text_of(data, name)) for name in numbers},
        **{name: text_of(data, name) == "on" for name in ticks},
    }


def shown(body: Mapping[str, Any]) -> dict[str, Any]:
    """A body, or what is stored, as a form shows it."""
    return {name: "" if value is None else value for name, value in body.items()}


def tabs_of(request: Asked) -> dict[str, Any]:
    """What the parts of authoring say about who looks, and whether there are learning paths here."""
    served = request.app.state["container"].settings().contexts
    return {"edits_stations": request.user.role in ADMIN.roles, "has_paths": "learning" in served}
