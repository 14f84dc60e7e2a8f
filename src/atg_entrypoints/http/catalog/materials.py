"""The materials of a lesson."""

from collections.abc import Sequence

from litestar import delete, get, post, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, SkipValidation

from atg_core.catalog.curriculum import EditCurriculum
from atg_core.catalog.curriculum_records import MATERIALS
from atg_core.catalog.ports import CatalogQueries, LessonNotFound
from atg_entrypoints.http.catalog import curriculum_wire as wire
from atg_entrypoints.http.policy import AUTHOR, PUBLIC
from atg_entrypoints.http.wire import Page, Paging, serial_or, to_wire

_TAGS = ["authoring"]


@get(
    "/lessons/{lesson_id:str}/materials",
    policy=PUBLIC,
    tags=["topics"],
    summary="The materials of a lesson",
)
async def list_materials(
    lesson_id: FromPath[str],
    catalog_queries: NamedDependency[SkipValidation[CatalogQueries]],
    paging: NamedDependency[SkipValidation[Paging]],
) -> Page[wire.AuthoredMaterial]:
    lesson = serial_or(LessonNotFound, lesson_id)
    found, total = await catalog_queries.materials(lesson, limit=paging.size, offset=paging.offset)
    return paging.of(to_wire(found, list[wire.AuthoredMaterial]), total)


@post("/lessons/{lesson_id:str}/materials", policy=AUTHOR, tags=_TAGS, summary="Add a material", also={409})
async def add_material(
    lesson_id: FromPath[str],
    data: JSONBody[wire.MaterialChanges],
    edit_curriculum: NamedDependency[SkipValidation[EditCurriculum]],
) -> wire.AuthoredMaterial:
    lesson = serial_or(MATERIALS.parent_not_found, lesson_id)
    return to_wire(
        await edit_curriculum.add(MATERIALS, {**data.present_fields(), "lesson_id": lesson}), wire.AuthoredMaterial
    )


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
    lesson, material = serial_or(MATERIALS.not_found, lesson_id), serial_or(MATERIALS.not_found, material_id)
    changed = await edit_curriculum.change(MATERIALS, material, data.present_fields(), lesson)
    return to_wire(changed, wire.AuthoredMaterial)


@delete("/lessons/{lesson_id:str}/materials/{material_id:str}", policy=AUTHOR, tags=_TAGS, summary="Delete a material")
async def delete_material(
    lesson_id: FromPath[str],
    material_id: FromPath[str],
    edit_curriculum: NamedDependency[SkipValidation[EditCurriculum]],
) -> None:
    lesson, material = serial_or(MATERIALS.not_found, lesson_id), serial_or(MATERIALS.not_found, material_id)
    await edit_curriculum.remove(MATERIALS, material, lesson)


HANDLERS: Sequence[BaseRouteHandler] = (list_materials, add_material, change_material, delete_material)
