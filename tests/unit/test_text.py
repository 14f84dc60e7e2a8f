"""How texts are kept and compared."""

from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis.strategies import text

from atg_core.text import canonical_email, composed, fold, holds, is_same, plain_name


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("anna", "ANNA"),
        ("Пётр Ёлкин", "ПЁТР ЁЛКИН"),
        ("Straße", "STRASSE"),
        ("Σοφος", "ΣΟΦΟΣ"),
        ("é", "E\u0301"),
        ("й", "И\u0306"),
        ("ӘБІЛ", "әбіл"),
        ("ქართული", normalize("NFD", "ქართული")),
    ],
)
def test_what_differs_in_case_or_composition_alone_is_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)
    assert is_same(one, other)
    assert holds(other, f"<{one}>")


@pytest.mark.parametrize(("one", "other"), [("ё", "е"), ("й", "и"), ("é", "e"), ("ı", "i"), ("0", "О")])
def test_other_letters_are_others(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(text())
def test_folding_is_done_once_and_for_all(words: str) -> None:
    folded = fold(words)
    assert fold(folded) == folded == fold(normalize("NFD", words)) == fold(composed(words))


def test_no_words_are_in_everything_and_no_text_holds_words() -> None:
    assert all(holds(words, text) for words, text in ((None, None), (" ", None), ("", "x")))
    assert not holds("x", None, "")


def test_an_email_is_kept_in_lower_case_but_its_letters_stay() -> None:
    assert canonical_email(" Straße@Почта.РФ\n") == "straße@почта.рф"
    assert canonical_email("E\u0301@example.com") == "é@example.com"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (" Анна\tКим\n", "Анна Ким"),
        ("\u202eевА\u202c", "евА"),
        ("e\u0301\u200b \x00x", "é x"),
        ("\ufeff", ""),
        ("a\u2028b", "a b"),
    ],
)
def test_a_name_from_elsewhere_has_nothing_that_is_not_seen(given: str, kept: str) -> None:
    assert plain_name(given) == kept
