"""Question banks, on SQL."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.exc import IntegrityError

from atg_adapters.sql.catalog.options import write_options
from atg_adapters.sql.connection import Connection
from atg_adapters.sql.database import Database, fields_of
from atg_adapters.sql.folding import escaped, search, with_folded
from atg_adapters.sql.result import Row
from atg_adapters.sql.tables.learning import test_answers
from atg_adapters.sql.tables.tests import question_banks, question_tags, test_options, test_questions
from atg_core.catalog.curriculum_records import CodeTaken
from atg_core.catalog.question_banks import (
    BankNotFound,
    BankQuestion,
    BankQuestionInput,
    BankUsed,
    QuestionBank,
    QuestionFilter,
    QuestionNotFound,
    Tally,
)
from atg_core.text import fold

_banks, _questions = question_banks.c, test_questions.c
_bank: sa.BindParameter[int] = sa.bindparam("bank")
_key: sa.BindParameter[int] = sa.bindparam("key")
_active = (
    sa.select(sa.func.count())
    .where(_questions.bank_id == _banks.id, _questions.is_active)
    .scalar_subquery()
    .label("questions_count")
)
_BANKS = sa.select(question_banks, _active)
_BANK = _BANKS.where(_banks.id == _bank)
_is_counted = sa.and_(_questions.bank_id == _bank, _questions.is_active)
_CATEGORIES = sa.select(_questions.category.label("name"), sa.func.count()).where(_is_counted).group_by("name")
_TAGS = (
    sa.select(question_tags.c.tag.label("name"), sa.func.count())
    .join(test_questions, _questions.id == question_tags.c.question_id)
    .where(_is_counted)
    .group_by(question_tags.c.tag)
)
_IS_THERE = sa.select(_banks.id).where(_banks.id == _bank)
_LOCK = _IS_THERE.with_for_update()
_LAST = sa.select(sa.func.coalesce(sa.func.max(_questions.position), 0)).where(_questions.bank_id == _bank)
_ADD_QUESTIONS = sa.insert(test_questions).returning(_questions.id)
_QUESTION = sa.select(test_questions).where(_questions.id == _key, _questions.bank_id == _bank)
_CHANGE_QUESTION = sa.update(test_questions).where(_questions.id == _key)
_DELETE_QUESTION = sa.delete(test_questions).where(_questions.id == _key)
_RETIRE = _CHANGE_QUESTION.values(is_active=False)
_WAS_ANSWERED = sa.select(sa.exists().where(test_answers.c.question_id == _key))
_ids: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
_OPTIONS = (
    sa.select(test_options)
    .where(test_options.c.question_id.in_(_ids))
    .order_by(test_options.c.order_index, test_options.c.id)
)
_TAGS_OF = (
    sa.select(question_tags)
    .where(question_tags.c.question_id.in_(_ids))
    .order_by(question_tags.c.order_index, question_tags.c.id)
)
_DELETE_TAGS = sa.delete(question_tags).where(question_tags.c.question_id == _key)


@cache
def _matching(*filters: str) -> tuple[sa.Select[Any], sa.Select[Any]]:
    """Counts the questions of a bank that match, and reads a page of them, for the parameters that `filters` name."""
    each: dict[str, sa.ColumnElement[bool]] = {
        "category": _questions.category == sa.bindparam("category"),
        "tag": sa.exists().where(
            question_tags.c.question_id == _questions.id, question_tags.c.tag == sa.bindparam("tag")
        ),
        "is_active": _questions.is_active == sa.bindparam("is_active"),
    }
    matching = sa.and_(_questions.bank_id == _bank, *(each[name] for name in filters if name in each))
    page = sa.select(test_questions).where(matching).order_by(_questions.position)
    if "limit" in filters:
        page = page.limit(sa.bindparam("limit")).offset(sa.bindparam("offset"))
    return sa.select(sa.func.count()).where(matching), page


@cache
def _found(*, by_words: bool) -> tuple[sa.Select[Any], sa.Select[Any]]:
    """Counts the banks, all or those whose title holds the words, and reads a page of them."""
    matching = search(_banks.title) if by_words else sa.true()
    page = _BANKS.where(matching).order_by(_banks.id).limit(sa.bindparam("limit")).offset(sa.bindparam("offset"))
    return sa.select(sa.func.count()).select_from(question_banks).where(matching), page


def _whole(questions: Sequence[Row], options: Iterable[Row], tags: Iterable[Row]) -> list[BankQuestion]:
    """The questions with their options and tags."""
    options_of: dict[int, list[dict[str, Any]]] = {row.id: [] for row in questions}
    tags_of: dict[int, list[str]] = {row.id: [] for row in questions}
    for option in options:
        options_of[option.question_id].append(fields_of(option))
    for row in tags:
        tags_of[row.question_id].append(row.tag)
    more = ({"options": options_of[row.id], "tags": tags_of[row.id]} for row in questions)
    return [convert({**fields_of(row), **each}, BankQuestion) for row, each in zip(questions, more, strict=True)]


class SqlQuestionBankQueries:
    """`QuestionBankQueries` on a database."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def banks(self, q: str | None, *, limit: int, offset: int) -> tuple[list[QuestionBank], int]:
        given = {"words": escaped(q)} if q else {}
        count, page = _found(by_words=bool(q))
        total, rows = await self.database.results((count, given), (page, {**given, "limit": limit, "offset": offset}))
        return rows.entities(QuestionBank), total.scalar_one()

    async def bank(self, bank_id: int) -> tuple[QuestionBank, list[Tally], list[Tally]]:
        given = {"bank": bank_id}
        found, categories, tags = await self.database.results((_BANK, given), (_CATEGORIES, given), (_TAGS, given))
        if not found.all():
            raise BankNotFound
        [bank] = found.entities(QuestionBank)
        return bank, _tallies(categories), _tallies(tags)

    async def questions(
        self, bank_id: int, wanted: QuestionFilter, *, limit: int | None = None, offset: int = 0
    ) -> tuple[list[BankQuestion], int]:
        filters = {"category": wanted.category, "tag": wanted.tag and fold(wanted.tag), "is_active": wanted.is_active}
        given = {name: value for name, value in filters.items() if value is not None} | {"bank": bank_id}
        count, page = _matching(*given, *(("limit",) if limit is not None else ()))
        bounds = {} if limit is None else {"limit": limit, "offset": offset}
        there, total, rows = await self.database.results(
            (_IS_THERE, {"bank": bank_id}), (count, given), (page, {**given, **bounds})
        )
        if there.first() is None:
            raise BankNotFound
        ids = {"ids": [row.id for row in rows]}
        options, tags = await self.database.results((_OPTIONS, ids), (_TAGS_OF, ids))
        return _whole(rows.all(), options, tags), total.scalar_one()


