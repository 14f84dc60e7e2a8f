"""Lessons for sale: the list, adding one, changing it, and taking it out."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, SkipValidation

from atg_core.shop.model import ShopLesson
from atg_core.shop.ports import LessonNotFound, ShopFilters
from atg_core.shop.products import EditProducts
from atg_core.words import phrase
from atg_entrypoints.console.forms import CLEAN, Form, Refusals, checked, form_again, line_of, number_of, text_of
from atg_entrypoints.console.pages import led_to, page
from atg_entrypoints.console.queries import choice_of, query_of
from atg_entrypoints.console.shop.asked import (
    SELLS,
    SHOP,
    Asked,
    KnowsSettings,
    Pages,
    Queries,
    Sent,
    Short,
    WordsQuery,
    is_on,
    shown,
)
from atg_entrypoints.http.shop.wire import ShopLessonCreation
from atg_entrypoints.http.wire import present_fields, serial_or

LESSONS = f"{SHOP}/lessons"
DONE = {
    "saved": phrase("Saved"),
    "added": phrase("It is added"),
    "deleted": phrase("It is taken out. What was bought already stays with its buyers."),
}
_PAGE = "shop/lesson"
_LINES = ("title", "price", "video_path")
_NEW = {"title": "", "description": "", "price": "", "video_path": "", "text_content": "", "is_active": True}

Edits = NamedDependency[SkipValidation[EditProducts]]


@get("/shop/lessons", policy=SELLS)
async def show_lessons(
    *,
    request: Asked,
    shop_queries: Queries,
    paging: Pages,
    q: WordsQuery = "",
    active: Short = "",
    done: Short = "",
) -> Response[str]:
    filters = ShopFilters(q=q.strip() or None, is_active=choice_of(active))
    lessons, total = await shop_queries.lessons(filters, limit=paging.size, offset=paging.offset)
    query = query_of({"q": q.strip(), "active": filters.is_active})
    values = {"found": paging.of(lessons, total), "q": q, "active": filters.is_active, "query": query}
    return page(request, "shop/lessons", shown(request, "lessons", **values) | {"done": DONE.get(done)})


@get("/shop/lessons/new", policy=SELLS)
async def show_new_lesson(request: Asked) -> Response[str]:
    values = shown(request, "lessons", lesson=None, given={**_NEW, "is_free": False})
    return page(request, _PAGE, {**values, **CLEAN})


@post("/shop/lessons/new", policy=SELLS, status_code=HTTPStatus.OK)
async def add_lesson_here(request: Asked, data: Form, edit_products: Edits) -> Response[Any]:
    try:
        await edit_products.add_lesson(_values(data))
    except Refusals as error:
        return form_again(request, _PAGE, shown(request, "lessons", lesson=None, given=_as_given(data)), error)
    return led_to(f"{LESSONS}?done=added")


@get("/shop/lessons/{lesson_id:str}", policy=SELLS)
async def show_lesson_here(
    request: Asked, lesson_id: FromPath[str], shop_queries: Queries, settings: KnowsSettings, done: Short = ""
) -> Response[str]:
    lesson = await shop_queries.lesson(serial_or(LessonNotFound, lesson_id))
    values = {"lesson": lesson, "given": _kept(lesson), "base_url": settings.base_url}
    return page(request, _PAGE, {**shown(request, "lessons", **values), **CLEAN, "done": DONE.get(done)})


@post("/shop/lessons/{lesson_id:str}", policy=SELLS, status_code=HTTPStatus.OK)
async def change_lesson_here(
    *,
    request: Asked,
    data: Form,
    lesson_id: FromPath[str],
    edit_products: Edits,
    shop_queries: Queries,
    settings: KnowsSettings,
) -> Response[Any]:
    number_of_lesson = serial_or(LessonNotFound, lesson_id)
    try:
        await edit_products.change_lesson(number_of_lesson, _values(data))
    except Refusals as error:
        lesson = await shop_queries.lesson(number_of_lesson)
        values = {"lesson": lesson, "given": _as_given(data), "base_url": settings.base_url}
        return form_again(request, _PAGE, shown(request, "lessons", **values), error)
    return led_to(f"{LESSONS}/{number_of_lesson}?done=saved")


@post("/shop/lessons/{lesson_id:str}/delete", policy=SELLS, status_code=HTTPStatus.OK)
async def delete_lesson_here(lesson_id: FromPath[str], edit_products: Edits) -> Response[Any]:
    """One that was bought, or is part of a course, is no longer for sale instead."""
    await edit_products.delete_lesson(serial_or(LessonNotFound, lesson_id))
    return led_to(f"{LESSONS}?done=deleted")


def _values(form: Sent) -> dict[str, Any]:
    """Raises Invalid."""
    body = {
        "title": line_of(form, "title") or "",
        "description": line_of(form, "description") or "",
        "price": number_of(text_of(form, "price")),
        "video_path": line_of(form, "video_path"),
        "text_content": line_of(form, "text_content"),
        "is_active": is_on(form, "is_active"),
        "is_free": is_on(form, "is_free"),
    }
    return present_fields(checked(ShopLessonCreation, body))


def _as_given(form: Sent) -> dict[str, Any]:
    texts = {name: text_of(form, name) for name in (*_LINES, "description", "text_content")}
    return {**texts, "is_active": is_on(form, "is_active"), "is_free": is_on(form, "is_free")}


def _kept(lesson: ShopLesson) -> dict[str, Any]:
    return {
        "title": lesson.title,
        "description": lesson.description,
        "price": str(lesson.price),
        "video_path": lesson.video_path or "",
        "text_content": lesson.text_content or "",
        "is_active": lesson.is_active,
        "is_free": lesson.is_free,
    }


HANDLERS: Sequence[BaseRouteHandler] = (
    show_lessons,
    show_new_lesson,
    add_lesson_here,
    show_lesson_here,
    change_lesson_here,
    delete_lesson_here,
)
