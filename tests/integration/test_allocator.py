"""What a process holds after passwords were hashed: in a process of its own, since glibc remembers."""

import ctypes
import subprocess
import sys

import pytest

_HASHED = """
import asyncio, sys
from concurrent.futures import ThreadPoolExecutor
from argon2 import PasswordHasher
from atg_entrypoints import allocator

def held():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmRSS"))

def hash_thrice():
    for _ in range(3):
        hasher.hash("a password")

async def serve():
    async with allocator.free_memory_given_back():
        await asyncio.to_thread(hash_thrice)
        await asyncio.sleep(1)

hasher = PasswordHasher(time_cost=1, memory_cost=19_456, parallelism=1)
if sys.argv[1] == "given back":
    allocator.use_one_arena()
    allocator._SECONDS_BETWEEN = 0.2
before = held()
asyncio.run(serve())
print((held() - before) // 1024)
"""


@pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="memory is kept by glibc"
)
def test_the_memory_of_a_hash_is_given_back() -> None:
    kept, given_back = (
        int(subprocess.run([sys.executable, "-c", _HASHED, how], capture_output=True, text=True, check=True).stdout)
        for how in ("kept", "given back")
    )
    assert kept >= 15
    assert given_back <= 5


def test_what_logs_do_not_need_is_not_imported_for_them() -> None:
    imported = "import sys; import atg_entrypoints.logs; print('rich' in sys.modules); import rich.console"
    run = subprocess.run([sys.executable, "-c", imported], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"
