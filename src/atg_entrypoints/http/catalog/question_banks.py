"""Question banks: their questions, and what tests can draw from them, for instructors and admins."""

from collections.abc import Sequence
from typing import Annotated

from litestar import Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter, SkipValidation

from atg_core.catalog.question_banks import (
    BankNotFound,
    EditQuestionBanks,
    QuestionBankQueries,
    QuestionFilter,
    QuestionNotFound,
)
from atg_core.catalog.question_texts import ExchangeQuestions, QuestionFormat
from atg_entrypoints.http.catalog import question_banks_wire as wire
from atg_entrypoints.http.policy import AUTHOR
from atg_entrypoints.http.wire import NO_NUL, Page, Paging, serial_or, to_wire

_TAGS = ["question banks"]
_PATH = "/question-banks"
_BANK = f"{_PATH}/{{bank_id:str}}"

Queries = NamedDependency[SkipValidation[QuestionBankQueries]]
Edits = NamedDependency[SkipValidation[EditQuestionBanks]]
Exchanges = NamedDependency[SkipValidation[ExchangeQuestions]]
Category = Annotated[str | None, QueryParameter(name="category", max_length=255, pattern=NO_NUL)]
Tag = Annotated[str | None, QueryParameter(name="tag", max_length=50, pattern=NO_NUL)]
IsActive = Annotated[bool | None, QueryParameter(name="is_active", description="false: those that are retired")]


def _bank(text: str) -> int:
    return serial_or(BankNotFound, text)


async def _details(queries: QuestionBankQueries, bank_id: int) -> wire.BankDetails:
    bank, categories, tags = await queries.bank(bank_id)
    row = to_wire(bank, wire.BankRow)
    return wire.BankDetails(
        **{name: getattr(row, name) for name in wire.BankRow.__struct_fields__},
        categories=to_wire(categories, list[wire.TallyRow]),
        tags=to_wire(tags, list[wire.TallyRow]),
    )


@get(_PATH, policy=AUTHOR, tags=_TAGS, summary="All question banks", also={400})
async def list_banks(
    question_bank_queries: Queries,
    paging: NamedDependency[SkipValidation[Paging]],
    q: Annotated[str | None, QueryParameter(name="q", max_length=255, pattern=NO_NUL)] = None,
) -> Page[wire.BankRow]:
    """`q`: in their titles, in any case."""
    found, total = await question_bank_queries.banks(q, limit=paging.size, offset=paging.offset)
    return paging.of(to_wire(found, list[wire.BankRow]), total)


@post(_PATH, policy=AUTHOR, tags=_TAGS, summary="Create a question bank", also={409})
async def add_bank(
    data: JSONBody[wire.NewBank], edit_question_banks: Edits, question_bank_queries: Queries
) -> wire.BankDetails:
    return await _details(question_bank_queries, await edit_question_banks.add(data.present_fields()))


@get(_BANK, policy=AUTHOR, tags=_TAGS, summary="A question bank with its categories and tags")
async def show_bank(bank_id: FromPath[str], question_bank_queries: Queries) -> wire.BankDetails:
    return await _details(question_bank_queries, _bank(bank_id))


@put(_BANK, policy=AUTHOR, tags=_TAGS, summary="Change a question bank", also={409})
async def change_bank(
    bank_id: FromPath[str],
    data: JSONBody[wire.BankChanges],
    edit_question_banks: Edits,
    question_bank_queries: Queries,
) -> wire.BankDetails:
    bank = _bank(bank_id)
    await edit_question_banks.change(bank, data.present_fields())
    return await _details(question_bank_queries, bank)


@delete(_BANK, policy=AUTHOR, tags=_TAGS, summary="Delete a question bank", also={409})
async def delete_bank(bank_id: FromPath[str], edit_question_banks: Edits) -> None:
    """With its questions. 409 `bank_used` while a test draws from it; attempts keep what they have drawn."""
    await edit_question_banks.remove(_bank(bank_id))


