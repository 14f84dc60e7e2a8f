"""What sign-in tells those who guess, and what guessing does to others: `make bench-auth`.

First its time: names that are unknown, wrong passwords, and inactive accounts with the right one and a wrong one, TRIES
each, interleaved at random. The limits stay as they are: each try comes from an address of its own, and each account
is tried four times. Whoever is refused may not be told apart: no two medians 5 ms apart, and no pair whose
Mann-Whitney p, times the number of pairs (Bonferroni), is 0.01 or less. A right password is printed, and not compared:
it is told apart by its reply, and begins a session.

Then 10,000 wrong passwords for one account, from one address and from 2,000, at one process and at two. No more are
checked than the limits allow (that no other is hashed: tests/contracts/identity/http_rate_limit.py). Meanwhile others
sign in, and so does the owner with a known device, and from anywhere else where one address alone guesses; where many
do, from anywhere else within a minute after. Ends with 1 if any of it does not hold.

On SQLite, or on the PostgreSQL server at ATG_BENCH_DATABASE_URL.
"""

import asyncio
import math
import os
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import combinations, count
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from atg_adapters.sql import schema
from atg_core.identity.audit import Action
from atg_entrypoints.container import Container, close, create_container
from atg_entrypoints.settings import Settings
from tests.arranging import rows_of
from tests.integration.identity.guessing import WRONG, Guesser, guess
from tests.integration.running import serving
from tests.people import PASSWORD, account

TRIES, ACCOUNTS = 200, 50
GUESSES, ADDRESSES = 10_000, 2_000
MOST_GAP, LEAST_P = 0.005, 0.01
SECRET = "a key for measuring alone, of more than 32 bytes"
DATABASE = "atg_bench_auth"
KINDS = {
    "unknown": ("nobody", PASSWORD),
    "wrong": ("guessed", WRONG),
    "inactive, right": ("gone", PASSWORD),
    "inactive, wrong": ("closed", WRONG),
    "right": ("working", PASSWORD),
}
"""By kind, what the names of its accounts begin with, and what is tried."""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, database(Path(folder)) as url:
        home = Path(folder)
        asyncio.run(add_people(url))
        environment = {
            "ATG_DATABASE_URL": url,
            "ATG_SECRET_KEY": SECRET,
            "ATG_RATE_LIMIT": "0",
            "ATG_TRUSTED_PROXIES": "127.0.0.1",
            "ATG_LOG_LEVEL": "WARNING",
        }
        with ExitStack() as stack:
            servers = [stack.enter_context(serving(home, **environment)).url for _ in range(2)]
            good = asyncio.run(compare(servers[0]))
            for number, (processes, addresses) in enumerate([(1, 1), (1, ADDRESSES), (2, 1), (2, ADDRESSES)]):
                good &= asyncio.run(withstand(url, servers[:processes], f"victim{number}", addresses))
    sys.exit(0 if good else 1)


@contextmanager
def database(home: Path) -> Iterator[str]:
    """The URL of an empty database, which is gone afterwards."""
    server = os.environ.get("ATG_BENCH_DATABASE_URL")
    if server is None:
        yield f"sqlite:///{home / 'atg.db'}"
        return
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
        connection.execute(f"CREATE DATABASE {DATABASE}")
        yield urlunsplit(urlsplit(server)._replace(path=f"/{DATABASE}"))
        connection.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")


async def add_people(url: str) -> None:
    container: Container = create_container(Settings(database_url=url, secret_key=SECRET))
    await schema.migrate(container.database())
    async with container.open_identity()() as store:
        for number in range(ACCOUNTS):
            for name in ("guessed", "working"):
                await store.add_account(account(f"{name}{number}"))
            for name in ("gone", "closed"):
                await store.add_account(account(f"{name}{number}", is_active=False))
        for number in range(4):
            await store.add_account(account(f"victim{number}"))
        await store.add_account(account("other"))
    await close(container)


def fresh_addresses(net: str) -> Iterator[str]:
    """Each once; `net`: the first two numbers."""
    return (f"{net}.{number // 250}.{number % 250 + 1}" for number in count())


