"""The form of a homework's questions: fields in the order in which they stand, each named by the key of its question.

A button without a script changes the order, adds and removes; the same form comes back, and nothing is kept.
"""

from collections.abc import Sequence
from typing import Any

from atg_core.decimals import with_point
from atg_core.homework.model import Question, QuestionType
from atg_core.homework.ports import QuestionInput
from atg_entrypoints.console.forms import line_of, text_of, texts_of
from atg_entrypoints.console.question_fields import Written, free_key, moved, new_choice, read_choices, read_id

_FIRST_CHOICES = 2


def written_of(questions: Sequence[Question]) -> list[Written]:
    return [
        {
            "key": f"q{question.id}",
            "id": question.id,
            "type": question.question_type.value,
            "text": question.text,
            "points": f"{question.points.normalize():f}",
            "allow_files": question.allow_files,
            "choices": [
                {"key": f"c{choice.id}", "id": choice.id, "text": choice.text, "is_correct": choice.is_correct}
                for choice in question.choices
            ],
        }
        for question in questions
    ]


def read_questions(form: dict[str, str | list[str]]) -> list[Written]:
    """As they were sent."""
    return [_read(form, key) for key in dict.fromkeys(texts_of(form, "question"))]


def _read(form: dict[str, str | list[str]], key: str) -> Written:
    return {
        "key": key,
        "id": read_id(form, f"{key}.id"),
        "type": text_of(form, f"{key}.type"),
        "text": line_of(form, f"{key}.text") or "",
        "points": text_of(form, f"{key}.points").strip(),
        "allow_files": text_of(form, f"{key}.files") == "on",
        "choices": read_choices(form, key),
    }


def changed(questions: list[Written], do: str) -> list[Written]:
    """After the button was pressed that `do` names, such as `up:q7` or `add:TEXT`."""
    verb, _, kind = do.partition(":")
    if verb == "add" and kind in set(QuestionType):
        return [*questions, _new(kind, questions)]
    return moved(questions, do)


def _new(kind: str, questions: Sequence[Written]) -> Written:
    question: Written = {"key": free_key("n", questions), "id": None, "type": kind, "text": "", "points": "1"}
    choices: list[Written] = []
    for _ in range(_FIRST_CHOICES if kind != QuestionType.TEXT else 0):
        choices.append(new_choice(choices))
    return {**question, "allow_files": False, "choices": choices}


def body_of(questions: Sequence[Written]) -> list[dict[str, Any]]:
    """As the API takes them."""
    return [
        {
            **({"id": question["id"]} if question["id"] else {}),
            "question_type": question["type"],
            "text": question["text"],
            "points": with_point(question["points"]),
            "allow_files": question["allow_files"] and question["type"] == QuestionType.TEXT,
            "choices": [
                {
                    **({"id": choice["id"]} if choice["id"] else {}),
                    "text": choice["text"],
                    "is_correct": choice["is_correct"],
                }
                for choice in question["choices"]
            ],
        }
        for question in questions
    ]


def body_of_inputs(questions: Sequence[QuestionInput]) -> list[dict[str, Any]]:
    """Of questions that were read from a text."""
    return [
        {
            "question_type": question.question_type.value,
            "text": question.text,
            "points": str(question.points),
            "choices": [{"text": choice.text, "is_correct": choice.is_correct} for choice in question.choices],
        }
        for question in questions
    ]
