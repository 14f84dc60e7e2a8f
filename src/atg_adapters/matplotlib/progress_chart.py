"""Charts of progress: averages and attendance rates by day."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from atg_adapters.matplotlib.figures import BLUE, RED, ChartFormat, new_figure, printable, rendered
from atg_core.gradebook.chart_words import (
    ATTENDANCE,
    AVERAGE,
    ENGLISH,
    GROUP_ATTENDANCE,
    GROUP_AVERAGE,
    NOTHING_KNOWN,
)
from atg_core.gradebook.progress import Progress

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WIDTH, _HEIGHT = 9.0, 3.6
_MAX_CHARTS, _FEW_DAYS = 12, 10
_DAY = timedelta(days=1)
_LINES = (
    ("average", AVERAGE, BLUE, "-"),
    ("group_average", GROUP_AVERAGE, BLUE, ":"),
    ("attendance_rate", ATTENDANCE, RED, "-"),
    ("group_attendance_rate", GROUP_ATTENDANCE, RED, ":"),
)


def draw_progress_chart(series: Sequence[Progress], words: Mapping[str, str] = ENGLISH) -> bytes:
    """One chart for each of the first twelve series, as one SVG. Reproducible and thread-safe.

    `words`: the words of charts in the language of their reader.
    """
    drawn = series[:_MAX_CHARTS]
    figure = new_figure(_WIDTH, _HEIGHT * max(1, len(drawn)))
    if not drawn:
        _leave_empty(figure.subplots(), words)
    for place, progress in enumerate(drawn, start=1):
        _draw(figure.add_subplot(len(drawn), 1, place), progress, words)
    return rendered(figure, ChartFormat.SVG)


def _draw(axes: "Axes", progress: Progress, words: Mapping[str, str]) -> None:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, DayLocator  # noqa: PLC0415

    name = progress.roster.name
    title = f"{progress.student.name}, {name}" if progress.student else name
    axes.set_title(printable(title), parse_math=False)
    if not progress.points:
        _leave_empty(axes, words)
        return
    for field, label, color, style in _LINES:
        values: list[tuple[object, Decimal | None]] = [(point.date, getattr(point, field)) for point in progress.points]
        known = [(day, float(value)) for day, value in values if value is not None]
        if known:
            days, percents = zip(*known, strict=True)
            axes.plot(days, percents, color=color, linestyle=style, marker="o", markersize=3, label=words[label])
    axes.set_ylim(-2, 102)
    axes.set_ylabel("%")
    axes.grid(visible=True, alpha=0.3)
    axes.legend(loc="lower right")
    first, last = progress.points[0].date, progress.points[-1].date
    few = (last - first).days < _FEW_DAYS
    if few:
        axes.set_xlim(first - _DAY, last + _DAY)  # type: ignore[arg-type] # else a single day gets an axis of years with a tick for each day
    locator = DayLocator() if few else AutoDateLocator()  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]


def _leave_empty(axes: "Axes", words: Mapping[str, str]) -> None:
    axes.set_xticks([])
    axes.set_yticks([])
    axes.text(0.5, 0.5, words[NOTHING_KNOWN], ha="center", va="center", transform=axes.transAxes)
