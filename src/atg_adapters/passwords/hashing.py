"""Password hashes: argon2id, and bcrypt for imported ones, in a pool of threads as wide as there are cores."""

import os
from functools import cache

from anyio import CapacityLimiter, to_thread
from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher
from pwdlib.hashers.bcrypt import BcryptHasher

from atg_core.identity.ports import PasswordCheck

# OWASP Password Storage Cheat Sheet: argon2id with at least 19 MiB, two iterations, one lane.
_KIBIBYTES = 19_456
_NO_ONES_PASSWORD = "no account has this password"  # noqa: S105


class HashedPasswords:
    """`Passwords` by pwdlib; the threads release the interpreter's lock while they hash."""

    def __init__(self) -> None:
        self._hasher = PasswordHash((_argon2(), BcryptHasher()))
        self._limiter = CapacityLimiter(os.cpu_count() or 1)
        self._decoy = _decoy()

    async def hash(self, password: str) -> str:
        return await to_thread.run_sync(self._hasher.hash, password, limiter=self._limiter)

    async def check(self, password: str, password_hash: str | None) -> PasswordCheck:
        matches, new_hash = await to_thread.run_sync(
            self._verify, password, password_hash or self._decoy, limiter=self._limiter
        )
        if password_hash is None:
            return PasswordCheck(matches=False)
        return PasswordCheck(matches=matches, new_hash=new_hash)

    def _verify(self, password: str, password_hash: str) -> tuple[bool, str | None]:
        try:
            return self._hasher.verify_and_update(password, password_hash)
        except (UnknownHashError, ValueError):
            return self._hasher.verify(password, self._decoy) and False, None


@cache
def _decoy() -> str:
    """A hash to check against where there is no account; as dear as a real one."""
    return _argon2().hash(_NO_ONES_PASSWORD)


def _argon2() -> Argon2Hasher:
    return Argon2Hasher(memory_cost=_KIBIBYTES, time_cost=2, parallelism=1)
