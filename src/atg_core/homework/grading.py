"""Grading homework (spec: homework-gradebook): exact decimals with two places, never floats."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from atg_core.errors import Invalid
from atg_core.homework.model import Answer, Question, QuestionType

HUNDREDTH = Decimal("0.01")
ZERO = Decimal("0.00")
MOST_POINTS = Decimal(10_000)


def choice_grade(question: Question, chosen: Collection[int]) -> Decimal:
    """What an answer to a choice question is worth.

    SINGLE_CHOICE is all or nothing. MULTI_CHOICE: points × max(0, (right chosen - wrong chosen) / right), rounded half
    up. An empty answer is 0.
    """
    picked, right = frozenset(chosen), question.right
    if question.question_type is QuestionType.SINGLE_CHOICE:
        return question.points if right and picked == right else ZERO
    hits = len(picked & right) - len(picked - right)
    if hits <= 0:
        return ZERO
    return (question.points * hits / len(right)).quantize(HUNDREDTH, ROUND_HALF_UP)


def graded_choices(questions: Sequence[Question], answers: Mapping[int, Answer]) -> list[Answer]:
    """An answer with its grade for each choice question; `answers` are by question."""
    return [
        replace(answer, grade=choice_grade(question, answer.choice_ids))
        for question in questions
        if not question.is_text
        for answer in (answers.get(question.id) or Answer(id=0, question_id=question.id),)
    ]


def is_graded(questions: Sequence[Question], answers: Mapping[int, Answer]) -> bool:
    """Whether every question has its grade."""
    return all(question.id in answers and answers[question.id].grade is not None for question in questions)


def total(values: Iterable[Decimal | None]) -> Decimal:
    return sum((value for value in values if value is not None), ZERO)


def two_places(value: Decimal, *, most: Decimal, field: str, zero: bool = True) -> Decimal:
    """The value with two decimals. Raises Invalid for more of them, and for what is not from 0 to `most`.

    `zero`: whether 0 itself is one.
    """
    if not value.is_finite() or not 0 <= value <= most or (not zero and value == 0):
        raise Invalid(f"is a number {'from' if zero else 'above'} 0 to {most.normalize():f}", field=field)
    rounded = value.quantize(HUNDREDTH)
    if rounded != value:
        raise Invalid("has two decimals at most", field=field)
    return rounded + ZERO  # a negative zero is none
