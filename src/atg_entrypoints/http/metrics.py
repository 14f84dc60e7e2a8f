"""`/metrics` for Prometheus: requests by route, and the job backlog, for whoever has `ATG_METRICS_TOKEN`."""

import hmac
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from litestar.plugins.prometheus import PrometheusController
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from atg_core.errors import NotFound, NotSignedIn, StorageFull, Unavailable
from atg_core.jobs.model import Backlog, Work
from atg_core.jobs.ports import JobQueue
from atg_entrypoints.http.health import NEEDED, Checks, PartHealth, ask
from atg_entrypoints.http.policy import PUBLIC, bearer_token
from atg_entrypoints.settings import Settings


class Metrics(PrometheusController):
    """Request metrics are summed over processes; job metrics are queried from the database each time.

    They are not for strangers: with `ATG_METRICS_TOKEN` they are given for that bearer token alone, without it in
    development alone.
    """

    opt = {"policy": PUBLIC, "unlimited": True}  # noqa: RUF012
    include_in_schema = False

    @get()
    async def get(
        self,
        request: Request[Any, Any, Any],
        settings: NamedDependency[SkipValidation[Settings]],
        jobs: NamedDependency[SkipValidation[JobQueue]],
        checks: NamedDependency[SkipValidation[Checks]],
        work: NamedDependency[SkipValidation[Work]],
    ) -> Response[bytes]:
        _require_token(request, settings)
        response: Response[bytes] = await PrometheusController.get.fn(self)
        registry, parts = CollectorRegistry(), await ask(checks)
        registry.register(_Parts(parts))
        # Metrics of the process and its parts are served while the database is away.
        if all(parts[name].status == "up" for name in NEEDED & parts.keys()):
            with suppress(Unavailable):
                registry.register(_Jobs(_of_every_kind(await jobs.backlog(), work)))
        response.content += generate_latest(registry)
        return response


def _require_token(request: Request[Any, Any, Any], settings: Settings) -> None:
    """Raises NotSignedIn for another token than that of the settings, NotFound where they have none in production."""
    if settings.metrics_token:
        given = (bearer_token(request) or "").encode()
        if not hmac.compare_digest(given, settings.metrics_token.encode()):
            raise NotSignedIn
    elif settings.env == "production":
        raise NotFound("Not found")


class _Parts(Collector):
    def __init__(self, parts: Mapping[str, PartHealth]) -> None:
        self._parts = parts

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("atg_part_up", "Whether the part answers: 1, or 0.", labels=["part"])
        seconds = GaugeMetricFamily("atg_part_seconds", "How long it took to answer, or to fail.", labels=["part"])
        full = GaugeMetricFamily("atg_part_full", "Whether the part has no space left: 1, or 0.", labels=["part"])
        for name, part in self._parts.items():
            up.add_metric([name], part.status == "up")
            seconds.add_metric([name], part.latency_ms / 1000)
            full.add_metric([name], part.code == StorageFull.code)
        return iter((up, seconds, full))


class _Jobs(Collector):
    def __init__(self, backlog: Sequence[Backlog]) -> None:
        self._backlog = backlog

    def collect(self) -> Iterator[Metric]:
        waiting = GaugeMetricFamily("atg_jobs_waiting", "Jobs that are not done yet.", labels=["kind"])
        oldest = GaugeMetricFamily(
            "atg_jobs_oldest_seconds", "How long the oldest due job has waited.", labels=["kind"]
        )
        dead = GaugeMetricFamily("atg_jobs_dead", "Jobs that have been given up.", labels=["kind"])
        for kind in self._backlog:
            waiting.add_metric([kind.kind], kind.waiting)
            oldest.add_metric([kind.kind], kind.oldest_seconds)
            dead.add_metric([kind.kind], kind.dead)
        return iter((waiting, oldest, dead))


def _of_every_kind(backlog: Sequence[Backlog], work: Work) -> Sequence[Backlog]:
    """Includes kinds without jobs, so that every series exists."""
    none = {kind.name: Backlog(kind=kind.name, waiting=0, oldest_seconds=0, dead=0) for kind in work.every}
    found = none | {each.kind: each for each in backlog}
    return [found[name] for name in sorted(found)]
