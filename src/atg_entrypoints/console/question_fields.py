"""Questions in a form: each stands under a key of its own, and buttons without a script change their order."""

from collections.abc import Sequence
from typing import Any

from atg_entrypoints.console.forms import line_of, number_of, text_of, texts_of

type Fields = dict[str, str | list[str]]
type Written = dict[str, Any]
"""A question as a form shows it, with its `key`, `id` and `choices`; or a choice: `key`, `id`, `text`, `is_correct`."""


def read_choices(form: Fields, key: str) -> list[Written]:
    """The choices of the question of this key, as they were sent."""
    correct = set(texts_of(form, f"{key}.correct"))
    return [
        {
            "key": choice,
            "id": read_id(form, f"{key}.{choice}.id"),
            "text": line_of(form, f"{key}.{choice}.text") or "",
            "is_correct": choice in correct,
        }
        for choice in dict.fromkeys(texts_of(form, f"{key}.choice"))
    ]


def read_id(form: Fields, name: str) -> int | None:
    found = number_of(text_of(form, name))
    return found if isinstance(found, int) else None


def moved(questions: list[Written], do: str) -> list[Written]:
    """After the button was pressed that `do` names, such as `up:q7`, `remove:q7` or `add-choice:q7`."""
    verb, _, rest = do.partition(":")
    key, _, choice = rest.partition(":")
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
        choices.append(new_choice(choices))
    return [*questions[:at], {**asked, "choices": choices}, *questions[at + 1 :]]


def new_choice(choices: Sequence[Written]) -> Written:
    return {"key": free_key("o", choices), "id": None, "text": "", "is_correct": False}


def free_key(letter: str, others: Sequence[Written]) -> str:
    taken = {each["key"] for each in others}
    return next(name for number in range(len(taken) + 1) if (name := f"{letter}{number}") not in taken)
