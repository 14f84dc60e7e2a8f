"""Products of the shop: anyone may list them, their content is for those who bought them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

from litestar import Request, delete, get, post, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter, SkipValidation
from msgspec import UNSET

from atg_core.shop.model import ShopLesson
from atg_core.shop.ports import CourseNotFound, LessonNotFound, ShopFilters, ShopQueries
from atg_core.shop.products import EditProducts
from atg_entrypoints.http.for_user import ForUser
from atg_entrypoints.http.policy import SHOP, SHOPPER
from atg_entrypoints.http.shop.shopper import Shopper, shopper_of
from atg_entrypoints.http.shop.wire import (
    ShopCourseChanges,
    ShopCourseCreation,
    ShopCourseReply,
    ShopCourseRow,
    ShopLessonChanges,
    ShopLessonCreation,
    ShopLessonRow,
    Stars,
)
from atg_entrypoints.http.wire import NO_NUL, Page, Paging, present_fields, serial_or, to_wire

_TAGS = ["shop"]

Queries = NamedDependency[SkipValidation[ShopQueries]]
Editing = NamedDependency[SkipValidation[EditProducts]]
Pages = NamedDependency[SkipValidation[Paging]]
Query = Annotated[str | None, QueryParameter(name="q", max_length=200, pattern=NO_NUL)]
Active = Annotated[
    bool | None, QueryParameter(name="is_active", description="Others than administrators see active ones only")
]
Least = Annotated[Stars | None, QueryParameter(name="min_price")]
Most = Annotated[Stars | None, QueryParameter(name="max_price")]


@get("/api/lessons", policy=SHOPPER, tags=_TAGS, summary="Lessons for sale", also={400})
async def list_lessons(
    *,
    request: Request[Any, Any, Any],
    shop_queries: Queries,
    paging: Pages,
    q: Query = None,
    is_free: Annotated[bool | None, QueryParameter(name="is_free")] = None,
    is_active: Active = None,
    min_price: Least = None,
    max_price: Most = None,
    for_user: ForUser = None,
) -> Page[ShopLessonRow]:
    shopper = shopper_of(request)
    filters = ShopFilters(q=q, is_free=is_free, is_active=is_active, min_price=min_price, max_price=max_price)
    lessons, total = await shop_queries.lessons(_visible_to(shopper, filters), limit=paging.size, offset=paging.offset)
    return paging.of(await _rows(shop_queries, shopper.reads_as(for_user), lessons), total)


@get("/api/lessons/{lesson_id:str}", policy=SHOPPER, tags=_TAGS, summary="A lesson for sale", also={400})
async def show_lesson(
    request: Request[Any, Any, Any], lesson_id: FromPath[str], shop_queries: Queries, for_user: ForUser = None
) -> ShopLessonRow:
    shopper = shopper_of(request)
    lesson = await shop_queries.lesson(serial_or(LessonNotFound, lesson_id))
    [row] = await _rows(shop_queries, shopper.reads_as(for_user), [lesson])
    # Buyers keep access to a lesson that is no longer for sale.
    if not lesson.is_active and not shopper.sells and (lesson.is_free or not row.has_access):
        raise LessonNotFound
    return row


@post("/api/lessons", policy=SHOP, tags=_TAGS, summary="Add a lesson for sale")
async def add_lesson(data: JSONBody[ShopLessonCreation], edit_products: Editing) -> ShopLessonRow:
    return ShopLessonRow.shown(await edit_products.add_lesson(present_fields(data)), has_access=True)


@put("/api/lessons/{lesson_id:str}", policy=SHOP, tags=_TAGS, summary="Change a lesson")
async def change_lesson(
    lesson_id: FromPath[str], data: JSONBody[ShopLessonChanges], edit_products: Editing
) -> ShopLessonRow:
    changed = await edit_products.change_lesson(serial_or(LessonNotFound, lesson_id), present_fields(data))
    return ShopLessonRow.shown(changed, has_access=True)


@delete("/api/lessons/{lesson_id:str}", policy=SHOP, tags=_TAGS, summary="Delete a lesson, or deactivate it")
async def delete_lesson(lesson_id: FromPath[str], edit_products: Editing) -> None:
    """One that was bought, or is part of a course, is deactivated instead."""
    await edit_products.delete_lesson(serial_or(LessonNotFound, lesson_id))


@get("/api/courses", policy=SHOPPER, tags=_TAGS, summary="Courses for sale", also={400})
async def list_courses(
    *,
    request: Request[Any, Any, Any],
    shop_queries: Queries,
    paging: Pages,
    q: Query = None,
    is_active: Active = None,
    min_price: Least = None,
    max_price: Most = None,
) -> Page[ShopCourseRow]:
    filters = ShopFilters(q=q, is_active=is_active, min_price=min_price, max_price=max_price)
    seen = _visible_to(shopper_of(request), filters)
    courses, total = await shop_queries.courses(seen, limit=paging.size, offset=paging.offset)
    return paging.of(to_wire(courses, list[ShopCourseRow]), total)


@get("/api/courses/{course_id:str}", policy=SHOPPER, tags=_TAGS, summary="A course with its lessons", also={400})
async def show_course(
    request: Request[Any, Any, Any], course_id: FromPath[str], shop_queries: Queries, for_user: ForUser = None
) -> ShopCourseReply:
    shopper = shopper_of(request)
    course, lessons = await shop_queries.course(serial_or(CourseNotFound, course_id))
    rows = await _rows(shop_queries, shopper.reads_as(for_user), lessons)
    if not course.is_active and not shopper.sells:
        raise CourseNotFound
    return ShopCourseReply.of(course, rows)


@post("/api/courses", policy=SHOP, tags=_TAGS, summary="Add a course for sale", also={404})
async def add_course(data: JSONBody[ShopCourseCreation], edit_products: Editing) -> ShopCourseRow:
    values = present_fields(data)
    return to_wire(await edit_products.add_course(values, values.pop("lesson_ids")), ShopCourseRow)


@put("/api/courses/{course_id:str}", policy=SHOP, tags=_TAGS, summary="Change a course")
async def change_course(
    course_id: FromPath[str], data: JSONBody[ShopCourseChanges], edit_products: Editing
) -> ShopCourseRow:
    values = present_fields(data)
    values.pop("lesson_ids", None)
    lesson_ids = None if data.lesson_ids is UNSET else data.lesson_ids
    return to_wire(
        await edit_products.change_course(serial_or(CourseNotFound, course_id), values, lesson_ids), ShopCourseRow
    )


@delete("/api/courses/{course_id:str}", policy=SHOP, tags=_TAGS, summary="Delete a course, or deactivate it")
async def delete_course(course_id: FromPath[str], edit_products: Editing) -> None:
    """One that was bought is deactivated instead."""
    await edit_products.delete_course(serial_or(CourseNotFound, course_id))


def _visible_to(shopper: Shopper, filters: ShopFilters) -> ShopFilters:
    """Others than administrators see active products only; none matches a filter for inactive ones."""
    if shopper.sells or filters.is_active is True:
        return filters
    return replace(filters, is_active=True, max_price=-1 if filters.is_active is False else filters.max_price)


async def _rows(shop_queries: ShopQueries, user_id: int | None, lessons: Sequence[ShopLesson]) -> list[ShopLessonRow]:
    accesses = {} if user_id is None else await shop_queries.accesses(user_id, [lesson.id for lesson in lessons])
    return [ShopLessonRow.of(lesson, accesses) for lesson in lessons]


HANDLERS: Sequence[BaseRouteHandler] = (
    list_lessons,
    show_lesson,
    add_lesson,
    change_lesson,
    delete_lesson,
    list_courses,
    show_course,
    add_course,
    change_course,
    delete_course,
)
