"""A question bank: its questions by category and tag, and texts in GIFT and Aiken, in and out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, QueryParameter, SkipValidation

from atg_core.catalog.question_banks import (
    BankNotFound,
    BankQuestion,
    EditQuestionBanks,
    QuestionBankQueries,
    QuestionFilter,
    QuestionNotFound,
)
from atg_core.catalog.question_texts import ExchangeQuestions, QuestionFormat
from atg_entrypoints.console.catalog.asked import BANKS, DONE, Asked, DoneQuery, Fields, Pages, tabs_of
from atg_entrypoints.console.catalog.banks import EditsBanks, ReadsBanks
from atg_entrypoints.console.catalog.test_form import changed_questions, questions_body, read_questions
from atg_entrypoints.console.forms import CLEAN, Form, Refusals, checked, form_again, line_of, text_of
from atg_entrypoints.console.pages import led_to, page
from atg_entrypoints.console.queries import query_of
from atg_entrypoints.console.question_fields import Written
from atg_entrypoints.http.catalog.question_banks_wire import (
    BankChanges,
    BankQuestionChanges,
    NewBankQuestion,
    QuestionsFile,
)
from atg_entrypoints.http.policy import AUTHOR
from atg_entrypoints.http.wire import NO_NUL, Paging, serial_or

_PAGE = "catalog/bank"
_MAX_FORM_BYTES = 8_000_000
"""The longest text of questions, in Cyrillic, as a form sends it."""
_NEW = "new"

Exchanges = NamedDependency[SkipValidation[ExchangeQuestions]]
CategoryQuery = Annotated[str, QueryParameter(max_length=255, pattern=NO_NUL)]
TagQuery = Annotated[str, QueryParameter(max_length=50, pattern=NO_NUL)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Which questions are shown, also again after a form of the page."""

    category: str
    tag: str
    paging: Paging

    @property
    def chosen(self) -> Mapping[str, str]:
        return {"category": self.category, "tag": self.tag}

    def address(self, key: int, done: str = "") -> str:
        page = self.paging.page if self.paging.page > 1 else None
        return f"{BANKS}/{key}?{query_of({**self.chosen, 'page': page, 'done': done})}".rstrip("?&")


def _part(*, paging: Pages, category: CategoryQuery = "", tag: TagQuery = "") -> Part:
    return Part(category=category, tag=tag, paging=paging)


_OF_PART: Mapping[str, Provide] = {"part": Provide(_part, sync_to_thread=False)}
AskedPart = NamedDependency[SkipValidation[Part]]


def _written(question: BankQuestion) -> Written:
    return {
        "key": f"q{question.id}",
        "id": question.id,
        "type": question.question_type,
        "text": question.text,
        "points": question.points,
        "image": question.image or "",
        "explanation": question.explanation or "",
        "category": question.category or "",
        "tags": ", ".join(question.tags),
        "is_active": question.is_active,
        "choices": [
            {"key": f"c{each.id}", "id": each.id, "text": each.text, "is_correct": each.is_correct}
            for each in question.options
        ],
    }


async def _values(request: Asked, key: int, banks: QuestionBankQueries, part: Part) -> dict[str, Any]:
    """Raises BankNotFound."""
    bank, categories, tags = await banks.bank(key)
    chosen = QuestionFilter(category=part.category or None, tag=part.tag or None)
    questions, total = await banks.questions(key, chosen, limit=part.paging.size, offset=part.paging.offset)
    return {
        **tabs_of(request),
        "bank": bank,
        "categories": [each for each in categories if each.name],
        "tags": tags,
        "asked": part.chosen,
        "query": query_of(part.chosen),
        "kept": part.address(key).removeprefix(f"{BANKS}/{key}"),
        "found": part.paging.of([_written(each) for each in questions], total),
        "opened": None,
        "given": {"title": bank.title, "description": bank.description or ""},
        "text": "",
        "format": QuestionFormat.GIFT,
        "done": None,
        "back": part.address(key),
    }


@get("/authoring/banks/{record_id:str}", policy=AUTHOR, dependencies=_OF_PART)
async def show_bank(
    request: Asked, record_id: FromPath[str], question_bank_queries: ReadsBanks, part: AskedPart, done: DoneQuery = ""
) -> Response[str]:
    values = await _values(request, serial_or(BankNotFound, record_id), question_bank_queries, part)
    return page(request, _PAGE, {**values, **CLEAN, "done": DONE.get(done)})


