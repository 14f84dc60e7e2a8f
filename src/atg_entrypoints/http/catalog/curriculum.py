"""Authoring courses, programs, lessons and topics, for instructors and admins."""

from collections.abc import Callable, Sequence
from typing import Any, cast

from litestar import Request, delete, post, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import JSONBody, SkipValidation

from atg_core.catalog.curriculum import EditCurriculum
from atg_core.catalog.curriculum_records import COURSES, LESSONS, PROGRAMS, TOPICS, Id, RecordKind
from atg_core.errors import ChangedMeanwhile
from atg_entrypoints.http.catalog import curriculum_wire as wire
from atg_entrypoints.http.policy import AUTHOR
from atg_entrypoints.http.wire import Data, serial_or, to_wire, uuid_or

_TAGS = ["authoring"]
_COURSES, _PROGRAMS, _LESSONS, _TOPICS = "/courses", "/programs", "/lessons", "/topics"


def _id_of(kind: RecordKind) -> Callable[[str], Id]:
    """A parser of the id in a path, which raises the kind's `not_found`."""
    return lambda text: uuid_or(kind.not_found, text) if kind is COURSES else serial_or(kind.not_found, text)


def _routes(  # noqa: PLR0917 - read as a table below
    path: str, name: str, kind: RecordKind, new: type[wire.Changes], changes: type[wire.Changes], row: type
) -> list[BaseRouteHandler]:
    """The routes of one kind of record: create, change, delete, and reorder if it is ordered."""
    id_of, parameter = _id_of(kind), f"{name}_id"

    @post(path, policy=AUTHOR, tags=_TAGS, summary=f"Create a {name}", name=f"make {name}", also={404, 409})
    async def make(
        data: JSONBody[new],  # type: ignore[valid-type]
        edit_curriculum: NamedDependency[SkipValidation[EditCurriculum]],
    ) -> row:  # type: ignore[valid-type]
        values = cast("wire.Changes", data).present_fields()
        return to_wire(await edit_curriculum.add(kind, values), row)

    @put(
        f"{path}/{{{parameter}:str}}",
        policy=AUTHOR,
        tags=_TAGS,
        summary=f"Change a {name}",
        name=f"change {name}",
        also={409},
    )
    async def change(
        request: Request[Any, Any, Any],
        data: JSONBody[changes],  # type: ignore[valid-type]
        edit_curriculum: NamedDependency[SkipValidation[EditCurriculum]],
    ) -> row:  # type: ignore[valid-type]
        values, key = cast("wire.Changes", data).present_fields(), id_of(request.path_params[parameter])
        try:
            return to_wire(await edit_curriculum.change(kind, key, values, was=values.pop("was", None)), row)
        except ChangedMeanwhile as late:
            raise ChangedMeanwhile(to_wire(late.current, row)) from None

    if kind.is_versioned:
        change.fn.__doc__ = f"If it has changed since it `was`, 409 `changed_meanwhile` with the {name} as `current`."

    @delete(f"{path}/{{{parameter}:str}}", policy=AUTHOR, tags=_TAGS, summary=f"Delete a {name}", name=f"delete {name}")
    async def remove(
        request: Request[Any, Any, Any], edit_curriculum: NamedDependency[SkipValidation[EditCurriculum]]
    ) -> None:
        """A record in which learners have progress is deactivated instead."""
        await edit_curriculum.remove(kind, id_of(request.path_params[parameter]))

    if not kind.is_ordered:
        return [make, change, remove]

    @put(
        f"{path}/order",
        policy=AUTHOR,
        tags=_TAGS,
        summary=f"Reorder {name}s",
        name=f"order {name}s",
        also={404},
    )
    async def order(
        data: JSONBody[wire.Ids], edit_curriculum: NamedDependency[SkipValidation[EditCurriculum]]
    ) -> Data[row]:  # type: ignore[valid-type]
        """The ids of siblings; those that are not named come last."""
        return Data(to_wire(await edit_curriculum.order(kind, data), list[row]))  # type: ignore[valid-type]

    return [make, change, remove, order]


HANDLERS: Sequence[BaseRouteHandler] = (
    *_routes(_COURSES, "course", COURSES, wire.NewCourse, wire.CourseChanges, wire.AuthoredCourse),
    *_routes(_PROGRAMS, "program", PROGRAMS, wire.NewProgram, wire.ProgramChanges, wire.AuthoredProgram),
    *_routes(_LESSONS, "lesson", LESSONS, wire.NewLesson, wire.LessonChanges, wire.AuthoredLesson),
    *_routes(_TOPICS, "topic", TOPICS, wire.NewTopic, wire.TopicChanges, wire.AuthoredTopic),
)
