"""What `/metrics` tells, of the API and of the worker: the processes that share it, their parts, jobs, mail, audit."""

import asyncio
import hmac
import os
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from atg_core.clock import Clock
from atg_core.errors import NotFound, NotSignedIn, StorageFull, Unavailable
from atg_core.identity.audit_chain import VERIFY_AUDIT
from atg_core.jobs.model import Backlog, Work
from atg_core.operations import AuditState, OperationsQueries, OperationsState
from atg_entrypoints.health import NEEDED, Checks, PartHealth, ask
from atg_entrypoints.settings import Settings

CONTENT_TYPE = CONTENT_TYPE_LATEST
_SHARED = "PROMETHEUS_MULTIPROC_DIR"
"""Where prometheus-client adds up the numbers of several processes."""
_SECONDS_BETWEEN_UPDATES = 1.0
_SECONDS_TO_ANSWER = 2.0


def require_token(given: str | None, settings: Settings) -> None:
    """Metrics are not for strangers: with `ATG_METRICS_TOKEN` for its bearer alone, else in development alone.

    Raises NotSignedIn for another token than that of the settings, NotFound where they have none in production.
    """
    if settings.metrics_token:
        if not hmac.compare_digest((given or "").encode(), settings.metrics_token.encode()):
            raise NotSignedIn
    elif settings.env == "production":
        raise NotFound("Not found")


class Metrics:
    """`update`: sets the numbers of this process."""

    def __init__(
        self,
        checks: Checks,
        work: Callable[[], Work],
        operations_queries: OperationsQueries,
        update: Callable[[], None],
        clock: Clock,
    ) -> None:
        self._checks, self._work, self._queries = checks, work, operations_queries
        self._update, self._clock = update, clock

    async def text(self) -> bytes:
        """Within four seconds, whatever hangs; without the database what is told of processes and their parts."""
        parts = await ask(self._checks)
        told: list[Metric] = list(_of_parts(parts))
        if all(parts[name].status == "up" for name in NEEDED & parts.keys()):
            with suppress(Unavailable, TimeoutError):
                async with asyncio.timeout(_SECONDS_TO_ANSWER):
                    state = await self._queries.state()
                told += [*_of_jobs(state, self._work()), *_of_audit(state.audit, self._clock())]
        registry = CollectorRegistry()
        registry.register(_Told(told))
        self._update()
        return _of_processes() + generate_latest(registry)


@asynccontextmanager
async def shared_numbers(process_metrics: Callable[[], Any]) -> AsyncIterator[None]:
    """Several processes that share a folder of numbers write theirs every second: any of them is asked."""
    if _SHARED not in os.environ:
        yield
        return
    updating = asyncio.create_task(_update_now_and_then(process_metrics().update))
    try:
        yield
    finally:
        updating.cancel()
        with suppress(asyncio.CancelledError):
            await updating


async def _update_now_and_then(update: Callable[[], None]) -> None:
    while True:
        update()
        await asyncio.sleep(_SECONDS_BETWEEN_UPDATES)


class _Told(Collector):
    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        return self._metrics


def _of_processes() -> bytes:
    if _SHARED not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    _OfProcesses(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


class _OfProcesses(MultiProcessCollector):
    """Leaves out a file that is empty, as that of a process that has just begun or died as it began.

    The library's own fails with it, for all processes, and as long as the file is there (its issue 1199).
    """

    def collect(self) -> Iterable[Metric]:
        with os.scandir(os.environ[_SHARED]) as entries:
            files = [entry.path for entry in entries if entry.name.endswith(".db") and _is_begun(entry)]
        return self.merge(files)  # type: ignore[no-untyped-call, no-any-return]


def _is_begun(file: os.DirEntry[str]) -> bool:
    with suppress(FileNotFoundError):  # those of a process that has died are removed
        return file.stat().st_size > 0
    return False


def _of_parts(parts: Mapping[str, PartHealth]) -> Iterator[Metric]:
    up = GaugeMetricFamily("atg_part_up", "Whether the part answers: 1, or 0.", labels=["part"])
    seconds = GaugeMetricFamily("atg_part_seconds", "How long it took to answer, or to fail.", labels=["part"])
    full = GaugeMetricFamily("atg_part_full", "Whether the part has no space left: 1, or 0.", labels=["part"])
    for name, part in parts.items():
        up.add_metric([name], part.status == "up")
        seconds.add_metric([name], part.latency_ms / 1000)
        full.add_metric([name], part.code == StorageFull.code)
    return iter((up, seconds, full))


def _of_jobs(state: OperationsState, work: Work) -> Iterator[Metric]:
    jobs = _of_every_kind(state.jobs, work)
    for name, help_text, value in _JOBS:
        family = GaugeMetricFamily(name, help_text, labels=["kind"])
        for each in jobs:
            family.add_metric([each.kind], getattr(each, value))
        yield family
    mail = {kind.name for kind in work.every if kind.sends_mail}
    waiting = sum(each.waiting for each in jobs if each.kind in mail)
    yield GaugeMetricFamily("atg_mail_waiting", "Jobs that will send mail.", value=waiting)
    broken = any(each.dead for each in jobs if each.kind == VERIFY_AUDIT)
    yield GaugeMetricFamily("atg_audit_broken", "Whether the audit log was found changed: 1, or 0.", value=broken)


_JOBS = (
    ("atg_jobs_waiting", "Jobs that are not done yet.", "waiting"),
    ("atg_jobs_running", "Jobs that have been begun.", "running"),
    ("atg_jobs_oldest_seconds", "How long the oldest due job has waited.", "oldest_seconds"),
    ("atg_jobs_dead", "Jobs that have been given up.", "dead"),
)


def _of_audit(audit: AuditState, now: datetime) -> Iterator[Metric]:
    yield GaugeMetricFamily("atg_audit_seals", "The number of the last seal of the audit log.", value=audit.seals)
    yield _age("atg_audit_seal_age_seconds", "How old that seal is; 0 without one.", audit.sealed_at, now)
    yield _age(
        "atg_audit_unsealed_seconds", "How long the oldest event has waited for its seal.", audit.unsealed_since, now
    )


def _age(name: str, help_text: str, moment: datetime | None, now: datetime) -> Metric:
    return GaugeMetricFamily(name, help_text, value=max(0.0, (now - moment).total_seconds()) if moment else 0.0)


def _of_every_kind(backlog: Sequence[Backlog], work: Work) -> Sequence[Backlog]:
    """Includes kinds without jobs, so that every series exists."""
    none = {kind.name: Backlog(kind=kind.name, waiting=0, running=0, oldest_seconds=0, dead=0) for kind in work.every}
    found = none | {each.kind: each for each in backlog}
    return [found[name] for name in sorted(found)]
