"""`/metrics` for Prometheus: requests by route, and the jobs that wait."""

from collections.abc import Iterator, Sequence

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from litestar.plugins.prometheus import PrometheusController
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from atg_core.errors import Unavailable
from atg_core.jobs.model import Backlog, Work
from atg_core.jobs.ports import Jobs
from atg_entrypoints.http.policy import PUBLIC


class Metrics(PrometheusController):
    """Those of the requests are added up over the processes; those of the jobs are the database's, asked each time."""

    opt = {"policy": PUBLIC, "unlimited": True}  # noqa: RUF012
    include_in_schema = False

    @get()
    async def get(
        self, jobs: NamedDependency[SkipValidation[Jobs]], work: NamedDependency[SkipValidation[Work]]
    ) -> Response[bytes]:
        response: Response[bytes] = await PrometheusController.get.fn(self)
        try:
            backlog = await jobs.backlog()
        except Unavailable:  # that the database is away is no reason not to tell of the process
            return response
        registry = CollectorRegistry()
        registry.register(_Jobs(_of_every_kind(backlog, work)))
        response.content += generate_latest(registry)
        return response


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
    """Also of those of which nothing waits: to watch a number, it has to be there."""
    none = {kind.name: Backlog(kind=kind.name, waiting=0, oldest_seconds=0, dead=0) for kind in work.every}
    found = none | {each.kind: each for each in backlog}
    return [found[name] for name in sorted(found)]
