"""What `/metrics` says, for tests."""

from collections.abc import Mapping

from prometheus_client.parser import text_string_to_metric_families

type Scrape = Mapping[tuple[str, frozenset[tuple[str, str]]], float]


def scraped(text: str) -> Scrape:
    """The samples by name and labels. Raises ValueError for what Prometheus could not read."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(scrape: Scrape, name: str, **labels: str) -> float:
    return scrape[name, frozenset(labels.items())]
