"""The form of a test: its questions and what it draws from banks, each named by a key.

A button without a script changes the order, adds and removes; the same form comes back, and nothing is kept.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from atg_core.catalog.curriculum_ports import QuestionInput
from atg_core.catalog.curriculum_records import Row
from atg_entrypoints.console.forms import line_of, number_of, text_of, texts_of
from atg_entrypoints.console.question_fields import Written, free_key, moved, new_choice, read_choices, read_id

type Fields = dict[str, str | list[str]]

KINDS = ("single", "multiple")
_FIRST_CHOICES = 2


def written_of(questions: Sequence[Row]) -> list[Written]:
    """Of a test that is stored."""
    return [
        {
            **{name: question[name] or "" for name in ("text", "points", "image", "explanation")},
            "key": f"q{question['id']}",
            "id": question["id"],
            "type": question["question_type"],
            "choices": [
                {"key": f"c{each['id']}", "id": each["id"], "text": each["text"], "is_correct": each["is_correct"]}
                for each in question["options"]
            ],
        }
        for question in questions
    ]


def written_of_inputs(questions: Sequence[QuestionInput], others: Sequence[Written]) -> list[Written]:
    """Of questions that were read from a text, to stand behind others."""
    made: list[Written] = []
    for question in questions:
        choices = [
            {"key": f"o{number}", "id": None, "text": each.text, "is_correct": each.is_correct}
            for number, each in enumerate(question.options)
        ]
        texts = {
            "text": question.text,
            "points": question.points,
            "explanation": question.explanation or "",
            "image": "",
        }
        key = free_key("n", [*others, *made])
        made.append({"key": key, "id": None, "type": question.question_type, **texts, "choices": choices})
    return made


def read_questions(form: Fields) -> list[Written]:
    """As they were sent."""
    return [
        {
            "key": key,
            "id": read_id(form, f"{key}.id"),
            "type": text_of(form, f"{key}.type"),
            "text": line_of(form, f"{key}.text") or "",
            "points": text_of(form, f"{key}.points").strip(),
            "image": text_of(form, f"{key}.image"),
            "explanation": line_of(form, f"{key}.explanation") or "",
            "choices": read_choices(form, key),
        }
        for key in dict.fromkeys(texts_of(form, "question"))
    ]


def questions_body(questions: Sequence[Written]) -> list[dict[str, Any]]:
    """As the API takes them."""
    return [
        {
            "id": question["id"],
            "text": question["text"],
            "question_type": question["type"],
            "points": number_of(str(question["points"])) or 0,
            "image": question["image"] or None,
            "explanation": question["explanation"] or None,
            "options": [
                {"id": each["id"], "text": each["text"], "is_correct": each["is_correct"]}
                for each in question["choices"]
            ],
        }
        for question in questions
    ]


def changed_questions(questions: list[Written], do: str) -> list[Written]:
    """After the button was pressed that `do` names, such as `up:q7` or `add:single`."""
    verb, _, kind = do.partition(":")
    if verb != "add" or kind not in KINDS:
        return moved(questions, do)
    choices: list[Written] = []
    for _ in range(_FIRST_CHOICES):
        choices.append(new_choice(choices))
    blank = {"type": kind, "text": "", "points": "1", "image": "", "explanation": "", "choices": choices}
    return [*questions, {"key": free_key("n", questions), "id": None, **blank}]


def written_draws(draws: Sequence[Mapping[str, Any]]) -> list[Written]:
    """`draws`: as they are stored."""
    return [
        {
            "key": f"d{number}",
            "bank_id": draw["bank_id"],
            "category": draw["category"] or "",
            "tags": ", ".join(draw["tags"]),
            "count": draw["count"],
        }
        for number, draw in enumerate(draws)
    ]


def read_draws(form: Fields) -> list[Written]:
    return [
        {
            "key": key,
            "bank_id": number_of(text_of(form, f"{key}.bank_id")) or "",
            "category": line_of(form, f"{key}.category") or "",
            "tags": line_of(form, f"{key}.tags") or "",
            "count": text_of(form, f"{key}.count").strip(),
        }
        for key in dict.fromkeys(texts_of(form, "draw"))
    ]


def draws_body(draws: Sequence[Written]) -> list[dict[str, Any]]:
    return [
        {
            "bank_id": draw["bank_id"] or None,
            "category": draw["category"] or None,
            "tags": [tag for each in draw["tags"].split(",") if (tag := each.strip())],
            "count": number_of(str(draw["count"])),
        }
        for draw in draws
    ]


def changed_draws(draws: list[Written], do: str) -> list[Written]:
    """After `add-draw`, or `remove-draw:d1`."""
    verb, _, key = do.partition(":")
    if verb == "add-draw":
        return [*draws, {"key": free_key("d", draws), "bank_id": "", "category": "", "tags": "", "count": "1"}]
    return [draw for draw in draws if (verb, draw["key"]) != ("remove-draw", key)]
