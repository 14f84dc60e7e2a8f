"""Grading rules (spec: homework-gradebook, Homework): decimals with two places, never floats."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from atg_core.errors import Invalid
from atg_core.homework.model import Answer, Question, QuestionType
from atg_core.words import phrase

HUNDREDTH = Decimal("0.01")
ZERO = Decimal("0.00")
MAX_POINTS = Decimal(10_000)


def choice_grade(question: Question, chosen: Collection[int]) -> Decimal:
    """The grade of an answer to a choice question; 0 for an empty one.

    SINGLE_CHOICE: all or nothing. MULTI_CHOICE: points × max(0, (correct chosen - wrong chosen) / correct), rounded
    half up.
    """
    picked, correct = frozenset(chosen), question.correct_choice_ids
    if question.question_type is QuestionType.SINGLE_CHOICE:
        return question.points if correct and picked == correct else ZERO
    hits = len(picked & correct) - len(picked - correct)
    if hits <= 0:
        return ZERO
    return (question.points * hits / len(correct)).quantize(HUNDREDTH, ROUND_HALF_UP)


def graded_choices(questions: Sequence[Question], answers: Mapping[int, Answer]) -> list[Answer]:
    """A graded answer for each choice question. `answers`: by question."""
    return [
        replace(answer, grade=choice_grade(question, answer.choice_ids))
        for question in questions
        if not question.is_text
        for answer in (answers.get(question.id) or Answer(id=0, question_id=question.id),)
    ]


def is_graded(questions: Sequence[Question], answers: Mapping[int, Answer]) -> bool:
    """Whether the answer to every question has a grade."""
    return all(question.id in answers and answers[question.id].grade is not None for question in questions)


def total(values: Iterable[Decimal | None]) -> Decimal:
    return sum((value for value in values if value is not None), ZERO)


def two_decimals(value: Decimal, *, maximum: Decimal, field: str, zero: bool = True) -> Decimal:
    """The value with exactly two decimals. Raises Invalid for more decimals and outside 0 to `maximum`.

    `zero`: whether 0 is allowed.
    """
    if not value.is_finite() or not 0 <= value <= maximum or (not zero and value == 0):
        high = f"{maximum.normalize():f}"
        if zero:
            raise Invalid("must be between {low} and {high}", field=field, code="out_of_range", low=0, high=high)
        template = phrase("must be more than {above} and at most {high}")
        raise Invalid(template, field=field, code="out_of_range", above=0, high=high)
    rounded = value.quantize(HUNDREDTH)
    if rounded != value:
        raise Invalid("has two decimals at most", field=field, code="too_many_decimals")
    return rounded + ZERO  # turns a negative zero into 0
