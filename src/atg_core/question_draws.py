"""Random draws of questions from banks, without doubles (spec: catalog-learning; decision 0054).

Authoring asks whether there are enough, learning draws for each attempt.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """`count` of these questions, by id."""

    count: int
    candidates: Sequence[int]


def draw_questions(draws: Sequence[Draw], random: Random) -> list[list[int]]:
    """The drawn questions of each draw in random order, none twice; fewer than its count where there are not enough.

    Draws whose candidates overlap give way to each other (a maximum bipartite matching by augmenting paths), so that
    all are filled if that is possible at all.
    """
    shuffled = [random.sample(each.candidates, len(each.candidates)) for each in draws]
    taken_by: dict[int, int] = {}

    def take(number: int, asked: set[int]) -> bool:
        """Takes one more question for a draw, if need be from another one that finds a replacement."""
        asked.add(number)
        for question in shuffled[number]:
            if question not in taken_by:
                taken_by[question] = number
                return True
        for question in shuffled[number]:
            owner = taken_by[question]
            if owner not in asked and take(owner, asked):
                taken_by[question] = number
                return True
        return False

    for number, each in enumerate(draws):
        for _ in range(each.count):
            if not take(number, set()):
                break
    return [
        [question for question in shuffled[number] if taken_by.get(question) == number] for number in range(len(draws))
    ]
