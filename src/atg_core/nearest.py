"""Names that people mistype, such as those of departments: refused with the nearest ones there are."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Protocol

from atg_core.errors import Invalid
from atg_core.text import fold
from atg_core.words import phrase

_NONE = phrase("there is none with this name")
_NEAR = phrase("there is none with this name; there is {suggestions}")
_MOST, _LIKENESS = 3, 0.6


class UnknownName(Invalid):
    """There is no such name

    The fault has `suggestions`: up to three names that are alike, nearest first.
    """

    def __init__(self, field: str, suggestions: list[str]) -> None:
        template = _NEAR if suggestions else _NONE
        super().__init__(template, field=field, suggestions=suggestions)
        self.suggestions = suggestions


def known_name(given: str, known: Iterable[str], *, field: str) -> str:
    """The known name that is the given one but for case and white space. Raises UnknownName."""
    names = {_plain(name): name for name in known}
    plain = _plain(given)
    if given in names.values():
        return given
    if plain in names:
        return names[plain]
    raise UnknownName(field, [names[near] for near in get_close_matches(plain, names, _MOST, _LIKENESS)])


class KnownNames(Protocol):
    """The names of departments and positions that profiles have."""

    async def departments(self) -> Iterable[str]: ...

    async def positions(self) -> Iterable[str]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RequireKnown:
    """Gives names as profiles have them, None for None. Raises UnknownName."""

    known_names: KnownNames

    async def department(self, given: str | None, *, field: str = "department") -> str | None:
        return given and known_name(given, await self.known_names.departments(), field=field)

    async def position(self, given: str | None) -> str | None:
        return given and known_name(given, await self.known_names.positions(), field="position")


def _plain(name: str) -> str:
    return " ".join(fold(name).split())
