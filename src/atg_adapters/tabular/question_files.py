"""Files of questions in GIFT and Aiken as sources of an import."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from atg_adapters.tabular.aiken import aiken_questions
from atg_adapters.tabular.gift import gift_questions
from atg_adapters.tabular.questions import OF_BANK, TARGETS, Question
from atg_adapters.tabular.text_files import open_text
from atg_core.importing.learning import QUESTIONS
from atg_core.importing.model import Kind, KindChoice
from atg_core.importing.ports import Source, UnusableFile
from atg_core.importing.records import Row

_ANSWER_LINE = re.compile(r"^\s*(?:ANSWER|ОТВЕТ)\s*:", re.IGNORECASE | re.MULTILINE)
_BRACES = re.compile(r"\{[^}]*\}")
_SAMPLE_CHARACTERS = 100_000


def looks_like(path: Path) -> str | None:
    """Whether a text file looks like `aiken` or `gift`. Raises UnusableFile if it can not be read."""
    with open_text(path) as file:
        try:
            sample = file.read(_SAMPLE_CHARACTERS)
        except UnicodeError:
            return None
    if _ANSWER_LINE.search(sample):
        return "aiken"
    return "gift" if _BRACES.search(sample) else None


@contextmanager
def open_questions(
    path: Path, kind: Kind | KindChoice, *, is_gift: bool, constants: Mapping[str, str]
) -> Iterator[Source]:
    """The questions as a source.

    They are numbered from 1. `constants`: cells by header. Without the name of a test (or homework) they are those of
    the test that their category names, else of that with the name of the file; with that of a bank they are the bank's.
    Raises UnusableFile.
    """
    target = TARGETS.get(kind.name)
    if target is TARGETS[QUESTIONS.name] and constants.get(OF_BANK.owner):
        target = OF_BANK
    if target is None:
        raise UnusableFile(f"{path}: holds questions, which are {' or '.join(TARGETS)} and not {kind.name}")
    if "points" in kind.required_headers:
        constants = {"points": "1", **constants}
    headers = list(dict.fromkeys([*target.headers, *constants]))
    if missing := [header for header in kind.required_headers if header not in headers]:
        told = " ".join(f"--set {header}=…" for header in missing)
        raise UnusableFile(f"{path}: does not tell the {', '.join(missing)}: give it by {told}")
    left_out: Counter[str] = Counter()

    def rows(questions: Iterator[Question]) -> Iterator[Row]:
        positions: Counter[str] = Counter()
        for question in questions:
            owner = constants.get(target.owner) or question.category or path.stem
            positions[owner] += 1
            left_out["explanations"] += bool(question.explanation) and not target.has_explanation
            left_out["tags"] += bool(question.tags) and not target.is_bank
            cells, faults = target.cells(question, owner, positions[owner])
            yield Row(line=question.line, cells={**cells, **constants}, faults=faults)

    with open_text(path) as file:
        found = _readable(rows(gift_questions(file, left_out) if is_gift else aiken_questions(file)), path)
        yield Source(file=str(path), kind=kind, headers=headers, rows=found, left_out=left_out)


def _readable(rows: Iterator[Row], path: Path) -> Iterator[Row]:
    try:
        yield from rows
    except UnicodeError as error:
        raise UnusableFile(f"{path}: not UTF-8 text") from error