async def compare(url: str) -> bool:
    """Whether those who are refused can not be told apart."""
    times: dict[str, list[float]] = {kind: [] for kind in KINDS}
    replies, addresses = set(), fresh_addresses("10.1")
    async with Guesser.at(url) as guesser:
        for turn in range(-10, TRIES):
            for kind in random.sample(list(KINDS), len(KINDS)):
                name, password = KINDS[kind]
                answer = await guesser.sign_in(f"{name}{turn % ACCOUNTS}", password, address=next(addresses))
                if kind == "right":
                    assert answer.status == 200, answer
                else:
                    replies.add((answer.status, answer.body))
                if turn >= 0:  # the first ones warm it up
                    times[kind].append(answer.seconds)
    print(f"signing in, {TRIES} tries each, interleaved\n")
    for kind, seconds in times.items():
        print(f"{kind:>16}  median {statistics.median(seconds) * 1e3:7.2f} ms")
    refused = [kind for kind in KINDS if kind != "right"]
    pairs = list(combinations(refused, 2))
    gap, ps = 0.0, []
    for one, other in pairs:
        apart = abs(statistics.median(times[one]) - statistics.median(times[other]))
        ps.append(p_of_mann_whitney(times[one], times[other]))
        gap = max(gap, apart)
        print(f"{one:>16} and {other:<16} {apart * 1e3:6.2f} ms apart, p = {ps[-1]:.3f}")
    print(f"one reply for all who are refused: {'yes' if len(replies) == 1 else 'NO'}\n")
    return len(replies) == 1 and gap < MOST_GAP and min(ps) * len(pairs) > LEAST_P


def p_of_mann_whitney(one: Sequence[float], other: Sequence[float]) -> float:
    """Two-sided, by the normal approximation with a correction for continuity; ties do not occur among such times."""
    ranks = {value: rank for rank, value in enumerate(sorted([*one, *other]), start=1)}
    u = sum(ranks[value] for value in one) - len(one) * (len(one) + 1) / 2
    mean = len(one) * len(other) / 2
    deviation = math.sqrt(mean * (len(one) + len(other) + 1) / 6)
    return math.erfc(max(0.0, abs(u - mean) - 0.5) / deviation / math.sqrt(2))


async def withstand(url: str, servers: Sequence[str], victim: str, addresses: int) -> bool:
    """Whether 10,000 guesses do what they may, and no more."""
    some = fresh_addresses("10.2")
    from_where = [next(some) for _ in range(addresses)]
    refusals = await refusals_of(url)
    async with Guesser.at(servers[-1]) as honest:
        known = await honest.sign_in(victim, address="192.0.2.1")
        begun = time.perf_counter()
        guessing = asyncio.create_task(guess(servers, victim, addresses=from_where, tries=GUESSES))
        others = []
        while not guessing.done():
            await asyncio.sleep(0.5)
            others.append(await honest.sign_in("other", address="192.0.2.2"))
        took = time.perf_counter() - begun
        answers = await guessing
        owner = await honest.sign_in(victim, address="192.0.2.3", cookie=known.cookie)
        ended = time.perf_counter()
        anywhere = await honest.sign_in(victim, address="192.0.2.4")
        if anywhere.status == 429:
            await asyncio.sleep(anywhere.retry_after)
            anywhere = await honest.sign_in(victim, address="192.0.2.5")
        waited = time.perf_counter() - ended
    statuses = Counter(answer.status for answer in answers)
    longest = max(answer.retry_after for answer in answers)
    checked = await refusals_of(url) - refusals
    windows = took // 60 + 1
    print(f"{GUESSES} guesses from {addresses} addresses at {len(servers)} processes: {took:.0f} s, {dict(statuses)}")
    print(
        f"  checked {checked}, longest Retry-After {longest} s; the owner came in from elsewhere after {waited:.0f} s"
    )
    print(
        f"  others meanwhile: {len(others)} sign-ins, the slowest {max(one.seconds for one in others) * 1e3:.0f} ms\n"
    )
    return (
        statuses.keys() <= {401, 429}
        and checked == statuses[401] <= (60 if addresses > 1 else 12) * windows
        and longest <= 60
        and known.status == owner.status == anywhere.status == 200
        and waited <= (62 if addresses > 1 else 2)
        and {one.status for one in others} == {200}
    )


async def refusals_of(url: str) -> int:
    """How many wrong passwords were checked: each is written down."""
    container: Container = create_container(Settings(database_url=url, secret_key=SECRET))
    actions = [row["action"] for row in await rows_of(container, "audit_events")]
    await close(container)
    return actions.count(Action.SIGN_IN_FAILED)


if __name__ == "__main__":
    main()
