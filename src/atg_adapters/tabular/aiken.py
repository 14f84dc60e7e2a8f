"""Reader of Aiken, a text format of questions with one right choice (docs.moodle.org, Aiken format)."""

import re
from collections.abc import Iterator
from typing import TextIO

from atg_adapters.tabular.questions import Question, blocks
from atg_core.words import phrase

_CHOICE = re.compile(r"\s*([^\W\d_])\s?[.)]\s+(.*)")
_ANSWER = re.compile(r"\s*(?:ANSWER|ОТВЕТ)\s*:\s*(.*?)\s*", re.IGNORECASE)


def aiken_questions(file: TextIO) -> Iterator[Question]:
    """Questions in their order: lines of text, choices `A. …` or `A) …`, and `ANSWER: A`."""
    text: list[str] = []
    choices: list[tuple[str, str]] = []
    begin = 0
    for line, block in blocks(file):
        for number, written in enumerate(block, start=line):
            if answer := _ANSWER.fullmatch(written):
                yield _question(begin or number, text, choices, answer[1].rstrip("."))
                text, choices, begin = [], [], 0
                continue
            begin = begin or number
            if (choice := _CHOICE.fullmatch(written)) and text:
                choices.append((choice[1].upper(), choice[2].strip()))
            elif choices:  # what follows a choice is its next line
                letter, former = choices.pop()
                choices.append((letter, f"{former}\n{written.strip()}"))
            else:
                text.append(written.strip())
    if begin:
        yield _question(begin, text, choices, None)


def _question(line: int, text: list[str], choices: list[tuple[str, str]], answer: str | None) -> Question:
    letters = [letter for letter, _ in choices]
    fault = None
    if answer is None:
        fault = phrase("has no line ANSWER:")
    elif not text:
        fault = phrase("has no text")
    elif len(choices) < 2:
        fault = phrase("has not two choices, such as A. and B.")
    elif len(set(letters)) < len(letters):
        fault = phrase("has two choices with the same letter")
    elif answer.upper() not in letters:
        fault = f"has no choice {answer}: there are {', '.join(letters)}"
    options = [(option, letter == (answer or "").upper()) for letter, option in choices]
    return Question(line=line, text="\n".join(text), options=options, fault=fault)
