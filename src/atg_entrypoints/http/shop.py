"""The shop: lessons and courses for sale. Anyone may look; what they hold is for those who have bought it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

from litestar import Request, delete, get, post, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter, SkipValidation
from msgspec import UNSET

from atg_core.store.keeping import KeepGoods
from atg_core.store.model import ShopLesson
from atg_core.store.ports import CourseNotFound, LessonNotFound, Shop, Wanted
from atg_entrypoints.http.policy import ADMIN, SHOPPER
from atg_entrypoints.http.shop_wire import (
    ShopCourseChanges,
    ShopCourseCreation,
    ShopCourseReply,
    ShopCourseRow,
    ShopLessonChanges,
    ShopLessonCreation,
    ShopLessonRow,
    Stars,
)
from atg_entrypoints.http.shopper import Shopper, shopper_of
from atg_entrypoints.http.wire import NO_NUL, Page, Paging, named, serial_or, to_wire

_TAGS = ["shop"]

Reads = NamedDependency[SkipValidation[Shop]]
Keeps = NamedDependency[SkipValidation[KeepGoods]]
Pages = NamedDependency[SkipValidation[Paging]]
Words = Annotated[str | None, QueryParameter(name="q", max_length=200, pattern=NO_NUL)]
Active = Annotated[
    bool | None, QueryParameter(name="is_active", description="Others than administrators see the active")
]
Least = Annotated[Stars | None, QueryParameter(name="min_price")]
Most = Annotated[Stars | None, QueryParameter(name="max_price")]
ForUser = Annotated[
    int | None,
    QueryParameter(name="for_user", ge=1, le=2**31 - 1, description="Of the service and administrators: as who"),
]


@get("/api/lessons", policy=SHOPPER, tags=_TAGS, summary="Lessons for sale", also={400})
async def list_lessons(
    *,
    request: Request[Any, Any, Any],
    shop: Reads,
    paging: Pages,
    q: Words = None,
    is_free: Annotated[bool | None, QueryParameter(name="is_free")] = None,
    is_active: Active = None,
    min_price: Least = None,
    max_price: Most = None,
    for_user: ForUser = None,
) -> Page[ShopLessonRow]:
    shopper = shopper_of(request)
    wanted = Wanted(q=q, is_free=is_free, is_active=is_active, min_price=min_price, max_price=max_price)
    lessons, total = await shop.lessons(_seen_by(shopper, wanted), limit=paging.size, offset=paging.offset)
    return paging.of(await _rows(shop, shopper.reads_as(for_user), lessons), total)


@get("/api/lessons/{lesson_id:str}", policy=SHOPPER, tags=_TAGS, summary="A lesson for sale", also={400})
async def show_lesson(
    request: Request[Any, Any, Any], lesson_id: FromPath[str], shop: Reads, for_user: ForUser = None
) -> ShopLessonRow:
    shopper = shopper_of(request)
    lesson = await shop.lesson(serial_or(LessonNotFound, lesson_id))
    [row] = await _rows(shop, shopper.reads_as(for_user), [lesson])
    # Who has bought it goes on reading what is no longer for sale.
    if not lesson.is_active and not shopper.is_admin and (lesson.is_free or not row.has_access):
        raise LessonNotFound
    return row


@post("/api/lessons", policy=ADMIN, tags=_TAGS, summary="Put a lesson up for sale")
async def add_lesson(data: JSONBody[ShopLessonCreation], keep_goods: Keeps) -> ShopLessonRow:
    return ShopLessonRow.shown(await keep_goods.add_lesson(named(data)), has_access=True)


@put("/api/lessons/{lesson_id:str}", policy=ADMIN, tags=_TAGS, summary="Change a lesson")
async def change_lesson(
    lesson_id: FromPath[str], data: JSONBody[ShopLessonChanges], keep_goods: Keeps
) -> ShopLessonRow:
    changed = await keep_goods.change_lesson(serial_or(LessonNotFound, lesson_id), named(data))
    return ShopLessonRow.shown(changed, has_access=True)


@delete("/api/lessons/{lesson_id:str}", policy=ADMIN, tags=_TAGS, summary="Delete a lesson, or put it out of sale")
async def delete_lesson(lesson_id: FromPath[str], keep_goods: Keeps) -> None:
    """One that was bought, or is part of a course, stays and is no longer active."""
    await keep_goods.delete_lesson(serial_or(LessonNotFound, lesson_id))


@get("/api/courses", policy=SHOPPER, tags=_TAGS, summary="Courses for sale", also={400})
async def list_courses(
    *,
    request: Request[Any, Any, Any],
    shop: Reads,
    paging: Pages,
    q: Words = None,
    is_active: Active = None,
    min_price: Least = None,
    max_price: Most = None,
) -> Page[ShopCourseRow]:
    wanted = Wanted(q=q, is_active=is_active, min_price=min_price, max_price=max_price)
    seen = _seen_by(shopper_of(request), wanted)
    courses, total = await shop.courses(seen, limit=paging.size, offset=paging.offset)
    return paging.of(to_wire(courses, list[ShopCourseRow]), total)


@get("/api/courses/{course_id:str}", policy=SHOPPER, tags=_TAGS, summary="A course with its lessons", also={400})
async def show_course(
    request: Request[Any, Any, Any], course_id: FromPath[str], shop: Reads, for_user: ForUser = None
) -> ShopCourseReply:
    shopper = shopper_of(request)
    course, lessons = await shop.course(serial_or(CourseNotFound, course_id))
    rows = await _rows(shop, shopper.reads_as(for_user), lessons)
    if not course.is_active and not shopper.is_admin:
        raise CourseNotFound
    return ShopCourseReply.of(course, rows)


@post("/api/courses", policy=ADMIN, tags=_TAGS, summary="Put a course up for sale", also={404})
async def add_course(data: JSONBody[ShopCourseCreation], keep_goods: Keeps) -> ShopCourseRow:
    values = named(data)
    return to_wire(await keep_goods.add_course(values, values.pop("lesson_ids")), ShopCourseRow)


@put("/api/courses/{course_id:str}", policy=ADMIN, tags=_TAGS, summary="Change a course")
async def change_course(
    course_id: FromPath[str], data: JSONBody[ShopCourseChanges], keep_goods: Keeps
) -> ShopCourseRow:
    values = named(data)
    values.pop("lesson_ids", None)
    lesson_ids = None if data.lesson_ids is UNSET else data.lesson_ids
    return to_wire(
        await keep_goods.change_course(serial_or(CourseNotFound, course_id), values, lesson_ids), ShopCourseRow
    )


@delete("/api/courses/{course_id:str}", policy=ADMIN, tags=_TAGS, summary="Delete a course, or put it out of sale")
async def delete_course(course_id: FromPath[str], keep_goods: Keeps) -> None:
    """One that was bought stays and is no longer active."""
    await keep_goods.delete_course(serial_or(CourseNotFound, course_id))


def _seen_by(shopper: Shopper, wanted: Wanted) -> Wanted:
    """Others than administrators see what is active; nothing is both that and not."""
    if shopper.is_admin or wanted.is_active is True:
        return wanted
    return replace(wanted, is_active=True, max_price=-1 if wanted.is_active is False else wanted.max_price)


async def _rows(shop: Shop, user_id: int | None, lessons: Sequence[ShopLesson]) -> list[ShopLessonRow]:
    accesses = {} if user_id is None else await shop.accesses(user_id, [lesson.id for lesson in lessons])
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
