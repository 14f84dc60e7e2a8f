"""How glibc keeps memory that was freed; with other C libraries nothing is done here."""

import asyncio
import ctypes
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

_M_ARENA_MAX = -8
"""Of mallopt(3), from malloc.h."""
_SECONDS_BETWEEN = 60


def use_one_arena() -> None:
    """From now on all threads take their memory from one place, where what is free at its end can be given back.

    Else each thread that hashes a password keeps the 19 MiB of it. Threads seldom wait for each other there: those of
    Python take turns anyway.
    """
    if mallopt := _of_glibc("mallopt"):
        mallopt(_M_ARENA_MAX, 1)


@asynccontextmanager
async def free_memory_given_back() -> AsyncIterator[None]:
    """Gives back what is free once a minute: it takes some milliseconds, and who hashes meanwhile keeps its block."""
    trim = _of_glibc("malloc_trim")
    task = asyncio.create_task(_call_each_minute(trim)) if trim else None
    try:
        yield
    finally:
        if task:
            task.cancel()


async def _call_each_minute(trim: Callable[[int], Any]) -> None:
    while True:
        await asyncio.sleep(_SECONDS_BETWEEN)
        await asyncio.to_thread(trim, 0)


@cache
def _of_glibc(name: str) -> Callable[..., Any] | None:
    """None where it is not glibc."""
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
