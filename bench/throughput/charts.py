"""Charts of the figures, as SVG files that are the same for the same figures."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

_COLORS = {
    "product": "#1f6fb2",
    "product before": "#a9cbe8",
    "floor": "#444444",
    "fastapi": "#e08e45",
    "django": "#6aa84f",
    "drf": "#b6d7a8",
    "server": "#1f6fb2",
    "database": "#e08e45",
}
_BAR, _GAP = 0.8, 0.35

type Series = Mapping[str, Sequence[float | None]]


def _saved(figure: Figure, path: Path) -> None:
    with mpl.rc_context({"svg.hashsalt": "atg", "svg.fonttype": "none", "font.size": 9}):
        figure.savefig(path, metadata={"Date": None}, bbox_inches="tight")
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(line.rstrip() for line in lines) + "\n", encoding="utf-8")


def _axes(rows: int, title: str) -> tuple[Figure, Any]:
    figure = Figure(figsize=(8, 0.6 + 0.16 * rows))
    axes = figure.subplots()
    axes.set_title(title, loc="left", fontsize=10)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="x", alpha=0.3)
    axes.set_axisbelow(True)
    axes.invert_yaxis()
    return figure, axes


def bars(path: Path, title: str, routes: Sequence[str], series: Series, lines: Mapping[float, str]) -> None:
    """A group of bars for each route, from top to bottom; `lines`: what an upright line at a number says."""
    height = len(series) * _BAR + _GAP
    figure, axes = _axes(round(len(routes) * height * 1.25), title)
    for place, (name, values) in enumerate(series.items()):
        known = [(row, value) for row, value in enumerate(values) if value is not None]
        where = [row * height + place * _BAR for row, _ in known]
        axes.barh(where, [value for _, value in known], _BAR * 0.92, label=name, color=_COLORS[name])
        for y, (_, value) in zip(where, known, strict=True):
            axes.text(value, y, f" {value:.2f}", va="center", fontsize=6)
    middle = (len(series) - 1) * _BAR / 2
    axes.set_yticks([row * height + middle for row in range(len(routes))], routes)
    for number, text in lines.items():
        axes.axvline(number, color="#bb3333", linewidth=0.8, label=text)
    axes.legend(fontsize=7, loc="lower right")
    _saved(figure, path)


def stacked(path: Path, title: str, rows: Sequence[str], series: Series) -> None:
    """One bar for each row, of parts that follow each other."""
    figure, axes = _axes(round(len(rows) * 1.2), title)
    left = [0.0] * len(rows)
    for name, values in series.items():
        numbers = [value or 0.0 for value in values]
        axes.barh(range(len(rows)), numbers, 0.75, left=left, label=name, color=_COLORS[name])
        left = [before + number for before, number in zip(left, numbers, strict=True)]
    for y, total in enumerate(left):
        axes.text(total, y, f" {total:.0f}", va="center", fontsize=6)
    axes.set_yticks(range(len(rows)), rows)
    axes.legend(fontsize=7, loc="lower right")
    _saved(figure, path)
