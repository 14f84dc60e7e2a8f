"""Writes the figures of bench/results.json with charts into docs/performance.md: `make bench-charts`."""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.throughput.charts import bars, stacked
from bench.throughput.measuring import Figures
from bench.throughput.plan import DEFAULT, Section
from bench.throughput.results import BEFORE, FILE, Results, load
from bench.throughput.routes import EVERYBODY

_ROOT = Path(__file__).parents[2]
_DOCUMENT, _CHARTS = _ROOT / "docs" / "performance.md", _ROOT / "docs" / "performance"
_BEGIN, _END = "<!-- begin: make bench-charts -->", "<!-- end: make bench-charts -->"
_MAIN = DEFAULT[0]

type Before = dict[str, dict[str, float]]


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield "|---|" + "---:|" * (len(heads) - 1)
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""


def _number(value: float | None, form: str = ".0f") -> str:
    return "–" if value is None else format(value, form)


def _part(before: Before, route: str, contender: str) -> float | None:
    figures = before.get(route, {})
    return figures[contender] / figures["floor"] if {contender, "floor"} <= figures.keys() else None


def _requests(results: Results, before: Before) -> Iterator[str]:
    """Requests a second, before and after."""
    others = [name for name in EVERYBODY if name not in {"product", "floor"}]
    heads = ["", "before", "of floor", "now", "of floor", "floor", *others]
    rows = []
    for route in _MAIN.routes:
        found = {name: results.find(_MAIN, route, name) for name in EVERYBODY}
        if found["product"] is None:
            continue
        numbers = {name: _number(figures.per_second if figures else None) for name, figures in found.items()}
        was = [_number(before.get(route, {}).get("product")), _number(_part(before, route, "product"), ".2f")]
        now = [numbers["product"], _number(results.of_floor(_MAIN, route), ".2f"), numbers["floor"]]
        rows.append([f"`{route}`", *was, *now, *(numbers[name] for name in others)])
    yield from _table(heads, rows)


def _costs(results: Results, section: Section) -> Iterator[str]:
    """What each request of a section costs."""
    heads = ["", "", "req/s", "of floor", "server µs", "db µs", "statements", "p50 ms", "p99 ms", "MiB", "errors"]
    rows = []
    for route in section.routes:
        for contender in section.asked(route):
            figures = results.find(section, route, contender)
            if figures:
                part = results.of_floor(section, route, contender)
                rows.append([f"`{route}`", contender, *_cost(figures, part)])
    if rows:
        yield from (f"### {section.title}", "", *_table(heads, rows))


def _cost(figures: Figures, part: float | None) -> list[str]:
    return [
        _number(figures.per_second),
        _number(part, ".2f"),
        _number(figures.server),
        _number(figures.database),
        _number(figures.statements, ".1f"),
        _number(figures.p50, ".1f"),
        _number(figures.p99, ".1f"),
        _number(figures.memory),
        str(figures.errors or "–"),
    ]


def _draw(results: Results, before: Before) -> Iterator[str]:
    _CHARTS.mkdir(exist_ok=True)
    routes = [route for route in _MAIN.routes if results.of_floor(_MAIN, route) is not None]
    parts = {name: [results.of_floor(_MAIN, route, name) for route in routes] for name in EVERYBODY if name != "floor"}
    series = {"product before": [_part(before, route, "product") for route in routes], **parts}
    bars(
        _CHARTS / "requests.svg",
        "Requests a second, as a part of the floor's",
        routes,
        series,
        {0.6: "0.6 of the floor", 1.0: "the floor"},
    )
    named = [(route, name) for route in routes for name in ("product", "floor", "fastapi", "django", "drf")]
    found = [(route, name, results.find(_MAIN, route, name)) for route, name in named]
    costs = [(f"{route} {name}", figures) for route, name, figures in found if figures]
    stacked(
        _CHARTS / "cpu.svg",
        "CPU of a request, µs",
        [row for row, _ in costs],
        {
            "server": [figures.server for _, figures in costs],
            "database": [figures.database for _, figures in costs],
        },
    )
    yield "![Requests a second, as a part of the floor's](performance/requests.svg)"
    yield ""
    yield "![CPU of a request](performance/cpu.svg)"
    yield ""


def _written(results: Results, before: Before) -> Iterator[str]:
    yield f"Measured on {results.when}: {results.machine}."
    yield ""
    yield from _draw(results, before)
    yield f"Requests a second ({_MAIN.title}):"
    yield ""
    yield from _requests(results, before)
    for section in DEFAULT:
        yield from _costs(results, section)


def main() -> int:
    results, before = load(), json.loads(BEFORE.read_text(encoding="utf-8"))
    if results is None:
        print(f"{FILE} is not there: make bench", file=sys.stderr)
        return 2
    text = _DOCUMENT.read_text(encoding="utf-8")
    head, rest = text.split(_BEGIN)
    _, tail = rest.split(_END)
    written = "\n".join(_written(results, before))
    _DOCUMENT.write_text(f"{head}{_BEGIN}\n\n{written}\n{_END}{tail}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
