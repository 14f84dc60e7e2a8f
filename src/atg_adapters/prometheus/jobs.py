"""Tries of jobs: how they ended, and how long they took."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from prometheus_client import Counter, Histogram

from atg_core.jobs.model import JobKind

_TRIES = Counter("atg_job_tries_total", "Tries of jobs: done, failed, dead or stopped.", ("kind", "end"))
_SECONDS = Histogram(
    "atg_job_seconds",
    "How long a try of a job took, in seconds.",
    ("kind",),
    buckets=(0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 1_000, 10_000),
)


@contextmanager
def count_try(kind: JobKind, tries: int) -> Iterator[None]:
    """`Watch`."""
    begun, end = perf_counter(), "stopped"
    try:
        yield
        end = "done"
    except Exception:
        end = "failed" if kind.pause_after(tries) is not None else "dead"
        raise
    finally:
        _TRIES.labels(kind.name, end).inc()
        _SECONDS.labels(kind.name).observe(perf_counter() - begun)
