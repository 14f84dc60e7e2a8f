"""The form of a homework's questions: fields in the order in which they stand, each named by the key of its question.

A button without a script changes the order, adds and removes; the same form comes back, and nothing is kept.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from atg_core.homework.model import Question, QuestionType
from atg_core.homework.ports import QuestionInput
from atg_entrypoints.console.forms import line_of, text_of, texts_of

type Fields = Mapping[str, str | list[str]]
type Written = dict[str, Any]
"""A question as the form shows it: `key`, `id`, `type`, `text`, `points`, `allow_files`, `choices`."""

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
    correct = set(texts_of(form, f"{key}.correct"))
    return {
        "key": key,
        "id": _id(form, f"{key}.id"),
        "type": text_of(form, f"{key}.type"),
        "text": line_of(form, f"{key}.text") or "",
        "points": text_of(form, f"{key}.points").strip(),
        "allow_files": text_of(form, f"{key}.files") == "on",
        "choices": [
            {
                "key": choice,
                "id": _id(form, f"{key}.{choice}.id"),
                "text": line_of(form, f"{key}.{choice}.text") or "",
                "is_correct": choice in correct,
            }
            for choice in dict.fromkeys(texts_of(form, f"{key}.choice"))
        ],
    }


def _id(form: dict[str, str | list[str]], name: str) -> int | None:
    text = text_of(form, name)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def changed(questions: list[Written], do: str) -> list[Written]:
    """After the button was pressed that `do` names, such as `up:q7` or `add:TEXT`."""
    verb, _, rest = do.partition(":")
    key, _, choice = rest.partition(":")
    if verb == "add" and key in set(QuestionType):
        return [*questions, _new(key, questions)]
    at = next((number for number, each in enumerate(questions) if each["key"] == key), None)
    if at is None:
        return questions
    asked, others = questions[at], questions[:at] + questions[at + 1 :]
    if verb == "remove":
        return others
    if verb in {"up", "down"}:
        to = max(0, at - 1 if verb == "up" else at + 1)
        return [*others[:to], asked, *others[to:]]
    choices = [each for each in asked["choices"] if (verb, each["key"]) != ("remove-choice", choice)]
    if verb == "add-choice":
        choices.append(_new_choice(choices))
    return [*questions[:at], {**asked, "choices": choices}, *questions[at + 1 :]]


def _new(kind: str, questions: Sequence[Written]) -> Written:
    question: Written = {"key": _free("n", questions), "id": None, "type": kind, "text": "", "points": "1"}
    choices: list[Written] = []
    for _ in range(_FIRST_CHOICES if kind != QuestionType.TEXT else 0):
        choices.append(_new_choice(choices))
    return {**question, "allow_files": False, "choices": choices}


def _new_choice(choices: Sequence[Written]) -> Written:
    return {"key": _free("o", choices), "id": None, "text": "", "is_correct": False}


def _free(letter: str, others: Sequence[Written]) -> str:
    taken = {each["key"] for each in others}
    return next(name for number in range(len(taken) + 1) if (name := f"{letter}{number}") not in taken)


def body_of(questions: Sequence[Written]) -> list[dict[str, Any]]:
    """As the API takes them."""
    return [
        {
            **({"id": question["id"]} if question["id"] else {}),
            "question_type": question["type"],
            "text": question["text"],
            "points": question["points"].replace(",", "."),
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
