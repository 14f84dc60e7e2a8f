"""Languages, and the port of the catalogue that says every sentence in them."""

from enum import StrEnum
from typing import Protocol


class Language(StrEnum):
    RU = "ru"
    EN = "en"

    @classmethod
    def of(cls, tag: str | None) -> "Language | None":
        """That of a language tag (BCP 47), such as `en-GB`; None if it is none of ours."""
        primary = (tag or "").partition("-")[0].strip().lower()
        return cls(primary) if primary in cls else None


class Words(Protocol):
    """The catalogue. Its keys are the English sentences, templates with named parameters in braces."""

    def text(self, template: str, language: Language, /, **parameters: object) -> str:
        """The sentence in a language, with its parameters; English where the catalogue does not have it.

        A template with a number has plural forms, by the last number that stands in it.
        """


class English:
    """`Words` without a catalogue: the sentences as they are written in code."""

    def text(self, template: str, _language: Language = Language.EN, /, **parameters: object) -> str:
        return fill(template, parameters)


def phrase(template: str) -> str:
    """Marks a template that is not raised as an error, so that the catalogue must have it."""
    return template


def fill(template: str, parameters: dict[str, object]) -> str:
    """The template with its parameters; the items of a list are separated by commas."""
    if not parameters:
        return template
    return template.format(**{name: _written(value) for name, value in parameters.items()})


def _written(value: object) -> object:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value
