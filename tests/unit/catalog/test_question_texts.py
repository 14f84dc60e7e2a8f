"""Questions of banks as texts: what is written is read as the same questions."""

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from atg_adapters.tabular.question_texts import TabularQuestionTexts
from atg_core.catalog.curriculum_ports import OptionInput
from atg_core.catalog.question_banks import BankOption, BankQuestion, BankQuestionInput
from atg_core.catalog.question_texts import NotInAiken, QuestionFormat
from atg_core.text import fold

TEXTS = TabularQuestionTexts()
# Private characters stand in for escaped ones while GIFT is read.
_signs = st.text(
    st.one_of(st.sampled_from("~=#{}:\\/[]%$n\nAB.)->ё"), st.characters(exclude_categories=["Cs", "Co", "Cc"])),
    min_size=1,
    max_size=30,
)
text = _signs.map(str.strip).filter(bool)
line = text.filter(lambda each: "\n" not in each)
tag = line.map(fold).map(str.strip).filter(bool)


@st.composite
def bank_questions(draw: st.DrawFn) -> list[BankQuestion]:
    made = []
    for number in range(1, draw(st.integers(1, 4)) + 1):
        several = draw(st.booleans())
        texts = draw(st.lists(text, min_size=2, max_size=5))
        rights = draw(st.sets(st.sampled_from(range(len(texts))), min_size=1, max_size=len(texts) if several else 1))
        made.append(
            BankQuestion(
                id=number,
                bank_id=1,
                position=number,
                category=draw(st.none() | line),
                tags=tuple(draw(st.lists(tag, max_size=3, unique=True))),
                text=draw(text),
                question_type="multiple" if several else "single",
                points=draw(st.integers(1, 10_000)),
                image=None,
                explanation=draw(st.none() | text),
                is_active=True,
                options=tuple(
                    BankOption(id=index, text=each, is_correct=index in rights) for index, each in enumerate(texts)
                ),
            )
        )
    return made


def as_input(question: BankQuestion) -> BankQuestionInput:
    return BankQuestionInput(
        category=question.category,
        tags=list(question.tags),
        text=question.text,
        question_type=question.question_type,
        points=question.points,
        explanation=question.explanation,
        options=[OptionInput(text=option.text, is_correct=option.is_correct) for option in question.options],
    )


_BRACKETED = BankQuestion(
    id=1,
    bank_id=1,
    position=1,
    category=None,
    tags=(),
    text="[1]",
    question_type="single",
    points=1,
    image=None,
    explanation="[2]",
    is_active=True,
    options=(BankOption(id=1, text="[3]", is_correct=True), BankOption(id=2, text="4", is_correct=False)),
)


@given(bank_questions())
@example([_BRACKETED])
def test_gift_that_is_written_is_read_as_the_same_questions(questions: list[BankQuestion]) -> None:
    read, left_out = TEXTS.read(TEXTS.write(questions, QuestionFormat.GIFT), QuestionFormat.GIFT)
    assert [each.fault for each in read] == [None] * len(questions)
    by_category = sorted(questions, key=lambda each: each.category or "")
    assert [replace(each.question, tags=list(each.question.tags)) for each in read if each.question] == [
        as_input(each) for each in by_category
    ]
    assert not left_out


@given(bank_questions())
def test_aiken_that_is_written_is_read_as_the_same_questions_or_refused(questions: list[BankQuestion]) -> None:
    try:
        written = TEXTS.write(questions, QuestionFormat.AIKEN)
    except NotInAiken:
        return
    read, _ = TEXTS.read(written, QuestionFormat.AIKEN)
    assert [(each.question.text, list(each.question.options)) for each in read if each.question] == [
        (each.text, list(as_input(each).options)) for each in questions
    ]


def test_aiken_refuses_what_it_has_no_place_for() -> None:
    options = (BankOption(id=1, text="да", is_correct=True), BankOption(id=2, text="нет", is_correct=False))
    common = {"id": 1, "bank_id": 1, "category": None, "points": 1, "image": None, "explanation": None}
    one = BankQuestion(**common, position=1, text="Да?", question_type="single", is_active=True, options=options)
    several = replace(one, position=2, question_type="multiple")
    looks_like_a_choice = replace(one, position=3, text="Что?\nA. это")
    written = TEXTS.write([one], QuestionFormat.AIKEN)
    assert written == "Да?\nA. да\nB. нет\nANSWER: A\n"
    with pytest.raises(NotInAiken) as refused:
        TEXTS.write([one, several, looks_like_a_choice], QuestionFormat.AIKEN)
    assert refused.value.parameters == {"positions": [2, 3]}


def test_moodles_categories_and_tags_are_read() -> None:
    text = "$CATEGORY: $course$/Насосы//Клапаны\n\n// question\n// [id:7] [tag:Пуск] [tag:a\\]b]\n::Q7::Что?{=да ~нет}"
    [read], left_out = TEXTS.read(text, QuestionFormat.GIFT)
    assert read.question is not None
    assert (read.line, read.question.category, list(read.question.tags)) == (5, "Насосы/Клапаны", ["Пуск", "a]b"])
    assert dict(left_out) == {"titles of questions": 1}


def test_what_a_bank_can_not_have_is_named_by_its_line() -> None:
    read, _ = TEXTS.read("Да?{=да ~нет}\n\nПочему?{}\n\nСколько?{#5}", QuestionFormat.GIFT)
    assert [(each.line, each.fault is None) for each in read] == [(1, True), (3, False), (5, False)]
