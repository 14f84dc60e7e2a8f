"""The language of mails, by the Accept-Language of the visitor."""

import pytest

from atg_core.words import Language
from atg_entrypoints.http.locale import language_of


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", Language.RU),
        ("de, fr;q=0.5", Language.RU),
        ("en", Language.EN),
        ("en-US,en;q=0.9,ru;q=0.8", Language.EN),
        ("ru-RU,ru;q=0.9,en;q=0.8", Language.RU),
        ("ru;q=0.1, EN;q=0.2", Language.EN),
        ("en;q=x, ru;q=0.1", Language.RU),
        ("en;q=0", Language.RU),
        ("ru; q=0.1 , en ; Q=0.2", Language.EN),
    ],
)
def test_mails_are_in_the_language_that_is_asked_for(header: str, language: Language) -> None:
    assert language_of(header) is language
