"""The builder: a homework's own fields, its questions, questions from GIFT, and a look at it as a student."""

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any

from litestar import Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from atg_core.errors import AtgError, ChangedMeanwhile, Invalid, NotFound
from atg_core.homework.queries import HomeworkDetails
from atg_core.words import phrase
from atg_entrypoints.console.forms import CLEAN, Form, Refusals, checked, form_again, line_of, number_of, text_of
from atg_entrypoints.console.homework.asked import (
    HOMEWORK,
    Asked,
    Edits,
    QueriesSchedule,
    ReadsGift,
    Shows,
    groups_of,
    in_zone,
    instant_of,
    zone_of,
)
from atg_entrypoints.console.homework.question_form import body_of, body_of_inputs, changed, read_questions, written_of
from atg_entrypoints.console.late_rule import late_body, late_fields, late_given
from atg_entrypoints.console.pages import led_to, page
from atg_entrypoints.http.homework.authoring_wire import HomeworkChanges, NewHomework
from atg_entrypoints.http.homework.queries import homework_id_of
from atg_entrypoints.http.homework.viewer import viewer_of
from atg_entrypoints.http.policy import TEACHER

_DONE = {"made": phrase("The homework is created. Add its questions now."), "saved": phrase("Saved")}


@get("/homework/new", policy=TEACHER)
async def show_new(request: Asked, schedule_queries: QueriesSchedule) -> Response[str]:
    groups = await groups_of(schedule_queries, viewer_of(request))
    chosen = request.query_params.get("group", "")
    given = {"group_id": chosen, "title": "", "description": "", "due_at": "", "max_attempts": "", "allow_late": False}
    given |= late_fields(next((each.late_rule for each in groups if str(each.id) == chosen), None))
    return page(request, "homework/new", {"groups": groups, "given": given, **in_zone(request), **CLEAN})


@post("/homework/new", policy=TEACHER, status_code=HTTPStatus.OK)
async def add_here(
    request: Asked, data: Form, schedule_queries: QueriesSchedule, edit_homework: Edits
) -> Response[Any]:
    viewer, given = viewer_of(request), _given(data)
    try:
        values = {**_body(request, data, given), "group_id": number_of(given["group_id"])}
        homework_id = await edit_homework.add(viewer, *checked(NewHomework, values).to_input())
    except (*Refusals, NotFound) as error:
        groups = await groups_of(schedule_queries, viewer)
        return form_again(request, "homework/new", {"groups": groups, "given": given, **in_zone(request)}, error)
    return led_to(f"{HOMEWORK}/{homework_id}/edit?done=made")


def _given(data: dict[str, str | list[str]]) -> dict[str, Any]:
    """What the form shows again."""
    names = ("title", "description", "due_at", "max_attempts", "group_id")
    given = {name: line_of(data, name) or "" for name in names} | {"allow_late": text_of(data, "allow_late") == "on"}
    return given | late_given(data)


def _body(request: Asked, data: dict[str, str | list[str]], given: dict[str, Any]) -> dict[str, Any]:
    """As the API takes it."""
    zone = zone_of(request, text_of(data, "zone"))
    return {
        "title": given["title"],
        "description": given["description"],
        "due_at": instant_of(given["due_at"], zone),
        "max_attempts": number_of(given["max_attempts"]),
        "allow_late": given["allow_late"],
        **late_body(data),
    }


@get("/homework/{homework_id:str}/edit", policy=TEACHER)
async def show_builder(request: Asked, homework_id: FromPath[str], show_homework: Shows) -> Response[str]:
    details = await _own(request, show_homework, homework_id)
    values = await _values(request, show_homework, details)
    done = _DONE.get(request.query_params.get("done", ""))
    return page(request, "homework/edit", {**values, **CLEAN, "done": done})


async def _own(request: Asked, show: Shows, homework_id: str) -> HomeworkDetails:
    """Raises HomeworkNotFound, also for what the caller is a student of."""
    details = await show(viewer_of(request), homework_id_of(homework_id))
    if not details.homework.is_taught_by(viewer_of(request)):
        raise NotFound
    return details