@get(f"{_BANK}/questions", policy=AUTHOR, tags=_TAGS, summary="The questions of a bank", also={400})
async def list_questions(
    *,
    bank_id: FromPath[str],
    question_bank_queries: Queries,
    paging: NamedDependency[SkipValidation[Paging]],
    category: Category = None,
    tag: Tag = None,
    is_active: IsActive = None,
) -> Page[wire.BankQuestionRow]:
    """With their right options, by position."""
    wanted = QuestionFilter(category=category, tag=tag, is_active=is_active)
    found, total = await question_bank_queries.questions(
        _bank(bank_id), wanted, limit=paging.size, offset=paging.offset
    )
    return paging.of(to_wire(found, list[wire.BankQuestionRow]), total)


@post(f"{_BANK}/questions", policy=AUTHOR, tags=_TAGS, summary="Add a question to a bank")
async def add_question(
    bank_id: FromPath[str], data: JSONBody[wire.NewBankQuestion], edit_question_banks: Edits
) -> wire.BankQuestionRow:
    return to_wire(await edit_question_banks.add_question(_bank(bank_id), data.to_input()), wire.BankQuestionRow)


@put(f"{_BANK}/questions/{{question_id:str}}", policy=AUTHOR, tags=_TAGS, summary="Change or retire a question")
async def change_question(
    bank_id: FromPath[str],
    question_id: FromPath[str],
    data: JSONBody[wire.BankQuestionChanges],
    edit_question_banks: Edits,
) -> wire.BankQuestionRow:
    """Attempts that have drawn it keep it as it was."""
    question = serial_or(QuestionNotFound, question_id)
    changed = await edit_question_banks.change_question(_bank(bank_id), question, data.written())
    return to_wire(changed, wire.BankQuestionRow)


@delete(f"{_BANK}/questions/{{question_id:str}}", policy=AUTHOR, tags=_TAGS, summary="Delete a question of a bank")
async def delete_question(bank_id: FromPath[str], question_id: FromPath[str], edit_question_banks: Edits) -> None:
    """A question that has been answered is retired instead."""
    await edit_question_banks.remove_question(_bank(bank_id), serial_or(QuestionNotFound, question_id))


@post(f"{_BANK}/questions/import", policy=AUTHOR, tags=_TAGS, summary="Add the questions of a text in GIFT or Aiken")
async def import_questions(
    bank_id: FromPath[str], data: JSONBody[wire.QuestionsFile], exchange_questions: Exchanges
) -> wire.QuestionsAdded:
    """All or none: a question that a bank can not have is 400, with its line in `errors`: `text[12]`."""
    ids, left_out = await exchange_questions.read(
        _bank(bank_id), data.text, QuestionFormat(data.format), category=data.category, tags=data.tags
    )
    return wire.QuestionsAdded(ids=ids, left_out=dict(left_out))


def _export(form: QuestionFormat, name: str) -> BaseRouteHandler:
    @get(
        f"{_BANK}/questions.{form}",
        policy=AUTHOR,
        tags=_TAGS,
        summary=f"The questions of a bank in {name}",
        name=f"export {form}",
        also={400, 409} if form is QuestionFormat.AIKEN else {400},
    )
    async def export(
        *,
        bank_id: FromPath[str],
        exchange_questions: Exchanges,
        category: Category = None,
        tag: Tag = None,
        is_active: IsActive = None,
    ) -> Response[bytes]:
        wanted = QuestionFilter(category=category, tag=tag, is_active=is_active)
        bank = _bank(bank_id)
        text = await exchange_questions.write(bank, form, wanted)
        return Response(
            text.encode(),
            media_type="text/plain",
            headers={"Content-Disposition": f'attachment; filename="questions-{bank}.{form}"'},
        )

    return export


HANDLERS: Sequence[BaseRouteHandler] = (
    list_banks,
    add_bank,
    show_bank,
    change_bank,
    delete_bank,
    list_questions,
    add_question,
    import_questions,
    change_question,
    delete_question,
    *(_export(form, name) for form, name in ((QuestionFormat.GIFT, "GIFT"), (QuestionFormat.AIKEN, "Aiken"))),
)
