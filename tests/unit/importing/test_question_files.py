"""Questions in GIFT and Aiken, for tests and for homework."""

import io
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atg_adapters.tabular.aiken import aiken_questions
from atg_adapters.tabular.gift import gift_questions
from atg_adapters.tabular.questions import Question, text_of_html
from atg_adapters.tabular.tables import open_tables
from atg_core.importing.documentation import import_document
from atg_core.importing.kinds import KINDS
from atg_core.importing.ports import UnusableFile
from atg_core.importing.records import Row
from tests.examples import examples


def gift(text: str) -> list[Question]:
    return list(gift_questions(io.StringIO(text), Counter()))


def aiken(text: str) -> list[Question]:
    return list(aiken_questions(io.StringIO(text)))


def rows(path: Path, text: str, kind: str = "questions", **constants: str) -> list[Row]:
    path.write_text(text, encoding="utf-8")
    with open_tables(path, KINDS[kind], constants=constants) as [(source, _)]:
        return list(source.rows)


@pytest.mark.parametrize(
    ("text", "asked", "options", "several"),
    [
        ("Сколько?{=два ~три ~один}", "Сколько?", [("два", True), ("три", False), ("один", False)], False),
        ("::Q1:: Сколько? {\n\t~три#мало\n\t=два#да\n}", "Сколько?", [("три", False), ("два", True)], False),
        ("Что?{~%50%a ~%50%b ~%-100%c}", "Что?", [("a", True), ("b", True), ("c", False)], True),
        ("Что?{~%33.333%a ~%33.333%b ~%33.334%c ~d}", "Что?", [*((x, True) for x in "abc"), ("d", False)], True),
        ("Что?{~%100%a ~%0%b}", "Что?", [("a", True), ("b", False)], True),
        ("Земля круглая.{T}", "Земля круглая.", [("Верно", True), ("Неверно", False)], False),
        (
            "The earth is flat.{FALSE#No####It is round}",
            "The earth is flat.",
            [("True", False), ("False", True)],
            False,
        ),
        ("Столица {=Москва ~Омск} — город.", "Столица _____ — город.", [("Москва", True), ("Омск", False)], False),
        (
            r"2\=2 \{x\} a\:b?{=a\~b ~c\#d ~e\\f ~g\nh}",
            "2=2 {x} a:b?",
            [(r"a~b", True), ("c#d", False), ("e\\f", False), ("g\nh", False)],
            False,
        ),
        (
            "[html]<p>Что <b>это</b>?</p><p>Да&nbsp;&amp; нет</p>{=<p>a</p> ~[plain]<b> ~[html]x<br>y}",
            "Что это?\nДа & нет",
            [("a", True), ("<b>", False), ("x\ny", False)],
            False,
        ),
        ("Опишите. {}", "Опишите.", [], False),
        ("Две\nстроки{=a\n~b}", "Две\nстроки", [("a", True), ("b", False)], False),
    ],
)
def test_gift_is_read(text: str, asked: str, options: list[tuple[str, bool]], several: bool) -> None:
    [question] = gift(text)
    assert (question.text, list(question.options), question.several, question.fault) == (asked, options, several, None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Столица?{=Москва =москва}", "has answers that are compared with a text, which has no place here"),
        ("Пары{=a -> b =c -> d}", "matches pairs, which has no place here"),
        ("Сколько?{#3:0.5}", "asks for a number, which has no place here"),
        ("Сколько?{=a =b ~c}", "has several right choices of which one is enough"),
        ("Сколько?{=a ~%50%b ~c}", "has several right choices"),
        ("Сколько?{~%50%a ~%25%b ~%25%c}", "gives a part of the points"),
        ("Сколько?{~%50%a ~b}", "gives a part of the points"),
        ("Сколько?{~a ~b}", "has no right choice"),
        ("Сколько?{=a ~}", "has a choice without a text"),
        ("Сколько?{что ~a =b}", "has a text before its first choice"),
        ("Только текст", "has not one pair of { }"),
        ("Раз {=a ~b} два {=c ~d}", "has not one pair of { }"),
        ("Не закрыто {=a ~b", "has not one pair of { }"),
        ('[html]<p>Что это?</p><img src="x.png">{=a ~b}', "holds <img>, which is no text"),
    ],
)
def test_what_would_lose_something_of_a_question_is_a_bad_row(text: str, reason: str) -> None:
    first, question, last = gift(f"A{{=a ~b}}\n\n{text}\n\nB{{=a ~b}}")
    assert question.fault
    assert reason in question.fault
    assert question.line == 3
    assert (first.fault, last.fault) == (None, None)


