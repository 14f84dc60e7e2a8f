"""Random draws as a pure rule, against a count that shares no code with it."""

from itertools import combinations
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from atg_core.question_draws import Draw, draw_questions

draws = st.lists(
    st.builds(Draw, count=st.integers(1, 4), candidates=st.lists(st.integers(1, 9), unique=True)), max_size=4
)
random = st.integers(0, 2**32).map(Random)


def can_be_filled(wanted: list[Draw]) -> bool:
    """Hall's condition: any of the draws together have at least as many questions as they ask for."""
    return all(
        len(set().union(*(each.candidates for each in some))) >= sum(each.count for each in some)
        for size in range(1, len(wanted) + 1)
        for some in combinations(wanted, size)
    )


@given(draws, random)
def test_a_draw_has_exactly_its_count_and_no_question_twice(wanted: list[Draw], random: Random) -> None:
    drawn = draw_questions(wanted, random)
    flat = [question for each in drawn for question in each]
    assert len(flat) == len(set(flat))
    for draw, questions in zip(wanted, drawn, strict=True):
        assert len(questions) <= draw.count
        assert set(questions) <= set(draw.candidates)
    is_filled = all(len(questions) == draw.count for draw, questions in zip(wanted, drawn, strict=True))
    assert is_filled == can_be_filled(wanted)


@given(draws, st.integers(0, 2**32))
def test_nothing_but_chance_decides_what_is_drawn(wanted: list[Draw], seed: int) -> None:
    assert draw_questions(wanted, Random(seed)) == draw_questions(wanted, Random(seed))


def test_each_question_is_drawn_as_often_as_others() -> None:
    """Three of six, 3,000 times: each is expected 1,500 times, with a deviation of 27."""
    random = Random(7)
    wanted = [Draw(count=3, candidates=range(6))]
    drawn = [question for _ in range(3_000) for question in draw_questions(wanted, random)[0]]
    assert all(abs(drawn.count(question) - 1_500) < 150 for question in range(6))
    first = [draw_questions(wanted, random)[0][0] for _ in range(3_000)]
    assert all(abs(first.count(question) - 500) < 120 for question in range(6))
