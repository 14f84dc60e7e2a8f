"""The capacity chart: overlap of lessons over time, and refusals by pool size."""

from datetime import tzinfo
from typing import TYPE_CHECKING

from atg_adapters.matplotlib.figures import BLUE, GREY, RED, ChartFormat, new_figure, rendered
from atg_core.conferencing.capacity import Demand

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

_MOST_LABELS = 12


def draw_capacity_chart(demand: Demand, chart_format: ChartFormat, *, zone: tzinfo, places: int) -> bytes:
    """The chart as a file; deterministic and thread-safe.

    `zone`: of the displayed times. `places`: the current size of the pool.
    """
    figure = new_figure(10, 7)
    above, below = figure.subplots(2, 1)
    _draw_overlap(above, demand, zone, places)
    _draw_refusals(below, demand, places)
    return rendered(figure, chart_format)


def _draw_overlap(axes: "Axes", demand: Demand, zone: tzinfo, places: int) -> None:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter  # noqa: PLC0415

    _name(axes, f"At most {demand.peak} at once", f"Time ({zone})", "Lessons at once")
    if not demand.overlap:
        _leave_empty(axes)
        return
    moments, numbers = zip(*demand.overlap, strict=True)
    axes.fill_between(moments, numbers, step="post", color=BLUE, linewidth=0)
    axes.axhline(places, color=RED, linestyle="--", label=f"Places today: {places}")
    axes.set_ylim(0, max(demand.peak, places) + 1)
    axes.legend(loc="upper right")
    locator = AutoDateLocator(tz=zone)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, tz=zone))  # type: ignore[no-untyped-call]
    _count_whole(axes.yaxis)


def _draw_refusals(axes: "Axes", demand: Demand, places: int) -> None:
    _name(axes, f"Refused, of {demand.lessons} lessons", "Places in the pool", "Lessons refused")
    if not demand.refused:
        _leave_empty(axes)
        return
    sizes = range(1, demand.peak + 1)
    bars = axes.bar(list(sizes), demand.refused, color=[BLUE if size == places else GREY for size in sizes])
    _count_whole(axes.xaxis, axes.yaxis)
    if demand.peak <= _MOST_LABELS:
        axes.set_xticks(sizes)
        shares = [f"{number} ({demand.share(size):.1%})" for size, number in zip(sizes, demand.refused, strict=True)]
        axes.bar_label(bars, shares, padding=2)
    axes.set_ylim(0, 1.2 * max(*demand.refused, 1))


def _name(axes: "Axes", title: str, x: str, y: str) -> None:
    axes.set_title(title)
    axes.set_xlabel(x)
    axes.set_ylabel(y)


def _leave_empty(axes: "Axes") -> None:
    axes.set_xticks([])
    axes.set_yticks([])
    axes.text(0.5, 0.5, "No lessons", ha="center", va="center", transform=axes.transAxes)


def _count_whole(*axes: "Axis") -> None:
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415

    for axis in axes:
        axis.set_major_locator(MaxNLocator(integer=True))