def _tallies(rows: Iterable[Row]) -> list[Tally]:
    found = [Tally(name=name, questions_count=count) for name, count in rows]
    return sorted(found, key=lambda tally: tally.name or "")


class SqlQuestionBanks:
    """`QuestionBankStore` within the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def add_bank(self, values: Mapping[str, Any]) -> int:
        new = sa.insert(question_banks).returning(_banks.id)
        try:
            async with self.connection.begin_nested():
                bank_id: int = await self.connection.scalar(new, with_folded(question_banks, values))
        except IntegrityError:
            raise CodeTaken from None
        return bank_id

    async def change_bank(self, bank_id: int, values: Mapping[str, Any]) -> None:
        changing = sa.update(question_banks).where(_banks.id == _bank).values(with_folded(question_banks, values))
        try:
            async with self.connection.begin_nested():
                changed = await self.connection.execute(changing.returning(_banks.id), {"bank": bank_id})
        except IntegrityError:
            raise CodeTaken from None
        if changed.first() is None:
            raise BankNotFound

    async def delete_bank(self, bank_id: int) -> None:
        deleting = sa.delete(question_banks).where(_banks.id == _bank).returning(_banks.id)
        try:
            async with self.connection.begin_nested():
                deleted = await self.connection.execute(deleting, {"bank": bank_id})
        except IntegrityError:  # the draws of a test refer to it
            raise BankUsed from None
        if deleted.first() is None:
            raise BankNotFound

    async def add_questions(self, bank_id: int, questions: Sequence[BankQuestionInput], now: datetime) -> list[int]:
        given = {"bank": bank_id}
        if await self.connection.scalar(_LOCK, given) is None:
            raise BankNotFound
        if not questions:
            return []
        last = await self.connection.scalar(_LAST, given)
        rows = [
            {**question.columns, "bank_id": bank_id, "position": position}
            for position, question in enumerate(questions, start=last + 1)
        ]
        # Numbers are given in the order of the rows, but not told in it.
        ids = sorted((await self.connection.execute(_ADD_QUESTIONS, rows)).scalars())
        options = [
            {"question_id": question_id, "text": option.text, "is_correct": option.is_correct, "order_index": order}
            for question_id, question in zip(ids, questions, strict=True)
            for order, option in enumerate(question.options, start=1)
        ]
        await self.connection.execute(sa.insert(test_options), options)
        await self._add_tags(dict(zip(ids, questions, strict=True)))
        await self.connection.execute(sa.update(question_banks).where(_banks.id == _bank).values(updated_at=now), given)
        return ids

    async def _add_tags(self, questions: Mapping[int, BankQuestionInput]) -> None:
        rows = [
            {"question_id": question_id, "tag": tag, "order_index": order}
            for question_id, question in questions.items()
            for order, tag in enumerate(question.tags, start=1)
        ]
        if rows:
            await self.connection.execute(sa.insert(question_tags), rows)

    async def question(self, bank_id: int, question_id: int) -> BankQuestion:
        await self.connection.execute(_LOCK, {"bank": bank_id})
        rows = (await self.connection.execute(_QUESTION, {"key": question_id, "bank": bank_id})).all()
        if not rows:
            raise QuestionNotFound
        ids = {"ids": [question_id]}
        options, tags = await self.connection.results((_OPTIONS, ids), (_TAGS_OF, ids))
        return _whole(rows, options, tags)[0]

    async def change_question(self, question_id: int, question: BankQuestionInput) -> None:
        given = {"key": question_id}
        await self.connection.execute(_CHANGE_QUESTION.values(question.columns), given)
        await write_options(self.connection, question_id, question.options)
        await self.connection.execute(_DELETE_TAGS, given)
        await self._add_tags({question_id: question})

    async def delete_question(self, bank_id: int, question_id: int) -> bool:
        await self.question(bank_id, question_id)
        given = {"key": question_id}
        was_answered = await self.connection.scalar(_WAS_ANSWERED, given)
        await self.connection.execute(_RETIRE if was_answered else _DELETE_QUESTION, given)
        return not was_answered
