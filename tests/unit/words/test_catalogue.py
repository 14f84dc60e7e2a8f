"""The catalogue: complete in Russian, with the same parameters, and with plural forms."""

from string import Formatter

import pytest

from atg_adapters.words.catalogue import Catalogue
from atg_adapters.words.extraction import messages, templates, variable_messages
from atg_core.words import Language
from atg_entrypoints.http.untranslated import UNTRANSLATED


def _parameters(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_sentence_of_the_code_is_said_in_russian_and_none_that_is_gone() -> None:
    """`python -m atg_adapters.words.extraction` (`make words`) adds what is missing; then it is translated."""
    russian, said = messages("ru"), templates()
    assert said.keys() - russian.keys() == set()
    assert russian.keys() - said.keys() == set()
    untold = [template for template, message in russian.items() if not all(_strings(message.string))]
    assert untold == []


@pytest.mark.parametrize("language", ["ru", "en"])
def test_translations_name_the_same_parameters(language: str) -> None:
    told = messages(language)
    assert told.keys() <= templates().keys()
    wrong = {
        template: message.string
        for template, message in told.items()
        if any(_parameters(each) != _parameters(template) for each in _strings(message.string))
    }
    assert wrong == {}


def _strings(told: object) -> list[str]:
    return [str(each) for each in told] if isinstance(told, list | tuple) else [str(told)]


def test_no_error_is_raised_with_a_sentence_that_is_put_together() -> None:
    """It would have no translation: values are parameters of a constant template."""
    assert variable_messages() == []


def test_the_words_that_clients_compare_are_said_somewhere() -> None:
    assert templates().keys() >= UNTRANSLATED


def test_russian_is_written_in_russian() -> None:
    """A word of the code or a name may stand in it, but no sentence is copied."""
    copied = [template for template, message in messages("ru").items() if template in _strings(message.string)]
    assert copied == []


@pytest.mark.parametrize(
    ("number", "russian", "english"),
    [
        (1, "допускается не более 1 символа", "must have at most 1 character"),
        (2, "допускается не более 2 символов", "must have at most 2 characters"),
        (21, "допускается не более 21 символа", "must have at most 21 characters"),
    ],
)
def test_a_number_decides_on_the_form(number: int, russian: str, english: str) -> None:
    words, template = Catalogue(), "must have at most {max} characters"
    assert words.text(template, Language.RU, max=number) == russian
    assert words.text(template, Language.EN, max=number) == english


def test_a_list_is_written_with_commas_and_what_is_unknown_stays_english() -> None:
    words = Catalogue()
    assert words.text("must be one of: {allowed}", Language.RU, allowed=["a", "b"]) == "допустимые значения: a, b"
    assert words.text("Nobody says {this}", Language.RU, this="so") == "Nobody says so"
