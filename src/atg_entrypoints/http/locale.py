"""Language negotiation."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from litestar.connection import ASGIConnection

from atg_core.identity.model import Caller
from atg_core.words import Language, Words

type Connection = ASGIConnection[Any, Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Translator:
    """The catalogue in one language: called with a sentence or a word of an export, gives it to its reader."""

    words: Words
    language: Language

    def __call__(self, template: str, /, **parameters: object) -> str:
        return self.words.text(template, self.language, **parameters)


def translator_of(connection: Connection) -> Translator:
    return Translator(connection.app.state["container"].words(), language_of_reader(connection))


def language_of_reader(connection: Connection) -> Language:
    """That of the caller's profile, else the one that the client asks for, else English."""
    caller: Caller | None = connection.scope.get("user")
    chosen = Language.of(caller.language) if caller is not None else None
    return chosen or language_of(connection.headers.get("accept-language", ""), Language.EN)


def language_of(accepted: str, default: Language = Language.RU) -> Language:
    """The supported language with the highest weight (RFC 9110, section 12.5.4)."""
    best, weight = default, 0.0
    for each in accepted.split(","):
        tag, *parameters = (part.strip() for part in each.split(";"))
        weighs, language = _weight(parameters), Language.of(tag)
        if language and weighs > weight:
            best, weight = language, weighs
    return best


def _weight(parameters: Sequence[str]) -> float:
    """1 by default; 0, which is none, where it can not be read."""
    given = next((each[2:] for each in parameters if each[:2].lower() == "q="), "1")
    try:
        return float(given)
    except ValueError:
        return 0.0
