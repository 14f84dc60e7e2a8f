"""`/metrics` for Prometheus: requests by route, and the job backlog, for whoever has `ATG_METRICS_TOKEN`."""

import hmac
from collections.abc import Iterator, Sequence
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from litestar.plugins.prometheus import PrometheusController
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from atg_core.errors import NotFound, NotSignedIn, Unavailable
from atg_core.jobs.model import Backlog, Work
from atg_core.jobs.ports import JobQueue
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
        work: NamedDependency[SkipValidation[Work]],
    ) -> Response[bytes]:
        _require_token(request, settings)
        response: Response[bytes] = await PrometheusController.get.fn(self)
        try:
            backlog = await jobs.backlog()
        except Unavailable:  # process metrics are served while the database is unavailable
            return response
        registry = CollectorRegistry()
        registry.register(_Jobs(_of_every_kind(backlog, work)))
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
