"""Authoring for instructors and admins: courses, programs, lessons, topics, materials, files and tests."""

from collections.abc import Callable, Sequence
from typing import Any, cast

from litestar import Request, delete, get, post, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, SkipValidation

from atg_core.catalog.curriculum import COURSES, LESSONS, MATERIALS, PROGRAMS, TOPICS, EditCurriculum, Id, Part
from atg_core.catalog.ports import Catalog, LessonNotFound
from atg_core.catalog.test_writing import FINAL_TESTS, LESSON_TESTS, EditTests
from atg_entrypoints.http import curriculum_wire as wire
from atg_entrypoints.http.policy import AUTHOR, PUBLIC
from atg_entrypoints.http.wire import Data, Page, Paging, serial_or, to_wire, uuid_or

_TAGS = ["authoring"]
_COURSES, _PROGRAMS, _LESSONS, _TOPICS = "/courses", "/programs", "/lessons", "/topics"


def _id_of(part: Part) -> Callable[[str], Id]:
    """Reads the id in a path. What it gives raises the part's `absent`."""
    return lambda text: uuid_or(part.absent, text) if part is COURSES else serial_or(part.absent, text)


def _routes(  # noqa: PLR0917 - read as a table below
    path: str, name: str, part: Part, new: type[wire.Changes], changes: type[wire.Changes], row: type
) -> list[BaseRouteHandler]:
    """Making, changing and deleting one kind of record."""
    id_of, parameter = _id_of(part), f"{name}_id"

    @post(path, policy=AUTHOR, tags=_TAGS, summary=f"Make a {name}", name=f"make {name}", also={404, 409})
    async def make(
        data: JSONBody[new],  # type: ignore[valid-type]
        edit_curriculum: NamedDependency[SkipValidation[EditCurriculum]],
    ) -> row:  # type: ignore[valid-type]
        values = cast("wire.Changes", data).named()
        return to_wire(await edit_curriculum.add(part, values), row)

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
        values = cast("wire.Changes", data).named()
        return to_wire(await edit_curriculum.change(part, id_of(request.path_params[parameter]), values), row)

    @delete(f"{path}/{{{parameter}:str}}", policy=AUTHOR, tags=_TAGS, summary=f"Delete a {name}", name=f"delete {name}")
    async def remove(
        request: Request[Any, Any, Any], edit_curriculum: NamedDependency[SkipValidation[EditCurriculum]]
    ) -> None:
        """What learners have made progress with is deactivated instead."""
        await edit_curriculum.remove(part, id_of(request.path_params[parameter]))

    if not part.is_ordered:
        return [make, change, remove]

    @put(
        f"{path}/order",
        policy=AUTHOR,
        tags=_TAGS,
        summary=f"Put {name}s in an order",
        name=f"order {name}s",
        also={404},
    )
    async def order(
        data: JSONBody[wire.Ids], edit_curriculum: NamedDependency[SkipValidation[EditCurriculum]]
    ) -> Data[row]:  # type: ignore[valid-type]
        """The ids of siblings; those that are not named come after them."""
        return Data(to_wire(await edit_curriculum.order(part, data), list[row]))  # type: ignore[valid-type]

    return [make, change, remove, order]


def _test_routes(path: str, name: str, part: Part, parameter: str) -> list[BaseRouteHandler]:
    """Authoring the one test of a lesson or a program."""

    def parent(request: Request[Any, Any, Any], *, made: bool = False) -> int:
        return serial_or(part.parent_absent if made else part.absent, request.path_params[parameter])

    @post(path, policy=AUTHOR, tags=_TAGS, summary=f"Make {name}", name=f"make {name}", also={409})
    async def make(
        request: Request[Any, Any, Any],
        data: JSONBody[wire.NewTest],
        edit_tests: NamedDependency[SkipValidation[EditTests]],
    ) -> wire.AuthoredTest:
        values, questions = data.written()
        return wire.AuthoredTest.of(await edit_tests.add(part, parent(request, made=True), values, questions or ()))

    @put(path, policy=AUTHOR, tags=_TAGS, summary=f"Change {name}", name=f"change {name}", also={409})
    async def change(
        request: Request[Any, Any, Any],
        data: JSONBody[wire.TestChanges],
        edit_tests: NamedDependency[SkipValidation[EditTests]],
    ) -> wire.AuthoredTest:
        """Questions and options with an id are changed, those without are new, those that are not named are deleted."""
        values, questions = data.written()
        return wire.AuthoredTest.of(await edit_tests.change(part, parent(request), values, questions))

    @get(f"{path}/key", policy=AUTHOR, tags=_TAGS, summary=f"{name} with its right options", name=f"key of {name}")
    async def key(
        request: Request[Any, Any, Any], edit_tests: NamedDependency[SkipValidation[EditTests]]
    ) -> wire.AuthoredTest:
        return wire.AuthoredTest.of(await edit_tests.show(part, parent(request)))

    @delete(path, policy=AUTHOR, tags=_TAGS, summary=f"Delete {name}", name=f"delete {name}")
    async def remove(request: Request[Any, Any, Any], edit_tests: NamedDependency[SkipValidation[EditTests]]) -> None:
        """A test that learners have tried is deactivated instead."""
        await edit_tests.remove(part, parent(request))

    return [make, change, key, remove]


