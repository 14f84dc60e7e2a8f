"""No request calls a tenth more Python functions than is written down in bench/call_counts.json.

`make bench-counts` writes it anew.
"""

import json
import os
import subprocess
import sys

import pytest

from bench.call_counts import FILE

_MOST = 1.1


def _counted(*servers: str) -> dict[str, int]:
    """In a process of its own, in which nothing else has run."""
    command = [sys.executable, "-m", "bench.call_counts", *servers]
    done = subprocess.run(command, cwd=FILE.parents[1], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    counts: dict[str, int] = json.loads(done.stdout)
    return counts


def test_requests_call_no_more_functions_than_is_written_down(stocked_url: str, request: pytest.FixtureRequest) -> None:
    """On PostgreSQL with Redis, as in production; on SQLite with nothing beside it."""
    kind = "sqlite" if stocked_url.startswith("sqlite") else "postgresql"
    redis = [] if kind == "sqlite" else [request.getfixturevalue("redis_server")]
    counts = _counted(stocked_url, *redis)
    written = json.loads(FILE.read_text()) if FILE.exists() else {}
    if "ATG_TEST_WRITE_CALL_COUNTS" in os.environ:
        FILE.write_text(json.dumps(written | {kind: counts}, indent=2) + "\n")
        return
    known = written[kind]
    assert counts.keys() == known.keys()
    more = {name: f"{counts[name]} instead of {known[name]}" for name in counts if counts[name] > known[name] * _MOST}
    assert not more, "make bench-counts writes them down, if that has to be"