def test_comments_categories_and_lines_are_kept_apart() -> None:
    text = "// Экспорт\n$CATEGORY: $course$/top/T1\n\n\n// [id:5]\nРаз?{=a ~b}\n\n$CATEGORY: T2/\nДва?{T}\n"
    assert [(each.line, each.category, each.text) for each in gift(text)] == [(6, "T1", "Раз?"), (9, "T2", "Два?")]


def test_what_has_no_place_is_counted() -> None:
    left_out: Counter[str] = Counter()
    first, _ = gift_questions(io.StringIO("::Имя::Раз?{=a#да ~b#нет####всё}\n\n::::Два?{T}"), left_out)
    assert +left_out == {"titles of questions": 1, "comments on answers": 2}
    assert first.explanation == "всё"


@pytest.mark.parametrize(
    ("text", "asked", "options"),
    [
        ("Сколько?\nA. один\nB. два\nANSWER: B\n", "Сколько?", [("один", False), ("два", True)]),
        (
            "Сколько?\nA) один\nB) два\nC) три\nanswer: a\n",
            "Сколько?",
            [("один", True), ("два", False), ("три", False)],
        ),
        (
            "Сколько?\nДве строки\n\nА. один\nБ. два\nОТВЕТ: Б.",
            "Сколько?\nДве строки",
            [("один", False), ("два", True)],
        ),
        ("Что?\nA. длинный\n  ответ\nB. b\nANSWER: A", "Что?", [("длинный\nответ", True), ("b", False)]),
    ],
)
def test_aiken_is_read(text: str, asked: str, options: list[tuple[str, bool]]) -> None:
    [question] = aiken(text)
    assert (question.text, list(question.options), question.several, question.fault) == (asked, options, False, None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Что?\nA. a\nB. b\nANSWER: C", "has no choice C: there are A, B"),
        ("Что?\nA. a\nB. b\nANSWER: A, B", "has no choice A, B"),
        ("Что?\nA. a\nANSWER: A", "has not two choices"),
        ("Что?\nA. a\nA. b\nANSWER: A", "has two choices with the same letter"),
        ("ANSWER: A", "has no text"),
        ("Что?\nA. a\nB. b", "has no line ANSWER:"),
    ],
)
def test_what_is_wrong_in_aiken_is_told(text: str, reason: str) -> None:
    *good, bad = aiken(f"Раз?\nA. a\nB. b\nANSWER: A\n\n{text}\n")
    assert [each.fault for each in good] == [None]
    assert (bad.line, reason in (bad.fault or "")) == (6, True)


def test_questions_are_rows_of_the_test_that_is_named(tmp_path: Path) -> None:
    text = "Раз?{=a;b ~c####Потому}\n\n$CATEGORY: top/T2\n\nДва?{~%50%a ~%50%b ~c}\n\nТри?{}\n"
    one, two, three = rows(tmp_path / "T1.gift", text)
    assert dict(one.cells) == {
        "test": "T1",
        "position": "1",
        "text": "Раз?",
        "question_type": "single",
        "options": r"a\;b;c",
        "correct": "1",
        "explanation": "Потому",
    }
    assert [two.cells[name] for name in ("test", "position", "question_type", "correct")] == [
        "T2",
        "1",
        "multiple",
        "1;2",
    ]
    assert (three.cells["position"], three.faults) == ("2", {"text": "is answered by a text, which tests do not have"})
    assert {row.cells["test"] for row in rows(tmp_path / "T1.gift", text, test="T9")} == {"T9"}


