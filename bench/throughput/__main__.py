"""`make bench`, `make bench-quick`, and `python -m bench.throughput --help` for anything else.

Needs Linux, wrk, and PostgreSQL: installed, or at ATG_BENCH_DATABASE_URL, as a user who may make databases and switch
off triggers. Redis is used where it is installed, or at ATG_BENCH_REDIS_URL. Ends with 2 if something is missing.
"""

import argparse
import signal
import sys
import time
from dataclasses import fields
from itertools import product
from pathlib import Path

from bench.throughput.plan import DEFAULT, FULL, QUICK, Section
from bench.throughput.population import SIZES
from bench.throughput.results import BEFORE, FILE, Results, load, write_before
from bench.throughput.routes import EVERYBODY, ROUTES
from bench.throughput.running import run
from bench.throughput.servers import Missing


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.throughput", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a minute: four routes, the product beside the floor")
    parser.add_argument("--full", action="store_true", help="every combination: more than two hours")
    parser.add_argument("--output", type=Path, help=f"a file for the figures, such as {FILE.name}")
    parser.add_argument("--write-before", action="store_true", help=f"keep requests a second in {BEFORE.name}")
    parser.add_argument("--contenders", nargs="+", choices=EVERYBODY)
    parser.add_argument("--routes", nargs="+", choices=list(ROUTES), metavar="ROUTE", help=", ".join(ROUTES))
    parser.add_argument("--sizes", nargs="+", choices=list(SIZES), help="rows of progress: 10,000 or 2,000,000")
    parser.add_argument("--databases", nargs="+", choices=["postgresql", "sqlite"])
    parser.add_argument("--connections", nargs="+", type=int)
    parser.add_argument("--workers", nargs="+", type=int, help="processes of each server")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seconds", type=int, help="of a round of one route and contender")
    return parser.parse_args()


def _plan(given: argparse.Namespace) -> list[Section]:
    if given.quick or given.full:
        return QUICK if given.quick else FULL
    own = {field.name for field in fields(Section)}
    same = {name: value for name, value in vars(given).items() if name in own and value and name not in _LISTS}
    if not same and not any(vars(given)[name] for name in (*_LISTS, "sizes", "databases")):
        return DEFAULT
    return [
        Section(size=size, database=database, connections=connections, workers=workers, **same)
        for size, database, connections, workers in product(
            given.sizes or ["large"], given.databases or ["postgresql"], given.connections or [32], given.workers or [1]
        )
    ]


_LISTS = ("connections", "workers")


def _compare(results: Results) -> None:
    """The part of the floor beside what is written down, which a machine's speed changes little."""
    written = load()
    if written is None:
        return
    print(f"\nrequests a second as a part of the floor's, beside {FILE.name} of {written.when}\n")
    for route in QUICK[0].routes:
        now, before = results.of_floor(QUICK[0], route), written.of_floor(DEFAULT[0], route)
        if now and before:
            print(f"{route:28}{now:6.2f}{before:8.2f}")


def main() -> int:
    given, begun = _arguments(), time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that servers are ended
    try:
        results = run(_plan(given))
    except Missing as missing:
        print(missing, file=sys.stderr)
        return 2
    if given.quick:
        _compare(results)
    if given.output:
        results.save(given.output)
    if given.write_before:
        write_before(results)
    print(f"\n{time.monotonic() - begun:.0f} s, {results.machine}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