@post("/authoring/banks/{record_id:str}", policy=AUTHOR, status_code=HTTPStatus.OK, dependencies=_OF_PART)
async def change_bank_here(
    *,
    request: Asked,
    record_id: FromPath[str],
    data: Form,
    question_bank_queries: ReadsBanks,
    edit_question_banks: EditsBanks,
    part: AskedPart,
) -> Response[Any]:
    key = serial_or(BankNotFound, record_id)
    given = {name: line_of(data, name) or "" for name in ("title", "description")}
    try:
        await edit_question_banks.change(key, checked(BankChanges, given).present_fields())
    except Refusals as error:
        values = await _values(request, key, question_bank_queries, part)
        return form_again(request, _PAGE, {**values, "given": given}, error)
    return led_to(part.address(key, "saved"))


@post(
    "/authoring/banks/{record_id:str}/questions/{question_id:str}",
    policy=AUTHOR,
    status_code=HTTPStatus.OK,
    dependencies=_OF_PART,
)
async def change_question_here(
    *,
    request: Asked,
    record_id: FromPath[str],
    question_id: FromPath[str],
    data: Form,
    question_bank_queries: ReadsBanks,
    edit_question_banks: EditsBanks,
    part: AskedPart,
) -> Response[Any]:
    """Saves it, deletes it or, of `new`, adds it; of any other button the form comes again with what it changes."""
    key, do = serial_or(BankNotFound, record_id), text_of(data, "do")
    question = None if question_id == _NEW else serial_or(QuestionNotFound, question_id)
    sent = changed_questions(read_questions(data), do if do not in {"", "save", "delete"} else "")
    try:
        if do == "delete" and question:
            is_deleted = await edit_question_banks.remove_question(key, question)
            return led_to(part.address(key, "deleted" if is_deleted else "retired"))
        if do in {"", "save"} and sent:
            await _save(edit_question_banks, key, question, _body(sent[0], data))
            return led_to(part.address(key, "saved") + (f"#question-{question}" if question else ""))
    except Refusals as error:
        return form_again(
            request, _PAGE, await _opened(request, key, question_bank_queries, part, sent=sent, data=data), error
        )
    return page(
        request, _PAGE, {**await _opened(request, key, question_bank_queries, part, sent=sent, data=data), **CLEAN}
    )


async def _save(edit: EditQuestionBanks, key: int, question: int | None, body: dict[str, Any]) -> None:
    if question is None:
        await edit.add_question(key, checked(NewBankQuestion, body).to_input())
    else:
        await edit.change_question(key, question, checked(BankQuestionChanges, body).written())


def _body(question: Written, data: Fields) -> dict[str, Any]:
    """As the API takes it."""
    [body] = questions_body([question])
    tags = [tag for each in text_of(data, "tags").split(",") if (tag := each.strip())]
    more = {"category": line_of(data, "category"), "tags": tags, "is_active": text_of(data, "is_active") == "on"}
    return {name: value for name, value in {**body, **more}.items() if name != "id"}


async def _opened(
    request: Asked, key: int, banks: QuestionBankQueries, part: Part, *, sent: Sequence[Written], data: Fields
) -> dict[str, Any]:
    """With the question that was sent, as it was written."""
    more = {
        "category": line_of(data, "category") or "",
        "tags": line_of(data, "tags") or "",
        "is_active": text_of(data, "is_active") == "on" or not read_questions(data),
    }
    return {**await _values(request, key, banks, part), "opened": {**sent[0], **more} if sent else None}


@post(
    "/authoring/banks/{record_id:str}/read",
    policy=AUTHOR,
    status_code=HTTPStatus.OK,
    request_max_body_size=_MAX_FORM_BYTES,
    dependencies=_OF_PART,
)
async def read_text_here(
    *,
    request: Asked,
    record_id: FromPath[str],
    data: Form,
    question_bank_queries: ReadsBanks,
    exchange_questions: Exchanges,
    part: AskedPart,
) -> Response[Any]:
    """All questions of a text in GIFT or Aiken, or none."""
    key, text = serial_or(BankNotFound, record_id), text_of(data, "text").replace("\r\n", "\n")
    try:
        given = checked(QuestionsFile, {"format": text_of(data, "format"), "text": text})
        await exchange_questions.read(key, given.text, QuestionFormat(given.format), category=None, tags=[])
    except Refusals as error:
        values = await _values(request, key, question_bank_queries, part)
        return form_again(request, _PAGE, {**values, "text": text, "format": text_of(data, "format")}, error)
    return led_to(part.address(key, "added"))


HANDLERS: Sequence[BaseRouteHandler] = (
    show_bank,
    change_bank_here,
    change_question_here,
    read_text_here,
)