def test_questions_of_homework_may_ask_for_a_text(tmp_path: Path) -> None:
    given = {"teacher": "t", "group": "G"}
    essay, choice = rows(tmp_path / "Эссе.gift", "Опишите.{}\n\nДа?{T}", "homework-questions", **given)
    assert dict(essay.cells) == {
        **given,
        "homework": "Эссе",
        "position": "1",
        "text": "Опишите.",
        "question_type": "TEXT",
        "choices": "",
        "correct": "",
        "points": "1",
    }
    assert [choice.cells[name] for name in ("question_type", "choices", "correct")] == [
        "SINGLE_CHOICE",
        "Верно;Неверно",
        "1",
    ]
    with pytest.raises(
        UnusableFile, match="does not tell the teacher, group: give it by --set teacher=… --set group=…"
    ):
        rows(tmp_path / "x.gift", "Да?{T}", "homework-questions")
    with pytest.raises(UnusableFile, match="holds questions, which are questions or homework-questions and not users"):
        rows(tmp_path / "x.aiken", "Да?", "users")


def test_a_text_file_is_known_by_what_it_looks_like(tmp_path: Path) -> None:
    aiken_row, gift_row, csv_row = (
        rows(tmp_path / f"{name}.txt", text)[0]
        for name, text in (
            ("a", "Да?\nA. да\nB. нет\nANSWER: A\n"),
            ("g", "Да?{T}\n"),
            ("c", "test;position;text\nT;1;Да?\n"),
        )
    )
    assert [row.cells["text"] for row in (aiken_row, gift_row, csv_row)] == ["Да?"] * 3
    assert (aiken_row.cells["options"], gift_row.cells["options"], "options" in csv_row.cells) == (
        "да;нет",
        "Верно;Неверно",
        False,
    )


def test_html_becomes_its_text() -> None:
    assert text_of_html("<p>a  b</p>\n<ul><li>c</li><li>d &lt; e</li></ul>") == "a b\nc\nd < e"
    with pytest.raises(ValueError, match="<table>"):
        text_of_html("<table></table>")


_TEXT = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]) | st.sampled_from("~=#{}:\\ %")).map(
    lambda text: " ".join(text.split())
).filter(lambda text: text and not re.match(r"\[|//|::|\$|%", text) and not text.startswith("\ufeff"))  # fmt: skip


def _escaped(text: str) -> str:
    return re.sub(r"([~=#{}:\\])", r"\\\1", text)


@given(st.lists(st.tuples(_TEXT, st.lists(_TEXT, min_size=2, max_size=4), st.integers(0, 3)), max_size=4))
@settings(max_examples=examples(60))
def test_gift_comes_back_from_what_is_written(questions: list[tuple[str, list[str], int]]) -> None:
    written, expected = [], []
    for asked, options, right in questions:
        marked: list[tuple[str, bool]] = [(text, place == right % len(options)) for place, text in enumerate(options)]
        choices = " ".join(f"{'=' if is_right else '~'}{_escaped(text)}" for text, is_right in marked)
        written.append(f"{_escaped(asked)} {{{choices}}}")
        expected.append((asked, marked, None))
    found = gift("\n\n".join(written))
    assert [(each.text, list(each.options), each.fault) for each in found] == expected


@given(st.text(st.characters(codec="utf-8") | st.sampled_from("{}=~#\n:\\")))
@settings(max_examples=examples(100))
def test_any_text_is_questions_or_bad_rows(text: str) -> None:
    for question in (*gift(text), *aiken(text)):
        assert isinstance(question.fault, str | None)
        known: Any = question.line
        assert known >= 1


def test_each_form_of_the_guide_is_read() -> None:
    guide = import_document().partition("## Questions in GIFT")[2].partition("## Accounts")[0]
    forms = [form for form in re.findall(r"^\| `([^`]*)` \|", guide, re.MULTILINE) if "{" in form]
    assert [gift(form)[0].fault for form in forms] == [None] * 5
