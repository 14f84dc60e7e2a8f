"""`python -m tests [pytest's options]`: style, types, layers and every test, and how long each part took.

What is checked without running runs beside the tests; those that have to be alone come last, one after another.
PostgreSQL is one of the tests' own, where it is installed and `ATG_TEST_DATABASE_URL` names none. Ends with 1 if any
part fails.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from tests.throwaway_postgres import throwaway_postgres

_PROGRAMS = Path(sys.executable).parent
_CHECKS = (
    ("ruff", "check", "--quiet", "."),
    ("ruff", "format", "--check", "--quiet", "."),
    ("lint-imports", "--no-cache"),
    ("mypy",),
)


class Part(NamedTuple):
    name: str
    seconds: float
    failures: list[str]


def _timed(name: str, work: Callable[[], list[str]]) -> Part:
    start = time.monotonic()
    failures = work()
    return Part(name, time.monotonic() - start, failures)


def _check() -> list[str]:
    """What the checks that fail have to say."""
    failures = []
    for program, *arguments in _CHECKS:
        done = subprocess.run([_PROGRAMS / program, *arguments], capture_output=True, text=True, check=False)
        if done.returncode:
            failures.append(f"{program}\n{done.stdout}{done.stderr}")
    return failures


def _test(*options: str) -> list[str]:
    command = [_PROGRAMS / "pytest", "--durations=10", *options]
    code = subprocess.run(command, check=False).returncode
    return [f"pytest ended with {code}"] if code else []


def main(options: Sequence[str]) -> int:
    with ExitStack() as stack:
        started = time.monotonic()
        if "ATG_TEST_DATABASE_URL" not in os.environ:
            url = stack.enter_context(throwaway_postgres())
            if url:
                os.environ["ATG_TEST_DATABASE_URL"] = url
        server = Part("PostgreSQL", time.monotonic() - started, [])
        with ThreadPoolExecutor() as beside:
            checks = beside.submit(_timed, "style, types and layers", _check)
            together = _timed("tests", lambda: _test("-m", "not alone and not browser", *options))
            parts = [server, checks.result(), together]
        # Each process starts a browser and a server: two of them are as fast as more.
        parts.append(_timed("browser", lambda: _test("-m", "browser and not alone", "--numprocesses=2", *options)))
        parts.append(_timed("tests that are alone", lambda: _test("-m", "alone", "--numprocesses=0", *options)))
    for part in parts:
        for failure in part.failures:
            print(f"{part.name}: {failure}", file=sys.stderr)
    print("; ".join(f"{part.name} {part.seconds:.0f} s" for part in parts))
    return int(any(part.failures for part in parts))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
