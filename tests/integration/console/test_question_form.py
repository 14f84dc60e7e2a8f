"""What the buttons of the builder's form do without a script."""

import pytest

from atg_entrypoints.console.homework.question_form import Written, body_of, changed, read_questions

FORM: dict[str, str | list[str]] = {
    "question": ["q1", "n0"],
    "q1.id": "1",
    "q1.type": "SINGLE_CHOICE",
    "q1.text": " Раз? ",
    "q1.points": "2,5",
    "q1.choice": ["c7", "o0"],
    "q1.c7.id": "7",
    "q1.c7.text": "да",
    "q1.o0.text": "нет",
    "q1.correct": "c7",
    "n0.type": "TEXT",
    "n0.text": "Два?",
    "n0.points": "1",
    "n0.files": "on",
}


def keys(questions: list[Written]) -> list[str]:
    return [each["key"] for each in questions]


def test_what_was_sent_is_what_the_api_takes() -> None:
    assert body_of(read_questions(FORM)) == [
        {
            "id": 1,
            "question_type": "SINGLE_CHOICE",
            "text": "Раз?",
            "points": "2.5",
            "allow_files": False,
            "choices": [{"id": 7, "text": "да", "is_correct": True}, {"text": "нет", "is_correct": False}],
        },
        {"question_type": "TEXT", "text": "Два?", "points": "1", "allow_files": True, "choices": []},
    ]


@pytest.mark.parametrize(
    ("do", "left"),
    [
        ("up:n0", ["n0", "q1"]),
        ("up:q1", ["q1", "n0"]),
        ("down:q1", ["n0", "q1"]),
        ("down:n0", ["q1", "n0"]),
        ("remove:q1", ["n0"]),
        ("add:TEXT", ["q1", "n0", "n1"]),
        ("add:SONG", ["q1", "n0"]),
        ("up:nobody", ["q1", "n0"]),
        ("nonsense", ["q1", "n0"]),
    ],
)
def test_a_button_changes_the_order(do: str, left: list[str]) -> None:
    assert keys(changed(read_questions(FORM), do)) == left


def test_a_button_adds_and_removes_choices() -> None:
    questions = read_questions(FORM)
    assert keys(changed(questions, "add-choice:q1")[0]["choices"]) == ["c7", "o0", "o1"]
    assert keys(changed(questions, "remove-choice:q1:c7")[0]["choices"]) == ["o0"]
    assert keys(changed(questions, "add:MULTI_CHOICE")[2]["choices"]) == ["o0", "o1"]
