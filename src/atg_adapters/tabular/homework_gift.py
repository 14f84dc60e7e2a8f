"""Questions of homework from a text in GIFT."""

import io
from collections import Counter
from decimal import Decimal

from atg_adapters.tabular.gift import gift_questions
from atg_adapters.tabular.questions import Question
from atg_core.homework.model import QuestionType
from atg_core.homework.ports import ChoiceInput, QuestionInput, ReadQuestion

_POINTS = Decimal(1)


def read_gift(text: str) -> list[ReadQuestion]:
    """In their order, with one point each."""
    found = gift_questions(io.StringIO(text.replace("\r\n", "\n")), Counter())
    return [ReadQuestion(line=each.line, question=None if each.fault else _question(each)) for each in found]


def _question(read: Question) -> QuestionInput:
    single_or_several = QuestionType.MULTI_CHOICE if read.several else QuestionType.SINGLE_CHOICE
    return QuestionInput(
        id=None,
        question_type=single_or_several if read.options else QuestionType.TEXT,
        text=read.text,
        points=_POINTS,
        choices=[ChoiceInput(id=None, text=text, is_correct=is_right) for text, is_right in read.options],
    )
