"""The dashboard and the alerts speak of metrics that server and worker have, and the documents of each alert."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import promql_parser as promql
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from atg_entrypoints.container import Container
from atg_entrypoints.settings import Settings
from tests.integration.running import free_port, serving
from tests.integration.test_worker import environment, is_done, listens, worker
from tests.job_queues import until

ROOT = Path(__file__).parents[2]
OPERATIONS = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
OF_PROMETHEUS = {"instance", "job", "pid"}
"""Labels that Prometheus adds, and prometheus-client where several processes share their numbers."""

ENDS = {"counter": "_total", "histogram": "_bucket"}
"""Of the samples of a kind of metric."""


def rules() -> list[dict[str, Any]]:
    document = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text(encoding="utf-8"))
    return [rule for group in document["groups"] for rule in group["rules"]]


def dashboard() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / "deploy/grafana/atg.json").read_text(encoding="utf-8"))
    return found


def expressions() -> list[str]:
    of_panels = [target["expr"] for panel in dashboard()["panels"] for target in panel.get("targets", ())]
    return [*(rule["expr"] for rule in rules()), *(each.replace("$__rate_interval", "5m") for each in of_panels)]


def labels_by_metric(expression: Any, outer: frozenset[str] = frozenset()) -> Iterator[tuple[str, frozenset[str]]]:
    """Each metric with the labels by which it is chosen, or that are kept of it."""
    match expression:
        case promql.VectorSelector():
            assert expression.name, "a selector without a name reads everything"
            yield expression.name, outer | {matcher.name for matcher in expression.matchers.matchers}
        case promql.MatrixSelector():
            yield from labels_by_metric(expression.vector_selector, outer)
        case promql.AggregateExpr():
            kept = frozenset(expression.modifier.labels) if expression.modifier else frozenset()
            yield from labels_by_metric(expression.expr, outer | kept)
        case promql.BinaryExpr():
            yield from labels_by_metric(expression.lhs, outer)
            yield from labels_by_metric(expression.rhs, outer)
        case promql.Call():
            for each in expression.args:
                yield from labels_by_metric(each, outer)
        case promql.ParenExpr():
            yield from labels_by_metric(expression.expr, outer)
        case promql.NumberLiteral() | promql.StringLiteral():
            return
        case _:
            raise AssertionError(f"{type(expression)} is not looked into")


async def scraped_labels(container: Container, settings: Settings, home: Path) -> Mapping[str, set[str]]:
    """The labels of every sample, of a server and of a worker as they run."""
    labels: dict[str, set[str]] = defaultdict(set, up=set())
    port = free_port()
    await container.jobs().enqueue("clean_uploads", {})
    with serving(home, **environment(settings)) as server, worker(settings, ATG_WORKER_PORT=str(port)):
        assert httpx.get(f"{server.url}/stations").status_code == 200
        await until(lambda: is_done(container), 20)
        await until(lambda: listens(port), 20)
        for url in (server.url, f"http://127.0.0.1:{port}"):
            for family in text_string_to_metric_families(httpx.get(f"{url}/metrics").text):
                labels[family.name + ENDS.get(family.type, "")] |= set()
                for sample in family.samples:
                    labels[sample.name] |= set(sample.labels)
    # Only a request that fails on our side has made it a series.
    labels["atg_requests_error_total"] |= labels["atg_requests_total"]
    return labels


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_every_expression_reads_metrics_and_labels_that_exist(
    container: Container, settings: Settings, tmp_path: Path
) -> None:
    known = await scraped_labels(container, settings, tmp_path)
    unknown = [
        (name, sorted(labels - known[name] - OF_PROMETHEUS) if name in known else "no such metric")
        for text in expressions()
        for name, labels in labels_by_metric(promql.parse(text))
        if name not in known or labels - known[name] - OF_PROMETHEUS
    ]
    assert unknown == []
    used = {name for text in expressions() for name, _ in labels_by_metric(promql.parse(text))}
    ours = {name for name in known if name.startswith("atg_") and not name.endswith(("_created", "_sum", "_count"))}
    assert ours - used == set(), "nobody looks at these"


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_an_alert_says_what_it_means_and_where_it_is_told_what_to_do(rule: dict[str, Any]) -> None:
    assert re.fullmatch(r"Atg[A-Za-z]+", rule["alert"])
    assert rule["labels"]["severity"] in {"critical", "warning"}
    assert rule["for"]
    assert rule["annotations"]["summary"]
    path, _, anchor = rule["annotations"]["runbook"].partition("#")
    assert path == "docs/operations.md"
    headings = re.findall(r"^#+ (.+)$", OPERATIONS, re.MULTILINE)
    assert anchor in {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}
    assert f"`{rule['alert']}`" in OPERATIONS


def test_every_panel_of_the_dashboard_has_a_place_of_its_own_and_a_title() -> None:
    panels = dashboard()["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert len({(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels}) == len(panels)
    assert all(panel["title"] and panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in panels)


def test_the_worker_is_asked_where_it_listens_by_default() -> None:
    config = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text(encoding="utf-8"))
    targets = {each["job_name"]: each["static_configs"][0]["targets"] for each in config["scrape_configs"]}
    assert {target.partition(":")[2] for target in targets["atg"]} == {str(Settings().port)}
    assert {target.partition(":")[2] for target in targets["atg-worker"]} == {str(Settings().worker_port)}
