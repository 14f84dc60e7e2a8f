"""Questions of banks as texts in GIFT and Aiken, read and written (docs.moodle.org, GIFT format, Aiken format)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from atg_core.catalog.question_banks import (
    BankQuestion,
    BankQuestionInput,
    EditQuestionBanks,
    QuestionBankQueries,
    QuestionFilter,
    checked_question,
)
from atg_core.errors import MOST_FAULTS, Conflict, Fault, Invalid


class QuestionFormat(StrEnum):
    GIFT = "gift"
    AIKEN = "aiken"


class NotInAiken(Conflict):
    """Aiken has no place for these questions, by number: {positions}

    It has single choices of at most 26 options, in lines that do not look like its own signs.
    """

    def __init__(self, positions: Sequence[int]) -> None:
        super().__init__(positions=positions)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadQuestion:
    """A question that begins in `line`; None, with the reason, if a bank can not have it."""

    line: int
    question: BankQuestionInput | None
    fault: str | None = None


class QuestionTexts(Protocol):
    def read(self, text: str, form: QuestionFormat) -> tuple[list[ReadQuestion], Mapping[str, int]]:
        """The questions in their order, and what has no place in them, counted."""

    def write(self, questions: Sequence[BankQuestion], form: QuestionFormat) -> str:
        """By category, so that reading it gives the same questions. Raises NotInAiken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeQuestions:
    """Reads texts into banks, and writes banks as texts. Raises BankNotFound."""

    question_texts: QuestionTexts
    edit_question_banks: EditQuestionBanks
    question_bank_queries: QuestionBankQueries

    async def read(
        self, bank_id: int, text: str, form: QuestionFormat, *, category: str | None, tags: Sequence[str]
    ) -> tuple[list[int], Mapping[str, int]]:
        """Adds all questions of the text or none; returns their ids, and what was left out.

        `category`: of those that name none; `tags`: of all, beside their own. Raises Invalid, whose fields are
        `text[12]` for a question that begins in line 12.
        """
        read, left_out = self.question_texts.read(text, form)
        faults = [Fault(f"text[{each.line}]", each.fault, "unreadable_question") for each in read if each.fault]
        questions: list[BankQuestionInput] = []
        for each in read:
            if each.question is None:
                continue
            question = replace(
                each.question, category=each.question.category or category, tags=(*each.question.tags, *tags)
            )
            try:
                questions.append(checked_question(question))
            except Invalid as error:
                told = error.faults[0]
                faults.append(Fault(f"text[{each.line}]", told.template, told.code, told.parameters))
        if faults:
            raise Invalid(faults=faults[:MOST_FAULTS])
        if not questions:
            raise Invalid("No questions were found in this text", field="text", code="no_questions")
        return await self.edit_question_banks.add_questions(bank_id, questions), left_out

    async def write(self, bank_id: int, form: QuestionFormat, wanted: QuestionFilter) -> str:
        """The questions of a bank that are wanted. Raises NotInAiken."""
        questions, _ = await self.question_bank_queries.questions(bank_id, wanted)
        return self.question_texts.write(questions, form)
