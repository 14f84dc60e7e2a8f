"""Courses for sale: the list, adding one, changing it, the lessons in it and their order."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from litestar import Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from atg_core.errors import AtgError
from atg_core.shop.model import ShopCourse
from atg_core.shop.ports import CourseNotFound, LessonNotFound, ShopFilters, ShopQueries
from atg_entrypoints.console.forms import CLEAN, Form, Refusals, checked, form_again, line_of, number_of, text_of
from atg_entrypoints.console.pages import led_to, page
from atg_entrypoints.console.queries import choice_of, query_of
from atg_entrypoints.console.shop.asked import (
    SELLS,
    SHOP,
    Asked,
    Pages,
    Queries,
    Sent,
    Short,
    WordsQuery,
    is_on,
    shown,
)
from atg_entrypoints.console.shop.lessons import DONE, Edits
from atg_entrypoints.http.shop.wire import ShopCourseCreation
from atg_entrypoints.http.wire import present_fields, serial_or

COURSES = f"{SHOP}/courses"
_PAGE = "shop/course"
_MOST_OFFERED = 50
"""Lessons that can be added are found by words of their titles, so many at once."""
_NEW = {"title": "", "description": "", "total_price": "", "discount_price": "", "is_active": True}


@get("/shop/courses", policy=SELLS)
async def show_courses(
    *,
    request: Asked,
    shop_queries: Queries,
    paging: Pages,
    q: WordsQuery = "",
    active: Short = "",
    done: Short = "",
) -> Response[str]:
    filters = ShopFilters(q=q.strip() or None, is_active=choice_of(active))
    courses, total = await shop_queries.courses(filters, limit=paging.size, offset=paging.offset)
    query = query_of({"q": q.strip(), "active": filters.is_active})
    values = {"found": paging.of(courses, total), "q": q, "active": filters.is_active, "query": query}
    return page(request, "shop/courses", shown(request, "courses", **values) | {"done": DONE.get(done)})


@get("/shop/courses/new", policy=SELLS)
async def show_new_course(request: Asked) -> Response[str]:
    return page(request, _PAGE, {**shown(request, "courses", course=None, given=_NEW), **CLEAN})


@post("/shop/courses/new", policy=SELLS, status_code=HTTPStatus.OK)
async def add_course_here(request: Asked, data: Form, edit_products: Edits) -> Response[Any]:
    try:
        added = await edit_products.add_course(_values(data), [])
    except Refusals as error:
        return form_again(request, _PAGE, shown(request, "courses", course=None, given=_as_given(data)), error)
    return led_to(f"{COURSES}/{added.id}?done=added")


@get("/shop/courses/{course_id:str}", policy=SELLS)
async def show_course_here(
    request: Asked, course_id: FromPath[str], shop_queries: Queries, q: WordsQuery = "", done: Short = ""
) -> Response[str]:
    """`q`: finds lessons to add."""
    values = await _shown(request, shop_queries, serial_or(CourseNotFound, course_id), q.strip())
    return page(request, _PAGE, {**values, **CLEAN, "done": DONE.get(done)})


@post("/shop/courses/{course_id:str}", policy=SELLS, status_code=HTTPStatus.OK)
async def change_course_here(
    request: Asked, data: Form, course_id: FromPath[str], edit_products: Edits, shop_queries: Queries
) -> Response[Any]:
    key = serial_or(CourseNotFound, course_id)
    try:
        await edit_products.change_course(key, _values(data), None)
    except Refusals as error:
        return await _again(request, shop_queries, key, error, given=_as_given(data))
    return led_to(f"{COURSES}/{key}?done=saved")


@post("/shop/courses/{course_id:str}/lessons", policy=SELLS, status_code=HTTPStatus.OK)
async def arrange_lessons(
    request: Asked, data: Form, course_id: FromPath[str], edit_products: Edits, shop_queries: Queries
) -> Response[Any]:
    """Adds a lesson, takes one out, or moves one by a place."""
    key = serial_or(CourseNotFound, course_id)
    course, _ = await shop_queries.course(key)
    lesson = serial_or(LessonNotFound, text_of(data, "lesson"))
    try:
        await edit_products.change_course(key, {}, _arranged(course.lesson_ids, lesson, text_of(data, "how")))
    except Refusals as error:
        return await _again(request, shop_queries, key, error)
    return led_to(f"{COURSES}/{key}?done=saved")


@post("/shop/courses/{course_id:str}/delete", policy=SELLS, status_code=HTTPStatus.OK)
async def delete_course_here(course_id: FromPath[str], edit_products: Edits) -> Response[Any]:
    """One that was bought is no longer for sale instead."""
    await edit_products.delete_course(serial_or(CourseNotFound, course_id))
    return led_to(f"{COURSES}?done=deleted")


def _arranged(lessons: Sequence[int], lesson: int, how: str) -> list[int]:
    """What is added comes to the end. A form that is sent once more, or is late, changes nothing."""
    others = [each for each in lessons if each != lesson]
    if how == "remove":
        return others
    if how == "add" and lesson not in lessons:
        return [*lessons, lesson]
    if how not in {"up", "down"} or lesson not in lessons:
        return list(lessons)
    at = lessons.index(lesson)
    to = max(0, at - 1) if how == "up" else at + 1
    return [*others[:to], lesson, *others[to:]]


async def _shown(request: Asked, queries: ShopQueries, key: int, q: str) -> dict[str, Any]:
    course, lessons = await queries.course(key)
    filters = ShopFilters(q=q or None, is_active=True, not_in_course=key, newest_first=True)
    offered, total = await queries.lessons(filters, limit=_MOST_OFFERED, offset=0)
    values = {"course": course, "lessons": lessons, "offered": offered, "q": q, "has_more": total > _MOST_OFFERED}
    return shown(request, "courses", given=_kept(course), **values)


async def _again(request: Asked, queries: ShopQueries, key: int, error: AtgError, **values: Any) -> Response[str]:
    kept = await _shown(request, queries, key, "")
    return form_again(request, _PAGE, {**kept, **values, "back": f"{COURSES}/{key}"}, error)


def _values(form: Sent) -> dict[str, Any]:
    """Raises Invalid."""
    body = {
        "title": line_of(form, "title") or "",
        "description": line_of(form, "description") or "",
        "total_price": number_of(text_of(form, "total_price")),
        "discount_price": number_of(text_of(form, "discount_price")),
        "is_active": is_on(form, "is_active"),
    }
    values = present_fields(checked(ShopCourseCreation, body))
    del values["lesson_ids"]
    return values


def _as_given(form: Sent) -> dict[str, Any]:
    names = ("title", "description", "total_price", "discount_price")
    return {**{name: text_of(form, name) for name in names}, "is_active": is_on(form, "is_active")}


def _kept(course: ShopCourse) -> dict[str, Any]:
    return {
        "title": course.title,
        "description": course.description,
        "total_price": str(course.total_price),
        "discount_price": "" if course.discount_price is None else str(course.discount_price),
        "is_active": course.is_active,
    }


HANDLERS: Sequence[BaseRouteHandler] = (
    show_courses,
    show_new_course,
    add_course_here,
    show_course_here,
    change_course_here,
    arrange_lessons,
    delete_course_here,
)
