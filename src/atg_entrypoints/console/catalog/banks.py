"""Question banks: the list, a new one, and deleting one."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, SkipValidation

from atg_core.catalog.question_banks import BankNotFound, EditQuestionBanks, QuestionBankQueries
from atg_entrypoints.console.catalog.asked import BANKS, DONE, Asked, DoneQuery, Pages, WordsQuery, tabs_of
from atg_entrypoints.console.forms import CLEAN, Form, Refusals, checked, form_again, line_of
from atg_entrypoints.console.pages import led_to, page
from atg_entrypoints.http.catalog.question_banks_wire import NewBank
from atg_entrypoints.http.policy import AUTHOR
from atg_entrypoints.http.wire import Paging, serial_or

_PAGE, _DELETE = "catalog/banks", "catalog/delete_bank"

ReadsBanks = NamedDependency[SkipValidation[QuestionBankQueries]]
EditsBanks = NamedDependency[SkipValidation[EditQuestionBanks]]


async def _values(request: Asked, banks: QuestionBankQueries, paging: Paging, q: str) -> dict[str, Any]:
    found, total = await banks.banks(q.strip() or None, limit=paging.size, offset=paging.offset)
    return {**tabs_of(request), "found": paging.of(found, total), "q": q, "title": "", "done": None, "back": BANKS}


@get("/authoring/banks", policy=AUTHOR)
async def show_banks(
    request: Asked, question_bank_queries: ReadsBanks, paging: Pages, q: WordsQuery = "", done: DoneQuery = ""
) -> Response[str]:
    values = await _values(request, question_bank_queries, paging, q)
    return page(request, _PAGE, {**values, **CLEAN, "done": DONE.get(done)})


@post("/authoring/banks", policy=AUTHOR, status_code=HTTPStatus.OK)
async def add_bank_here(
    request: Asked, data: Form, question_bank_queries: ReadsBanks, edit_question_banks: EditsBanks, paging: Pages
) -> Response[Any]:
    title = line_of(data, "title") or ""
    try:
        made = await edit_question_banks.add(checked(NewBank, {"title": title}).present_fields())
    except Refusals as error:
        values = await _values(request, question_bank_queries, paging, "")
        return form_again(request, _PAGE, {**values, "title": title}, error)
    return led_to(f"{BANKS}/{made}?done=added")


@get("/authoring/banks/{record_id:str}/delete", policy=AUTHOR)
async def ask_to_delete_bank(
    request: Asked, record_id: FromPath[str], question_bank_queries: ReadsBanks
) -> Response[str]:
    bank, _, _ = await question_bank_queries.bank(serial_or(BankNotFound, record_id))
    return page(request, _DELETE, {**tabs_of(request), **CLEAN, "bank": bank})


@post("/authoring/banks/{record_id:str}/delete", policy=AUTHOR, status_code=HTTPStatus.OK)
async def delete_bank_here(
    request: Asked, record_id: FromPath[str], question_bank_queries: ReadsBanks, edit_question_banks: EditsBanks
) -> Response[Any]:
    bank, _, _ = await question_bank_queries.bank(serial_or(BankNotFound, record_id))
    try:
        await edit_question_banks.remove(bank.id)
    except Refusals as error:
        back = f"{BANKS}/{bank.id}/delete"
        return form_again(request, _DELETE, {**tabs_of(request), "bank": bank, "back": back}, error)
    return led_to(f"{BANKS}?done=deleted")


HANDLERS: Sequence[BaseRouteHandler] = (show_banks, add_bank_here, ask_to_delete_bank, delete_bank_here)
