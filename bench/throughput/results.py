"""Figures as they are kept in a file and told on a terminal."""

import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import msgspec

from bench.throughput.measuring import Figures
from bench.throughput.plan import Section

FILE = Path(__file__).parents[1] / "results.json"
"""Of the latest whole run; `make bench-quick` compares itself with it."""
BEFORE = FILE.with_name("before.json")
"""Requests a second by route and contender."""


class Cell(msgspec.Struct, kw_only=True):
    database: str
    size: str
    connections: int
    workers: int
    route: str
    contender: str
    figures: Figures

    def is_in(self, section: Section) -> bool:
        mine = (self.database, self.size, self.connections, self.workers)
        return mine == (section.database, section.size, section.connections, section.workers)


class Results(msgspec.Struct, kw_only=True):
    when: str
    machine: str
    cells: list[Cell]

    @classmethod
    def new(cls, postgresql: int) -> Self:
        machine = f"{_processor()}, {os.cpu_count()} cores, Python {platform.python_version()}, PostgreSQL {postgresql}"
        return cls(when=datetime.now(UTC).strftime("%Y-%m-%d"), machine=machine, cells=[])

    def find(self, section: Section, route: str, contender: str) -> Figures | None:
        return next(
            (
                cell.figures
                for cell in self.cells
                if cell.is_in(section) and (cell.route, cell.contender) == (route, contender)
            ),
            None,
        )

    def of_floor(self, section: Section, route: str, contender: str = "product") -> float | None:
        """Its requests a second, as a part of the floor's."""
        one, floor = self.find(section, route, contender), self.find(section, route, "floor")
        return one.per_second / floor.per_second if one and floor else None

    def save(self, path: Path) -> None:
        path.write_bytes(msgspec.json.format(msgspec.json.encode(self), indent=1) + b"\n")


def load(path: Path = FILE) -> Results | None:
    return msgspec.json.decode(path.read_bytes(), type=Results) if path.exists() else None


def write_before(results: Results) -> None:
    """Keeps the requests a second of this run as what later ones are compared with."""
    before: dict[str, dict[str, float]] = {}
    for cell in results.cells:
        before.setdefault(cell.route, {})[cell.contender] = round(cell.figures.per_second)
    BEFORE.write_bytes(msgspec.json.format(msgspec.json.encode(before), indent=2) + b"\n")


def tell(results: Results, section: Section) -> None:
    """The table of a section."""
    print(f"\n{section.title}: medians of {section.rounds} rounds of {section.seconds} s\n")
    heads = ("req/s", "of floor", "p50 ms", "p99 ms", "server µs", "db µs", "stmts", "MiB", "errors")
    print(f"{'':25}{'':9}" + "".join(f"{head:>10}" for head in heads))
    for route in section.routes:
        for place, contender in enumerate(section.asked(route)):
            figures = results.find(section, route, contender)
            if figures:
                part = results.of_floor(section, route, contender)
                print(f"{route if place == 0 else '':25}{contender:9}" + _row(figures, part))


def _row(figures: Figures, part: float | None) -> str:
    shown = (
        f"{figures.per_second:.0f}",
        _or_dash(part, ".2f"),
        f"{figures.p50:.1f}",
        f"{figures.p99:.1f}",
        f"{figures.server:.0f}",
        _or_dash(figures.database, ".0f"),
        _or_dash(figures.statements, ".1f"),
        f"{figures.memory:.0f}",
        str(figures.errors or "–"),
    )
    return "".join(f"{text:>10}" for text in shown)


def _or_dash(number: float | None, form: str) -> str:
    return "–" if number is None else format(number, form)


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
