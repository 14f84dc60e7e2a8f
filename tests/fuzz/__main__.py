"""`make fuzz`: schemathesis against the running server, as each role in turn.

`python -m tests.fuzz [ROLE…]`. A finding is repeated with the same `FUZZ_SEED`. `ATG_TEST_DATABASE_URL` names a
PostgreSQL server, where a database is made for it; without one it is SQLite.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql

from tests.fuzz.roles import ROLES
from tests.fuzz.running import fuzzing
from tests.servers import with_database

_EXAMPLES = os.environ.get("FUZZ_EXAMPLES", "5")  # of each operation, beside those that cover its schema
_SEED = os.environ.get("FUZZ_SEED", "1")


def main(chosen: list[str]) -> int:
    requests, findings = 0, 0
    with tempfile.TemporaryDirectory() as folder, _database() as settings, fuzzing(Path(folder), **settings) as fuzz:
        for role in chosen or ROLES:
            outcome = fuzz.run(role, "--seed", _SEED, "--max-examples", _EXAMPLES)
            if outcome.findings:
                sys.stdout.write(outcome.text)
            _say(f"{role}: {outcome.requests} requests, {len(outcome.findings)} kinds of findings (seed {_SEED})")
            requests, findings = requests + outcome.requests, findings + len(outcome.findings)
    _say(f"{requests} requests, {findings} kinds of findings")
    return 1 if findings else 0


@contextmanager
def _database() -> Iterator[dict[str, str]]:
    """The setting of an empty database."""
    server = os.environ.get("ATG_TEST_DATABASE_URL")
    if not server:
        yield {}
        return
    name = f"atg_fuzz_{uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield {"ATG_DATABASE_URL": with_database(server, name)}
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
