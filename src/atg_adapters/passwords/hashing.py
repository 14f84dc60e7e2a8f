"""Password hashing: argon2id, and bcrypt for imported hashes, in low-priority threads."""

import asyncio
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher
from pwdlib.hashers.bcrypt import BcryptHasher

from atg_core.identity.ports import PasswordCheck

# OWASP Password Storage Cheat Sheet: argon2id with at least 19 MiB, two iterations, one lane.
KIBIBYTES = 19_456
CORES = os.cpu_count() or 1
HASHES_AT_ONCE = max(1, CORES - 1)
_NICE = 19
_NO_ONES_PASSWORD = "no account has this password"  # noqa: S105


class PwdlibPasswords:
    """`Passwords` with pwdlib; hashing releases the GIL."""

    def __init__(self, at_once: int = HASHES_AT_ONCE) -> None:
        self._hasher = PasswordHash((_argon2(KIBIBYTES), BcryptHasher()))
        self._pool = ThreadPoolExecutor(at_once, "hash", lower_priority)
        self._decoy = _decoy(KIBIBYTES)

    async def hash(self, password: str) -> str:
        return await self._run(self._hasher.hash, password)

    async def check(self, password: str, password_hash: str | None) -> PasswordCheck:
        matches, new_hash = await self._run(self._verify, password, password_hash or self._decoy)
        if password_hash is None:
            return PasswordCheck(matches=False)
        return PasswordCheck(matches=matches, new_hash=new_hash)

    async def _run[*Values, Result](self, work: Callable[[*Values], Result], *values: *Values) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work, *values)

    def _verify(self, password: str, password_hash: str) -> tuple[bool, str | None]:
        try:
            return self._hasher.verify_and_update(password, password_hash)
        except (UnknownHashError, ValueError):
            return self._hasher.verify(password, self._decoy) and False, None


def lower_priority() -> None:
    """Lowers the priority of hashing threads, where threads have a priority of their own."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.nice(_NICE)


@cache
def _decoy(memory_cost: int) -> str:
    """A hash to verify against if there is no account, with the same cost."""
    return _argon2(memory_cost).hash(_NO_ONES_PASSWORD)


def _argon2(memory_cost: int) -> Argon2Hasher:
    return Argon2Hasher(memory_cost=memory_cost, time_cost=2, parallelism=1)
