"""The password policy (ASVS 5.0, 6.2.1, 6.2.4, 6.2.11): length, strength and the owner's names."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from unicodedata import normalize

from atg_core.errors import Invalid
from atg_core.identity.ports import PasswordStrength

PASSWORD_LENGTH = range(8, 129)
_LEAST_SCORE = 2
_LEAST_LETTERS = 4
_WORD = re.compile(r"[^\W\d_]+")


class WeakPassword(Invalid):
    """This password is too easy to guess"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequireStrongPassword:
    """Checks a new password; no composition rules. Stored hashes are not affected.

    A password has 8 to 128 characters and a strength of at least 2, and contains neither a name of its owner nor, as a
    whole word, one of the words of these names; names and words of fewer than four letters do not count.
    """

    password_strength: PasswordStrength

    async def __call__(self, password: str, names: Iterable[str | None], *, field: str = "password") -> None:
        """`names`: username, full name and email of the owner. Raises WeakPassword with `field`."""
        if len(password) not in PASSWORD_LENGTH:
            raise WeakPassword("A password has 8 to 128 characters", field=field)
        known = [_folded(name) for name in names if name]
        if _contains(_folded(password), known):
            raise WeakPassword("A password contains no name or email of its owner", field=field)
        if await self.password_strength.score(password, known) < _LEAST_SCORE:
            raise WeakPassword(field=field)


def _contains(password: str, names: list[str]) -> bool:
    words = set(_words(password))
    return any(
        (len(name) >= _LEAST_LETTERS and name in password) or not words.isdisjoint(_words(name)) for name in names
    )


def _words(text: str) -> Iterator[str]:
    return (word for word in _WORD.findall(text) if len(word) >= _LEAST_LETTERS)


def _folded(text: str) -> str:
    return normalize("NFKC", text).casefold().strip()
