"""What a process holds and who waits in it: connections, the sign-in line, Redis, memory.

Nothing of it is counted where it happens, on the way of requests: the numbers are read when somebody asks.
"""

import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from prometheus_client import Counter, Gauge

from atg_adapters.redis.failures import REASONS
from atg_adapters.sql.pool import Pool
from atg_core.concurrency_limit import ConcurrencyLimit

_gauge = partial(Gauge, multiprocess_mode="livesum")
_SIZE = _gauge("atg_database_pool_size", "Connections to the database that may be open.", ("pool",))
_IN_USE = _gauge("atg_database_pool_in_use", "Connections to the database in use.", ("pool",))
_WAITING = _gauge("atg_database_pool_waiting", "Those who wait for a connection to the database.", ("pool",))
_REFUSED = Counter("atg_database_pool_refused_total", "Those who waited for a connection in vain.", ("pool",))
_PLACES = _gauge("atg_sign_in_line_places", "Passwords that may be hashed at once.")
_HASHING = _gauge("atg_sign_in_line_running", "Requests whose password is being hashed.")
_IN_LINE = _gauge("atg_sign_in_line_waiting", "Requests that wait for their password to be hashed.")
_TURNED_AWAY = Counter("atg_sign_in_line_refused_total", "Requests refused since too many waited.")
_REDIS = Counter("atg_redis_failures_total", "Commands to Redis that failed.", ("reason",))
_MEMORY = Gauge("atg_memory_bytes", "Resident memory of each process.", multiprocess_mode="liveall")
_STATM = Path("/proc/self/statm")


class ProcessMetrics:
    """`redis_failures`: by reason, since the start; empty without Redis."""

    def __init__(
        self, pools: Mapping[str, Pool], line: ConcurrencyLimit, redis_failures: Callable[[], Mapping[str, int]]
    ) -> None:
        self._pools, self._line, self._redis_failures = pools, line, redis_failures
        self._told: dict[Counter, int] = {}
        for reason in REASONS:
            _REDIS.labels(reason)
        self.update()

    def update(self) -> None:
        for name, pool in self._pools.items():
            _SIZE.labels(name).set(pool.size)
            _IN_USE.labels(name).set(pool.in_use)
            _WAITING.labels(name).set(pool.waiting)
            self._raise_to(_REFUSED.labels(name), pool.refused)
        _PLACES.set(self._line.places)
        _HASHING.set(self._line.running)
        _IN_LINE.set(self._line.waiting)
        self._raise_to(_TURNED_AWAY, self._line.refused)
        for reason, failures in self._redis_failures().items():
            self._raise_to(_REDIS.labels(reason), failures)
        if (resident := _resident_bytes()) is not None:
            _MEMORY.set(resident)

    def _raise_to(self, counter: Counter, count: int) -> None:
        counter.inc(count - self._told.get(counter, 0))
        self._told[counter] = count


def _resident_bytes() -> int | None:
    """None where the system does not tell (proc_pid_statm(5))."""
    try:
        return int(_STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return None
