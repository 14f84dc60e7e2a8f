"""Drawing the questions of an attempt: the test's own, those of its draws, and the order of their options."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from atg_core.errors import Conflict
from atg_core.learning.grading import Question
from atg_core.question_draws import Draw, draw_questions


class NotEnoughQuestions(Conflict):
    """The banks of this test have too few questions: {available} of {count}"""

    def __init__(self, *, available: int, count: int) -> None:
        super().__init__(available=available, count=count)


def drawn_ids(draws: Sequence[Draw], random: Random) -> list[int]:
    """The ids of the drawn questions, draw by draw. Raises NotEnoughQuestions."""
    drawn = [question for each in draw_questions(draws, random) for question in each]
    require_enough(drawn, draws)
    return drawn


def require_enough(drawn: Sequence[object], draws: Sequence[Draw]) -> None:
    """Raises NotEnoughQuestions."""
    count = sum(each.count for each in draws)
    if len(drawn) < count:
        raise NotEnoughQuestions(available=len(drawn), count=count)


def arranged(questions: Sequence[Question], random: Random | None) -> tuple[Question, ...]:
    """The questions of an attempt, numbered from 1. `random`: shuffles the options of each; None keeps them."""
    return tuple(
        replace(
            question,
            position=position,
            options=tuple(random.sample(question.options, len(question.options))) if random else question.options,
        )
        for position, question in enumerate(questions, start=1)
    )