@get(
    "/lessons/{lesson_id:str}/materials",
    policy=PUBLIC,
    tags=["topics"],
    summary="What is handed out with a lesson",
)
async def list_materials(
    lesson_id: FromPath[str],
    catalog: NamedDependency[SkipValidation[Catalog]],
    paging: NamedDependency[SkipValidation[Paging]],
) -> Page[wire.AuthoredMaterial]:
    lesson = serial_or(LessonNotFound, lesson_id)
    found, total = await catalog.materials(lesson, limit=paging.size, offset=paging.offset)
    return paging.of(to_wire(found, list[wire.AuthoredMaterial]), total)


@post("/lessons/{lesson_id:str}/materials", policy=AUTHOR, tags=_TAGS, summary="Add a material", also={409})
async def add_material(
    lesson_id: FromPath[str],
    data: JSONBody[wire.MaterialChanges],
    edit_curriculum: NamedDependency[SkipValidation[EditCurriculum]],
) -> wire.AuthoredMaterial:
    lesson = serial_or(MATERIALS.parent_absent, lesson_id)
    return to_wire(await edit_curriculum.add(MATERIALS, {**data.named(), "lesson_id": lesson}), wire.AuthoredMaterial)


@put(
    "/lessons/{lesson_id:str}/materials/{material_id:str}",
    policy=AUTHOR,
    tags=_TAGS,
    summary="Rename a material",
    also={409},
)
async def change_material(
    lesson_id: FromPath[str],
    material_id: FromPath[str],
    data: JSONBody[wire.MaterialChanges],
    edit_curriculum: NamedDependency[SkipValidation[EditCurriculum]],
) -> wire.AuthoredMaterial:
    lesson, material = serial_or(MATERIALS.absent, lesson_id), serial_or(MATERIALS.absent, material_id)
    changed = await edit_curriculum.change(MATERIALS, material, data.named(), lesson)
    return to_wire(changed, wire.AuthoredMaterial)


@delete("/lessons/{lesson_id:str}/materials/{material_id:str}", policy=AUTHOR, tags=_TAGS, summary="Delete a material")
async def delete_material(
    lesson_id: FromPath[str],
    material_id: FromPath[str],
    edit_curriculum: NamedDependency[SkipValidation[EditCurriculum]],
) -> None:
    lesson, material = serial_or(MATERIALS.absent, lesson_id), serial_or(MATERIALS.absent, material_id)
    await edit_curriculum.remove(MATERIALS, material, lesson)


HANDLERS: Sequence[BaseRouteHandler] = (
    *_routes(_COURSES, "course", COURSES, wire.NewCourse, wire.CourseChanges, wire.AuthoredCourse),
    *_routes(_PROGRAMS, "program", PROGRAMS, wire.NewProgram, wire.ProgramChanges, wire.AuthoredProgram),
    *_routes(_LESSONS, "lesson", LESSONS, wire.NewLesson, wire.LessonChanges, wire.AuthoredLesson),
    *_routes(_TOPICS, "topic", TOPICS, wire.NewTopic, wire.TopicChanges, wire.AuthoredTopic),
    *_test_routes("/lessons/{lesson_id:str}/test", "the test of a lesson", LESSON_TESTS, "lesson_id"),
    *_test_routes("/programs/{program_id:str}/final-test", "a final test", FINAL_TESTS, "program_id"),
    list_materials,
    add_material,
    change_material,
    delete_material,
)
