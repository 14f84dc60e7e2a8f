"""Questions of a text file (GIFT, Aiken) before it is known whether they are those of a test or of homework."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html.parser import HTMLParser

from atg_core.homework.model import QuestionType as HomeworkType
from atg_core.importing.cells import joined
from atg_core.importing.homework import HOMEWORK_QUESTIONS
from atg_core.importing.learning import QUESTIONS, QuestionType
from atg_core.words import phrase

_BLOCKS = {"p", "br", "div", "li", "ul", "ol"}
_PLAIN = _BLOCKS | {"span", "b", "i", "strong", "em", "u", "a", "font", "html", "body"}
ANSWERED_BY_TEXT = phrase("is answered by a text, which tests do not have")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question that begins in `line`. `options`: each with whether it is right; none: it is answered by a text.

    `several`: any number of options is chosen. `category`: of the questions behind its line. `explanation`: is shown
    with the answer. `tags`: as written. `fault`: why it can not be what it is meant to be.
    """

    line: int
    text: str
    options: Sequence[tuple[str, bool]] = ()
    several: bool = False
    category: str = ""
    explanation: str = ""
    tags: Sequence[str] = ()
    points: int = 1
    fault: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The columns of a kind of questions; a bank's have a category, tags and points."""

    owner: str
    list_header: str
    single: str
    multiple: str
    text: str | None = None
    has_explanation: bool = False
    is_bank: bool = False

    @property
    def headers(self) -> list[str]:
        further = ["explanation"] if self.has_explanation else []
        further += ["category", "tags", "points"] if self.is_bank else []
        return [self.owner, "position", "text", "question_type", self.list_header, "correct", *further]

    def cells(self, question: Question, owner: str, position: int) -> tuple[dict[str, str], dict[str, str]]:
        """The cells of a question, and the reasons why there can be none, by header."""
        fault = question.fault
        if not fault and not question.options and not self.text:
            fault = ANSWERED_BY_TEXT
        kind = (self.multiple if question.several else self.single) if question.options else self.text or self.single
        cells = {
            self.owner: owner,
            "position": str(position),
            "text": question.text,
            "question_type": kind,
            self.list_header: joined(text for text, _ in question.options),
            "correct": ";".join(str(number) for number, (_, is_right) in enumerate(question.options, 1) if is_right),
        }
        if self.has_explanation:
            cells["explanation"] = question.explanation
        if self.is_bank:
            cells |= {"category": question.category, "tags": joined(question.tags), "points": str(question.points)}
        return cells, {"text": fault} if fault else {}


_OF_TEST = Target(
    owner="test",
    list_header="options",
    single=QuestionType.SINGLE,
    multiple=QuestionType.MULTIPLE,
    has_explanation=True,
)
OF_BANK = replace(_OF_TEST, owner="bank", is_bank=True)
TARGETS = {
    QUESTIONS.name: _OF_TEST,
    HOMEWORK_QUESTIONS.name: Target(
        owner="homework",
        list_header="choices",
        single=HomeworkType.SINGLE_CHOICE,
        multiple=HomeworkType.MULTI_CHOICE,
        text=HomeworkType.TEXT,
    ),
}
"""By kind."""


def blocks(lines: Iterator[str]) -> Iterator[tuple[int, list[str]]]:
    """The lines between empty ones, with the number of the first."""
    block: list[str] = []
    begin = 0
    for number, line in enumerate(lines, start=1):
        if line.strip():
            begin = begin if block else number
            block.append(line.rstrip())
        elif block:
            yield begin, block
            block = []
    if block:
        yield begin, block


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag not in _PLAIN:
            raise ValueError(f"holds <{tag}>, which is no text")
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def text_of_html(html: str) -> str:
    """The text of paragraphs and plain markup. Raises ValueError for pictures, formulas and tables."""
    parser = _Text()
    parser.feed(html)
    parser.close()
    lines = (" ".join(line.split()) for line in "".join(parser.parts).split("\n"))
    return "\n".join(line for line in lines if line)
