"""Reader of GIFT, Moodle's text format of questions (docs.moodle.org, GIFT format)."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import TextIO

from atg_adapters.tabular.questions import Question, blocks, text_of_html
from atg_core.words import phrase

_ESCAPES = {sign: chr(0xE000 + number) for number, sign in enumerate("~=#{}:\\")}
_ESCAPED = re.compile(r"\\([~=#{}:\\n])")
_CATEGORY = re.compile(r"\$CATEGORY:\s*(.*)", re.IGNORECASE)
_NOTE = re.compile(r"\[(tag|points):((?:[^\]\\]|\\.)+)\]")
_STEPS = re.compile(r"(?:[^/]|//)+")
_TITLE = re.compile(r"::(.*?)::", re.DOTALL)
_FORM = re.compile(r"\[(html|moodle|plain|markdown)\]", re.IGNORECASE)
_ANSWER = re.compile(r"([~=])([^~=]*)")
_WEIGHT = re.compile(r"%(-?[0-9]+(?:\.[0-9]+)?)%")
_TRUE, _FALSE = {"T", "TRUE"}, {"F", "FALSE"}
_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
_BLANK = "_____"


def gift_questions(file: TextIO, left_out: Counter[str]) -> Iterator[Question]:
    """Questions in their order. `left_out`: what has no place here, counted.

    Tags stand in comments, as Moodle writes them: `// [id:7] [tag:safety]`; `[points:3]` is of our own writer.
    """
    category = ""
    for first, block in blocks(file):
        lines: list[str] = []
        notes: list[tuple[str, str]] = []
        line = first
        for number, text in enumerate(block, start=first):
            if match := _CATEGORY.match(text.strip()):
                category = _last_step(match[1])
            elif text.lstrip().startswith("//"):
                notes += _NOTE.findall(text)
            else:
                line = line if lines else number
                lines.append(text)
        if lines:
            question = _question(line, "\n".join(lines), category, left_out)
            tags = [re.sub(r"\\(.)", r"\1", tag).strip() for name, tag in notes if name == "tag"]
            points = [int(text) for name, text in notes if name == "points" and re.fullmatch("[0-9]{1,5}", text)]
            yield replace(question, tags=tags, points=points[-1] if points else 1)


def _last_step(path: str) -> str:
    """The category itself, of a path of categories; in its name a slash is doubled."""
    steps = [step.strip() for step in _STEPS.findall(path) if step.strip()]
    return steps[-1].replace("//", "/") if steps else ""


def _question(line: int, source: str, category: str, left_out: Counter[str]) -> Question:
    """One block of lines."""
    text = _ESCAPED.sub(lambda match: "\n" if match[1] == "n" else _ESCAPES[match[1]], source).strip()
    if title := _TITLE.match(text):
        left_out["titles of questions"] += bool(title[1].strip())
        text = text[title.end() :].strip()
    form = "moodle"
    if match := _FORM.match(text):
        form, text = match[1].lower(), text[match.end() :].strip()
    asked, answers = _parts(text)
    options: list[tuple[str, bool]] = []
    several, explanation, fault = False, "", None
    try:
        asked = _plain(asked, form)
        if answers is not None:
            answers, _, general = answers.partition("####")
            explanation = _formed(general, form)
        options, several = _options(answers, form, asked, left_out)
    except ValueError as error:
        fault, asked = str(error), _restored(asked).strip()
    return Question(
        line=line,
        text=asked,
        options=options,
        several=several,
        category=category,
        explanation=explanation,
        fault=fault,
    )


def _parts(text: str) -> tuple[str, str | None]:
    """The text with a blank in place of the answers, and these; None unless there is one pair of braces."""
    before, opened, rest = text.partition("{")
    answers, closed, after = rest.partition("}")
    if not (opened and closed) or "{" in answers or "{" in after or "}" in after:
        return text, None
    return f"{before.rstrip()} {_BLANK} {after.lstrip()}" if after.strip() else before, answers


def _options(answers: str | None, form: str, asked: str, left_out: Counter[str]) -> tuple[list[tuple[str, bool]], bool]:
    """The choices, and whether several are chosen; none if a text is asked for. Raises ValueError."""
    if answers is None:
        raise ValueError(phrase("has not one pair of { } with the answers"))
    answers = answers.strip()
    word, _, comment = answers.partition("#")
    if word.strip().upper() in _TRUE | _FALSE:
        left_out["comments on answers"] += bool(comment.strip())
        words = ("Верно", "Неверно") if _CYRILLIC.search(asked) else ("True", "False")
        is_true = word.strip().upper() in _TRUE
        return [(words[0], is_true), (words[1], not is_true)], False
    if not answers:
        return [], False
    if answers.startswith("#"):
        raise ValueError(phrase("asks for a number, which has no place here: give choices"))
    if "~" not in answers:
        if "->" in answers:
            raise ValueError(phrase("matches pairs, which has no place here: give choices with ~, or none for a text"))
        raise ValueError(
            phrase(
                "has answers that are compared with a text, which has no place here: "
                "give choices with ~, or none for a text"
            )
        )
    if answers[0] not in "~=":
        raise ValueError(phrase("has a text before its first choice"))
    found = [_option(sign, text, form, left_out) for sign, text in _ANSWER.findall(answers)]
    return _chosen(found, {sign for sign, _ in _ANSWER.findall(answers)})


def _option(sign: str, text: str, form: str, left_out: Counter[str]) -> tuple[str, float]:
    """The text of a choice, and its share of the points in percent."""
    weight = 100.0 if sign == "=" else 0.0
    text = text.strip()
    if match := _WEIGHT.match(text):
        weight, text = float(match[1]), text[match.end() :]
    text, _, comment = text.partition("#")
    left_out["comments on answers"] += bool(comment.strip())
    shown = _formed(text, form)
    if not shown:
        raise ValueError(phrase("has a choice without a text"))
    return shown, weight


def _chosen(found: list[tuple[str, float]], signs: set[str]) -> tuple[list[tuple[str, bool]], bool]:
    shares = [weight for _, weight in found if weight > 0]
    if not shares:
        raise ValueError(phrase("has no right choice"))
    if "=" in signs and len(shares) > 1:
        raise ValueError(phrase("has several right choices of which one is enough, which has no place here"))
    if max(shares) - min(shares) > 1 or (len(shares) == 1 and shares[0] < 99):
        raise ValueError(phrase("gives a part of the points for a choice, which has no place here"))
    return [(text, weight > 0) for text, weight in found], "=" not in signs


def _formed(text: str, form: str) -> str:
    """`form`: of the question, unless the text begins with one of its own."""
    text = text.strip()
    if match := _FORM.match(text):
        form, text = match[1].lower(), text[match.end() :]
    return _plain(text, form)


def _plain(text: str, form: str) -> str:
    restored = _restored(text)
    return text_of_html(restored) if form == "html" else restored.strip()


def _restored(text: str) -> str:
    for sign, stand_in in _ESCAPES.items():
        text = text.replace(stand_in, sign)
    return text
