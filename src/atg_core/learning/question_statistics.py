"""Statistics of questions: how often they were asked, answered right, and which options were chosen."""

from dataclasses import dataclass
from decimal import Decimal
from math import sqrt
from typing import Protocol

from atg_core.errors import NotFound
from atg_core.learning.grading import TestRef

_HUNDREDTH = Decimal("0.01")


class BankNotFound(NotFound):
    """Question bank not found"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionStatistics:
    """`chosen`: how often, by itself or with others."""

    id: int
    text: str
    is_correct: bool
    chosen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionStatistics:
    """Of a question that is still there. `shown`: in how many submitted attempts; `right`: in how many of them.

    `scores`, `squares`: the sums of the scores of these attempts, in percent, and of their squares;
    `scores_when_right`: the sum of those in which it was answered right.
    """

    id: int
    bank_id: int | None
    category: str | None
    text: str
    question_type: str
    shown: int
    right: int
    scores: int
    squares: int
    scores_when_right: int
    options: tuple[OptionStatistics, ...]

    @property
    def discrimination(self) -> Decimal | None:
        """The correlation of a right answer with the score of the attempt, -1 to 1, with two decimals.

        The point-biserial correlation; near 0 or below: who knows more does not answer it better. None where all
        answers, or all scores, are alike.
        """
        of_answers = self.shown * self.right - self.right**2
        of_scores = self.shown * self.squares - self.scores**2
        if not of_answers or not of_scores:
            return None
        together = self.shown * self.scores_when_right - self.right * self.scores
        return Decimal(together / sqrt(of_answers * of_scores)).quantize(_HUNDREDTH)


class QuestionStatisticsQueries(Protocol):
    """Pages of the questions that were asked, by id, with their total number."""

    async def of_test(self, of: TestRef, *, limit: int, offset: int) -> tuple[list[QuestionStatistics], int]:
        """In attempts at this test. Raises TestNotFound."""

    async def of_bank(self, bank_id: int, *, limit: int, offset: int) -> tuple[list[QuestionStatistics], int]:
        """In attempts at all tests that draw them. Raises BankNotFound."""
