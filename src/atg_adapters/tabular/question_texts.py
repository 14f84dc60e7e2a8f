"""Questions of banks in GIFT and Aiken, read and written (docs.moodle.org, GIFT format, Aiken format)."""

import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from string import ascii_uppercase

from atg_adapters.tabular.aiken import aiken_questions
from atg_adapters.tabular.gift import gift_questions
from atg_adapters.tabular.questions import ANSWERED_BY_TEXT, Question
from atg_core.catalog.curriculum_ports import OptionInput
from atg_core.catalog.question_banks import BankQuestion, BankQuestionInput
from atg_core.catalog.question_texts import NotInAiken, QuestionFormat, ReadQuestion

_SIGNS = re.compile(r"[~=#{}:\\]")
_MISREAD = re.compile(r"\[|%|//")
"""How a text begins that would be taken for its format, a share of the points or a comment."""


class TabularQuestionTexts:
    """`QuestionTexts`."""

    def read(self, text: str, form: QuestionFormat) -> tuple[list[ReadQuestion], Mapping[str, int]]:
        left_out: Counter[str] = Counter()
        file = io.StringIO(text.replace("\r\n", "\n"))
        found = gift_questions(file, left_out) if form is QuestionFormat.GIFT else aiken_questions(file)
        return [_read(each) for each in found], +left_out

    def write(self, questions: Sequence[BankQuestion], form: QuestionFormat) -> str:
        if form is QuestionFormat.GIFT:
            return _gift(questions)
        written = [_aiken(each) for each in questions]
        if missing := [each.position for each, text in zip(questions, written, strict=True) if text is None]:
            raise NotInAiken(missing)
        return "\n".join(text for text in written if text)


def _read(found: Question) -> ReadQuestion:
    fault = found.fault or (None if found.options else ANSWERED_BY_TEXT)
    if fault:
        return ReadQuestion(line=found.line, question=None, fault=fault)
    question = BankQuestionInput(
        category=found.category or None,
        tags=found.tags,
        text=found.text,
        question_type="multiple" if found.several else "single",
        points=max(1, found.points),
        explanation=found.explanation or None,
        options=[OptionInput(text=text, is_correct=is_right) for text, is_right in found.options],
    )
    return ReadQuestion(line=found.line, question=question)


def _gift(questions: Sequence[BankQuestion]) -> str:
    """By category, those without one first: nothing ends a category but another one."""
    blocks, category = [], ""
    for question in sorted(questions, key=lambda each: (each.category or "", each.position)):
        if question.category and question.category != category:
            category = question.category
            blocks.append(f"$CATEGORY: {category.replace('/', '//')}\n")
        blocks.append(_gift_question(question))
    return "\n".join(blocks)


def _gift_question(question: BankQuestion) -> str:
    points = [f"[points:{question.points}]"] if question.points != 1 else []
    notes = [*(f"[tag:{re.sub(r'[\]\\]', r'\\\g<0>', tag)}]" for tag in question.tags), *points]
    right = sum(option.is_correct for option in question.options)
    lines = [f"// {' '.join(notes)}"] if notes else []
    lines.append(f"{_escaped(question.text)} {{")
    for option in question.options:
        if question.question_type == "single":
            sign = "=" if option.is_correct else "~"
        else:
            sign = f"~%{100 / right:.5g}%" if option.is_correct else "~%-100%"
        lines.append(f"\t{sign}{_escaped(option.text)}")
    if question.explanation:
        lines.append(f"\t####{_escaped(question.explanation)}")
    return "\n".join([*lines, "}", ""])


def _escaped(text: str) -> str:
    escaped = _SIGNS.sub(r"\\\g<0>", text).replace("\n", "\\n")
    return f"[plain]{escaped}" if _MISREAD.match(text) else escaped


def _aiken(question: BankQuestion) -> str | None:
    """None if reading it would not give the same question."""
    if question.question_type != "single" or len(question.options) > len(ascii_uppercase):
        return None
    choices = list(zip(ascii_uppercase, question.options, strict=False))
    right = next(letter for letter, option in choices if option.is_correct)
    lines = [question.text, *(f"{letter}. {option.text}" for letter, option in choices), f"ANSWER: {right}", ""]
    text = "\n".join(lines)
    read = list(aiken_questions(io.StringIO(text)))
    same = len(read) == 1 and read[0].fault is None and read[0].text == question.text
    options = [(option.text, option.is_correct) for option in question.options]
    return text if same and list(read[0].options) == options else None
