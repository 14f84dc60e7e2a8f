"""The editor of a test, of a lesson or the final one of a program; its questions in GIFT and Aiken, in and out."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, NamedTuple

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, SkipValidation

from atg_core.catalog.authoring import AuthoringQueries
from atg_core.catalog.curriculum_records import Row
from atg_core.catalog.question_banks import BankOption, BankQuestion, QuestionBankQueries
from atg_core.catalog.question_texts import QuestionFormat, QuestionTexts
from atg_core.catalog.test_authoring import FINAL_TESTS, LESSON_TESTS, EditTests, TestNotFound
from atg_core.errors import Fault, Invalid
from atg_entrypoints.console.catalog.asked import (
    AUTHORING,
    DONE,
    PROGRAMS,
    Asked,
    DoneQuery,
    Fields,
    Reads,
    body_of,
    shown,
    tabs_of,
)
from atg_entrypoints.console.catalog.test_form import (
    changed_draws,
    changed_questions,
    draws_body,
    questions_body,
    read_draws,
    read_questions,
    written_draws,
    written_of,
    written_of_inputs,
)
from atg_entrypoints.console.forms import CLEAN, Form, Refusals, checked, form_again, text_of
from atg_entrypoints.console.pages import led_to, page
from atg_entrypoints.http.catalog.test_authoring_wire import NewTest
from atg_entrypoints.http.policy import AUTHOR
from atg_entrypoints.http.wire import serial_or

_PAGE = "catalog/test"
_MOST_BANKS = 200
_MAX_FORM_BYTES = 8_000_000
"""A thousand questions with their options, in Cyrillic, as a form sends them."""
_TEXTS, _NUMBERS = ("title", "code", "description"), ("passing_score", "max_attempts", "time_limit_minutes")
_TICKS = ("time_limit_enforced", "shuffle_options", "shows_right_answers", "is_active")
_NEW = {"title": "", "code": None, "description": None, "passing_score": 70, "max_attempts": None}
_NEW |= {"time_limit_minutes": 30, **dict.fromkeys(_TICKS[:3], False), "is_active": True}
_OF_LESSON, _OF_PROGRAM = "/authoring/lessons/{record_id:str}/test", "/authoring/programs/{record_id:str}/final-test"

EditsTests = NamedDependency[SkipValidation[EditTests]]
ReadsBanks = NamedDependency[SkipValidation[QuestionBankQueries]]
Exchanges = NamedDependency[SkipValidation[QuestionTexts]]


class _Parent(NamedTuple):
    """Whose test it is: `address` of the editor, and the way to it, by path and name."""

    key: int
    title: str
    address: str
    way: list[tuple[str, str]]


def _is_final(request: Asked) -> bool:
    return request.url.path.startswith(f"{PROGRAMS}/")


async def _parent(request: Asked, record_id: str, authoring: AuthoringQueries) -> _Parent:
    """Raises LessonNotFound, ProgramNotFound."""
    kind = FINAL_TESTS if _is_final(request) else LESSON_TESTS
    key = serial_or(kind.parent_not_found, record_id)
    if kind is FINAL_TESTS:
        title, path = (await authoring.outline(key)).program.title, f"{PROGRAMS}/{key}"
        return _Parent(key, title, f"{path}/final-test", [(path, title)])
    lesson, path = await authoring.lesson(key), f"{AUTHORING}/lessons/{key}"
    way = [(f"{PROGRAMS}/{lesson.program_id}", lesson.program_title), (path, lesson.title)]
    return _Parent(key, lesson.title, f"{path}/test", way)


async def _stored(request: Asked, key: int, edit_tests: EditTests) -> Row | None:
    try:
        return await edit_tests.show(FINAL_TESTS if _is_final(request) else LESSON_TESTS, key)
    except TestNotFound:
        return None


async def _values(request: Asked, parent: _Parent, test: Row | None, banks: QuestionBankQueries) -> dict[str, Any]:
    found, _ = await banks.banks(None, limit=_MOST_BANKS, offset=0)
    stored = test or _NEW
    return {
        **tabs_of(request),
        "parent": parent,
        "is_new": test is None,
        "given": shown({name: stored[name] for name in (*_TEXTS, *_NUMBERS, *_TICKS)}),
        "questions": written_of(test["questions"]) if test else [],
        "draws": written_draws([_draw(each) for each in test["draws"]]) if test else [],
        "banks": found,
        "text": "",
        "is_changed": False,
        "done": None,
        "back": parent.address,
    }


def _draw(draw: Any) -> dict[str, Any]:
    return {name: getattr(draw, name) for name in ("bank_id", "category", "tags", "count")}


@get([_OF_LESSON, _OF_PROGRAM], policy=AUTHOR)
async def show_test(
    *,
    request: Asked,
    record_id: FromPath[str],
    edit_tests: EditsTests,
    authoring_queries: Reads,
    question_bank_queries: ReadsBanks,
    done: DoneQuery = "",
) -> Response[str]:
    parent = await _parent(request, record_id, authoring_queries)
    values = await _values(request, parent, await _stored(request, parent.key, edit_tests), question_bank_queries)
    return page(request, _PAGE, {**values, **CLEAN, "done": DONE.get(done)})


@post([_OF_LESSON, _OF_PROGRAM], policy=AUTHOR, status_code=HTTPStatus.OK, request_max_body_size=_MAX_FORM_BYTES)
async def save_test_here(
    *,
    request: Asked,
    record_id: FromPath[str],
    data: Form,
    edit_tests: EditsTests,
    authoring_queries: Reads,
    question_bank_queries: ReadsBanks,
    question_texts: Exchanges,
) -> Response[Any]:
    """Keeps everything; of any other button it is the form again, with what the button changes."""
    parent = await _parent(request, record_id, authoring_queries)
    stored = await _stored(request, parent.key, edit_tests)
    body = body_of(data, texts=_TEXTS, numbers=_NUMBERS, ticks=_TICKS)
    sent: dict[str, Any] = {
        "given": shown(body),
        "questions": read_questions(data),
        "draws": read_draws(data),
        "is_changed": True,
    }
    do = text_of(data, "do")
    try:
        if do == "read":
            sent["questions"] += _read(data, sent["questions"], question_texts)
        if do and do != "save":
            sent |= {"questions": changed_questions(sent["questions"], do), "draws": changed_draws(sent["draws"], do)}
            return page(
                request, _PAGE, {**await _values(request, parent, stored, question_bank_queries), **CLEAN, **sent}
            )
        await _save(request, parent.key, stored, edit_tests, {**body, **_parts(sent)})
    except Refusals as error:
        values = {**await _values(request, parent, stored, question_bank_queries), **sent}
        return form_again(request, _PAGE, {**values, "text": text_of(data, "text") if do == "read" else ""}, error)
    return led_to(f"{parent.address}?done=saved")


def _parts(sent: dict[str, Any]) -> dict[str, Any]:
    return {"questions": questions_body(sent["questions"]), "draws": draws_body(sent["draws"])}


async def _save(request: Asked, key: int, stored: Row | None, edit_tests: EditTests, body: dict[str, Any]) -> None:
    kind = FINAL_TESTS if _is_final(request) else LESSON_TESTS
    body["title"] = body["title"] or ""
    values, questions, draws = checked(NewTest, body).written()
    if stored is None:
        await edit_tests.add(kind, key, values, questions or (), draws or ())
    else:
        await edit_tests.change(kind, key, values, questions, draws)


def _read(data: Fields, others: list[dict[str, Any]], texts: QuestionTexts) -> list[dict[str, Any]]:
    """The questions of a text. Raises Invalid, also where one can not be read: nothing is added then."""
    form = QuestionFormat.AIKEN if text_of(data, "format") == QuestionFormat.AIKEN else QuestionFormat.GIFT
    read, _ = texts.read(text_of(data, "text").replace("\x00", "").replace("\r\n", "\n"), form)
    if faults := [Fault(f"text[{each.line}]", each.fault, "unreadable_question") for each in read if each.fault]:
        raise Invalid(faults=faults[:100])
    found = [each.question for each in read if each.question]
    if not found:
        raise Invalid("No questions were found in this text", field="text", code="no_questions")
    return written_of_inputs(found, others)


def _export(path: str, form: QuestionFormat) -> BaseRouteHandler:
    @get(f"{path}/questions.{form}", policy=AUTHOR)
    async def export(
        request: Asked,
        record_id: FromPath[str],
        edit_tests: EditsTests,
        authoring_queries: Reads,
        question_texts: Exchanges,
    ) -> Response[bytes]:
        parent = await _parent(request, record_id, authoring_queries)
        test = await _stored(request, parent.key, edit_tests)
        if test is None:
            raise TestNotFound
        text = question_texts.write([_question(each) for each in test["questions"]], form)
        named = {"Content-Disposition": f'attachment; filename="test-{test["id"]}.{form}"', "Cache-Control": "no-store"}
        return Response(text.encode(), media_type="text/plain; charset=utf-8", headers=named)

    return export


def _question(row: Row) -> BankQuestion:
    options = tuple(
        BankOption(id=each["id"], text=each["text"], is_correct=each["is_correct"]) for each in row["options"]
    )
    names = ("id", "position", "text", "question_type", "points", "image", "explanation")
    fields = {name: row[name] for name in names}
    return BankQuestion(**fields, bank_id=0, category=None, is_active=True, options=options)


@get([f"{_OF_LESSON}/delete", f"{_OF_PROGRAM}/delete"], policy=AUTHOR)
async def ask_to_delete_test(
    request: Asked, record_id: FromPath[str], authoring_queries: Reads, edit_tests: EditsTests
) -> Response[str]:
    parent = await _parent(request, record_id, authoring_queries)
    test = await _stored(request, parent.key, edit_tests)
    if test is None:
        raise TestNotFound
    return page(request, "catalog/delete_test", {**tabs_of(request), **CLEAN, "parent": parent, "test": test})


@post([f"{_OF_LESSON}/delete", f"{_OF_PROGRAM}/delete"], policy=AUTHOR, status_code=HTTPStatus.OK)
async def delete_test_here(
    request: Asked, record_id: FromPath[str], authoring_queries: Reads, edit_tests: EditsTests
) -> Response[Any]:
    """One that people have taken is hidden instead."""
    parent = await _parent(request, record_id, authoring_queries)
    is_gone = await edit_tests.remove(FINAL_TESTS if _is_final(request) else LESSON_TESTS, parent.key)
    return led_to(f"{parent.way[-1][0]}?done=deleted" if is_gone else f"{parent.address}?done=hidden")


HANDLERS: Sequence[BaseRouteHandler] = (
    show_test,
    save_test_here,
    ask_to_delete_test,
    delete_test_here,
    *(_export(path, form) for path in (_OF_LESSON, _OF_PROGRAM) for form in QuestionFormat),
)
