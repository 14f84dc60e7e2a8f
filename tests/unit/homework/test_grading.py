"""Grading rules against an independent calculation."""

from decimal import Decimal
from fractions import Fraction
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atg_core.errors import Invalid
from atg_core.homework.grading import choice_grade, graded_choices, is_graded, total, two_decimals
from atg_core.homework.model import Answer, Choice, Question, QuestionType

POINTS = st.integers(1, 1_000_000).map(lambda hundredths: Decimal(hundredths).scaleb(-2))


@st.composite
def questions(draw: st.DrawFn, number: int = 1) -> Question:
    right = draw(st.lists(st.booleans(), min_size=1, max_size=50))
    if not any(right):
        right[draw(st.integers(0, len(right) - 1))] = True
    first = number * 100
    choices = tuple(Choice(id=first + at, position=at, text="x", is_correct=each) for at, each in enumerate(right, 1))
    kind = draw(st.sampled_from(QuestionType))
    if kind is QuestionType.TEXT:
        choices = ()
    if kind is QuestionType.SINGLE_CHOICE:
        choices = tuple(Choice(id=each.id, position=1, text="x", is_correct=each is choices[0]) for each in choices)
    return Question(id=number, position=number, question_type=kind, text="x", points=draw(POINTS), choices=choices)


def half_up(value: Fraction) -> Fraction:
    """To hundredths: what is exactly between two goes to the higher one."""
    return Fraction((value * 200 + 1) // 2, 100)


def expected(question: Question, chosen: set[int]) -> Fraction:
    """By counting (spec: homework-gradebook, Grading)."""
    right = {choice.id for choice in question.choices if choice.is_correct}
    points = Fraction(question.points)
    if question.question_type is QuestionType.SINGLE_CHOICE:
        return points if chosen == right else Fraction(0)
    return half_up(points * max(Fraction(0), Fraction(len(chosen & right) - len(chosen - right), len(right))))


@given(st.data())
def test_each_answer_is_worth_what_the_rules_say(data: st.DataObject) -> None:
    """G5: and never less than nothing, nor more than its points."""
    quiz = [data.draw(questions(number)) for number in range(1, data.draw(st.integers(1, 6)) + 1)]
    answers: dict[int, Answer] = {}
    for question in quiz:
        if data.draw(st.booleans()):
            ids = [choice.id for choice in question.choices]
            chosen = data.draw(st.sets(st.sampled_from(ids))) if ids else set()
            answers[question.id] = Answer(id=question.id, question_id=question.id, choice_ids=tuple(sorted(chosen)))
    graded = {answer.question_id: answer for answer in graded_choices(quiz, answers)}
    assert graded.keys() == {question.id for question in quiz if not question.is_text}
    for question in quiz:
        if question.is_text:
            continue
        grade = graded[question.id].grade
        chosen = set(answers[question.id].choice_ids) if question.id in answers else set()
        assert grade is not None
        assert Fraction(grade) == expected(question, chosen)
        assert 0 <= grade <= question.points
        assert grade.as_tuple().exponent == -2
        assert chosen or grade == 0
    grades = [answer.grade for answer in graded.values()]
    assert 0 <= total(grades) <= sum(question.points for question in quiz)
    assert Fraction(total(grades)) == sum((Fraction(grade) for grade in grades if grade is not None), Fraction(0))
    assert is_graded(quiz, graded) == (not any(question.is_text for question in quiz))


def multi(points: str, right: int, wrong: int) -> Question:
    numbers = count(1)
    flags = [True] * right + [False] * wrong
    choices = tuple(Choice(id=next(numbers), position=1, text="x", is_correct=each) for each in flags)
    return Question(
        id=1, position=1, question_type=QuestionType.MULTI_CHOICE, text="x", points=Decimal(points), choices=choices
    )


@pytest.mark.parametrize(
    ("points", "right", "chosen", "grade"),
    [
        ("1.00", 3, {1}, "0.33"),
        ("1.00", 3, {1, 2}, "0.67"),
        ("1.00", 3, {1, 2, 3}, "1.00"),
        ("0.01", 2, {1}, "0.01"),
        ("0.05", 2, {1}, "0.03"),
        ("1.25", 2, {1}, "0.63"),
        ("2.00", 2, {1, 2, 3}, "1.00"),
        ("2.00", 2, {1, 3}, "0.00"),
        ("2.00", 2, {3, 4}, "0.00"),
        ("2.00", 2, set(), "0.00"),
        ("10000.00", 7, {1}, "1428.57"),
    ],
)
def test_a_multiple_choice_gives_a_share_rounded_half_up(points: str, right: int, chosen: set[int], grade: str) -> None:
    assert str(choice_grade(multi(points, right, 3), chosen)) == grade


@pytest.mark.parametrize("given_value", ["0", "-0", "0.00", "7", "7.5", "7.50", "7.500", "1E+1", "10"])
def test_a_number_with_two_decimals_is_taken_as_such(given_value: str) -> None:
    taken = two_decimals(Decimal(given_value), maximum=Decimal(10), field="grade")
    assert taken == Decimal(given_value)
    assert taken.as_tuple().exponent == -2
    assert not str(taken).startswith("-")


@pytest.mark.parametrize(
    "given_value",
    ["7.505", "0.001", "-0.01", "10.01", "NaN", "sNaN", "Infinity", "-Infinity", "1E+400", "1E-400", "9.999999999"],
)
def test_another_number_is_refused_with_its_field(given_value: str) -> None:
    with pytest.raises(Invalid) as refused:
        two_decimals(Decimal(given_value), maximum=Decimal(10), field="grades[0].grade")
    assert refused.value.field == "grades[0].grade"


def test_points_are_more_than_nothing() -> None:
    with pytest.raises(Invalid):
        two_decimals(Decimal("0.00"), maximum=Decimal(10), field="points", zero=False)
    assert two_decimals(Decimal("0.01"), maximum=Decimal(10), field="points", zero=False) == Decimal("0.01")