async def _values(
    request: Asked, show: Shows, details: HomeworkDetails, given: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """`is_frozen`: students work on it, so that its questions stay."""
    homework, zone = details.homework, in_zone(request)
    stored = {
        "title": homework.title,
        "description": homework.description,
        "due_at": zone["local"](homework.due_at),
        "max_attempts": homework.max_attempts or "",
        "allow_late": homework.allow_late,
        **late_fields(homework.late_rule),
    }
    tally = (await show.tallies([homework], viewer_of(request)))[homework.id]
    kept = {
        "homework": homework,
        "given": given or stored,
        "questions": written_of(details.questions),
        "is_frozen": tally.begun > 0,
        "was": homework.updated_at.isoformat(),
        "is_changed": False,
        "is_meanwhile": False,
        "unread": (),
        "gift": "",
        "done": None,
    }
    return {**kept, **zone, **more}


@post("/homework/{homework_id:str}/edit", policy=TEACHER, status_code=HTTPStatus.OK)
async def save_builder(
    request: Asked, data: Form, homework_id: FromPath[str], show_homework: Shows, edit_homework: Edits
) -> Response[Any]:
    """Keeps everything; of any other button it is the form again, with what the button changes."""
    details, given, questions = await _own(request, show_homework, homework_id), _given(data), read_questions(data)
    do, was = text_of(data, "do"), text_of(data, "was")
    if do and do != "save":
        more = {"questions": changed(questions, do), "was": was, "is_changed": True}
        return page(
            request, "homework/edit", {**await _values(request, show_homework, details, given, **more), **CLEAN}
        )
    key = details.homework.id
    try:
        values = _body(request, data, given)
        if text_of(data, "with_questions"):
            values["questions"] = body_of(questions)
        if was:
            values["was"] = datetime.fromisoformat(was) if _is_moment(was) else was
        await edit_homework.change(viewer_of(request), key, *checked(HomeworkChanges, values).to_input())
    except Refusals as error:
        if isinstance(error, ChangedMeanwhile) and isinstance(error.beside["current"], datetime):
            was = error.beside["current"].isoformat()
        shown = questions if text_of(data, "with_questions") else written_of(details.questions)
        more = {"questions": shown, "was": was, "is_meanwhile": isinstance(error, ChangedMeanwhile)}
        return form_again(
            request, "homework/edit", await _values(request, show_homework, details, given, **more), error
        )
    return led_to(f"{HOMEWORK}/{key}/edit?done=saved" if do == "save" else f"{HOMEWORK}/{key}")


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


@post("/homework/{homework_id:str}/gift", policy=TEACHER, status_code=HTTPStatus.OK)
async def add_from_gift(
    *,
    request: Asked,
    data: Form,
    homework_id: FromPath[str],
    show_homework: Shows,
    edit_homework: Edits,
    read_gift: ReadsGift,
) -> Response[Any]:
    """Behind the questions that are there; nothing if one of them can not be read."""
    details = await _own(request, show_homework, homework_id)
    text = text_of(data, "gift").replace("\x00", "")
    read = read_gift(text)
    unread = [each.line for each in read if each.question is None]
    try:
        if unread or not read:
            raise Invalid(phrase("No questions were found in this text") if not read else phrase("Nothing was added"))
        added = body_of_inputs([each.question for each in read if each.question])
        body = {"questions": [*body_of(written_of(details.questions)), *added]}
        wire = checked(HomeworkChanges, body)
        await edit_homework.change(viewer_of(request), details.homework.id, *wire.to_input())
    except Refusals as error:
        return await _gift_again(request, show_homework, details, error, unread=unread, gift=text)
    return led_to(f"{HOMEWORK}/{details.homework.id}/edit?done=saved#questions")


async def _gift_again(
    request: Asked, show: Shows, details: HomeworkDetails, error: AtgError, **more: Any
) -> Response[str]:
    values = await _values(request, show, details, **more)
    return form_again(request, "homework/edit", {**values, "back": f"{HOMEWORK}/{details.homework.id}/edit"}, error)


@get("/homework/{homework_id:str}/preview", policy=TEACHER)
async def show_preview(request: Asked, homework_id: FromPath[str], show_homework: Shows) -> Response[str]:
    details = await _own(request, show_homework, homework_id)
    return page(request, "homework/preview", {"details": details, **in_zone(request)})


HANDLERS: Sequence[BaseRouteHandler] = (
    show_new,
    add_here,
    show_builder,
    save_builder,
    add_from_gift,
    show_preview,
)
