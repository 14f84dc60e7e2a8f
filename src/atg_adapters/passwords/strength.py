"""Password strength by zxcvbn (Wheeler, USENIX Security 2016)."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import islice
from typing import Any

from atg_adapters.passwords.hashing import lower_priority

_LENGTH = 72
"""The time grows faster than the length."""
_COMMON = 10_000
_SPELLINGS = 8


class ZxcvbnStrength:
    """`PasswordStrength` with zxcvbn, in one low-priority thread: the library keeps the names in a global."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, "strength", lower_priority)

    async def score(self, password: str, names: Sequence[str]) -> int:
        """`PasswordStrength.score`."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, _score, password, names)


def _score(password: str, names: Sequence[str]) -> int:
    if password.casefold() in _common():
        return 0
    score: int = _bounded_zxcvbn()(password[:_LENGTH], user_inputs=list(names))["score"]
    return score


@cache
def _bounded_zxcvbn() -> Callable[..., Any]:
    """zxcvbn that tries a limited number of spellings of leetspeak: all of them may take five seconds."""
    from zxcvbn import matching, zxcvbn  # noqa: PLC0415 - large, and few processes set passwords

    every = matching.enumerate_l33t_subs
    matching.enumerate_l33t_subs = lambda table: every(table)[:_SPELLINGS]
    bounded: Callable[..., Any] = zxcvbn
    return bounded


@cache
def _common() -> frozenset[str]:
    """The most common passwords, in lower case; zxcvbn alone is misled by their capitals."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415

    return frozenset(islice(FREQUENCY_LISTS["passwords"], _COMMON))
