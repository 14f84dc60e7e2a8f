"""Grading and attempts as pure rules, against oracles that share no code with them."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atg_core.errors import Invalid
from atg_core.learning import grading as g

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@st.composite
def drawn_tests_with_answers(draw: st.DrawFn) -> tuple[list[g.Question], dict[int, frozenset[int]]]:
    questions, answers = [], {}
    for number in range(draw(st.integers(1, 6))):
        flags = draw(st.lists(st.booleans(), min_size=1, max_size=4))
        options = tuple(
            g.Option(id=number * 10 + index, text="", is_correct=flag) for index, flag in enumerate(flags, start=1)
        )
        points = draw(st.integers(1, 5))
        questions.append(
            g.Question(id=number, position=number, text="", question_type="multiple", points=points, options=options)
        )
        if draw(st.booleans()):
            answers[number] = frozenset(draw(st.sets(st.sampled_from([option.id for option in options]))))
    return questions, answers


@given(drawn_tests_with_answers())
def test_a_score_is_the_points_of_what_is_exactly_right_over_all_points(
    drawn: tuple[list[g.Question], dict[int, frozenset[int]]],
) -> None:
    questions, answers = drawn
    right = 0
    points = Fraction(0)
    for question in questions:
        chosen = answers.get(question.id, frozenset())
        if all((option.id in chosen) == option.is_correct for option in question.options):
            right += 1
            points += question.points
    exact = points / sum(question.points for question in questions) * 100
    graded = g.grade(questions, answers)
    assert graded.score_percent <= exact < graded.score_percent + 1
    assert (graded.correct_answers, graded.total_questions) == (right, len(questions))
    for threshold in (0, 1, 70, 100):
        assert of(passing_score=threshold).is_passed_with(graded.score_percent) == (exact >= threshold)


def of(**changes: object) -> g.Test:
    fields = {
        "id": 1,
        "kind": g.TestKind.LESSON,
        "title": "",
        "passing_score": 70,
        "max_attempts": None,
        "time_limit_minutes": 30,
        "time_limit_enforced": False,
        "station_id": 1,
        "course_id": None,
        "program_id": 1,
        **changes,
    }
    return g.Test(**fields)  # type: ignore[arg-type]


def test_a_test_without_questions_can_not_be_graded() -> None:
    with pytest.raises(g.TestWithoutQuestions):
        g.grade([], {})


def test_answers_of_elsewhere_are_refused() -> None:
    option = g.Option(id=5, text="", is_correct=True)
    questions = [g.Question(id=1, position=1, text="", question_type="single", points=1, options=(option,))]
    assert g.checked_answers(questions, [(1, [5, 5])]) == {1: frozenset({5})}
    for answers, field in (
        ([(2, [])], "answers[0].question_id"),
        ([(1, [5]), (1, [])], "answers[1].question_id"),
        ([(1, [6])], "answers[0].option_ids"),
    ):
        with pytest.raises(Invalid) as refused:
            g.checked_answers(questions, answers)
        assert refused.value.field == field


def test_attempts_are_used_up_by_results_and_by_beginning() -> None:
    test = of(max_attempts=2)
    assert test.submit(g.AttemptHistory(last=1, running=None), NOW) == 2
    with pytest.raises(g.AttemptsExhausted):
        test.submit(g.AttemptHistory(last=2, running=None), NOW)
    assert test.submit(g.AttemptHistory(last=2, before=2, running=None), NOW) == 3
    running = test.start(g.AttemptHistory(last=1, running=None), NOW)
    assert (running.attempt, running.expires_at) == (2, None)
    assert test.submit(g.AttemptHistory(last=2, running=running), NOW + timedelta(days=9)) == 2
    with pytest.raises(g.AttemptRuns):
        test.start(g.AttemptHistory(last=2, running=running), NOW)


def test_an_enforced_time_limit_ends_after_a_moment_of_grace() -> None:
    test = of(time_limit_enforced=True, max_attempts=2)
    with pytest.raises(g.AttemptNotStarted):
        test.submit(g.AttemptHistory(last=0, running=None), NOW)
    running = test.start(g.AttemptHistory(last=0, running=None), NOW)
    history, end = g.AttemptHistory(last=1, running=running), NOW + timedelta(minutes=30)
    assert running.expires_at == end
    assert test.submit(history, end + g.GRACE) == 1
    with pytest.raises(g.AttemptExpired):
        test.submit(history, end + g.GRACE + timedelta(milliseconds=1))
    with pytest.raises(g.AttemptRuns):
        test.start(history, end)
    late = end + timedelta(minutes=1)
    assert test.start(history, late) == g.Attempt(attempt=2, started_at=late, expires_at=late + timedelta(minutes=30))
    with pytest.raises(g.AttemptsExhausted):
        test.start(g.AttemptHistory(last=2, running=None), late)
