"""The questions of an attempt, and statistics of questions, as pure rules."""

import statistics
from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atg_core.learning.grading import Option, Question, grade
from atg_core.learning.question_statistics import QuestionStatistics
from atg_core.learning.test_drawing import NotEnoughQuestions, arranged, drawn_ids
from atg_core.question_draws import Draw


@st.composite
def questions(draw: st.DrawFn) -> list[Question]:
    return [
        Question(
            id=number,
            position=draw(st.integers(1, 99)),
            text="",
            question_type="single",
            points=draw(st.integers(1, 9)),
            options=tuple(
                Option(id=number * 10 + index, text="", is_correct=index == 0)
                for index in range(draw(st.integers(2, 5)))
            ),
        )
        for number in range(draw(st.integers(1, 6)))
    ]


@given(questions(), st.integers(0, 2**32), st.booleans())
def test_an_attempt_numbers_its_questions_and_keeps_what_is_right(
    asked: list[Question], seed: int, shuffle: bool
) -> None:
    drawn = arranged(asked, Random(seed) if shuffle else None)
    assert [question.position for question in drawn] == list(range(1, len(asked) + 1))
    assert [(each.id, each.points, each.right) for each in drawn] == [(e.id, e.points, e.right) for e in asked]
    for before, after in zip(asked, drawn, strict=True):
        assert set(after.options) == set(before.options)
        assert shuffle or after.options == before.options


@given(questions(), st.data())
def test_the_points_of_a_drawn_attempt_are_the_sum_of_its_questions(asked: list[Question], data: st.DataObject) -> None:
    drawn = arranged(asked, Random(0))
    right = data.draw(st.sets(st.sampled_from([question.id for question in drawn])))
    answers = {
        question.id: question.right if question.id in right else frozenset({question.options[0].id} - question.right)
        for question in drawn
    }
    graded = grade(drawn, answers)
    total = sum(question.points for question in asked)
    assert graded.total_questions == len(asked)
    assert graded.score_percent == sum(each.points for each in asked if each.id in right) * 100 // total


def test_too_few_questions_are_told_with_their_number() -> None:
    with pytest.raises(NotEnoughQuestions) as refused:
        drawn_ids([Draw(count=2, candidates=[1]), Draw(count=1, candidates=[1, 2])], Random(0))
    assert refused.value.parameters == {"available": 2, "count": 3}


answers = st.lists(st.tuples(st.booleans(), st.integers(0, 100)), min_size=2, max_size=30)


def of(given: Sequence[tuple[bool, int]]) -> QuestionStatistics:
    return QuestionStatistics(
        id=1,
        bank_id=None,
        category=None,
        text="",
        question_type="single",
        shown=len(given),
        right=sum(is_right for is_right, _ in given),
        scores=sum(score for _, score in given),
        squares=sum(score**2 for _, score in given),
        scores_when_right=sum(score for is_right, score in given if is_right),
        options=(),
    )


@given(answers)
def test_discrimination_is_the_correlation_of_right_answers_with_scores(given: list[tuple[bool, int]]) -> None:
    are_right, scores = [int(is_right) for is_right, _ in given], [score for _, score in given]
    found = of(given).discrimination
    if len(set(are_right)) == 1 or len(set(scores)) == 1:
        assert found is None
    else:
        assert found is not None
        assert abs(float(found) - statistics.correlation(are_right, scores)) < 0.006
