"""A chart of how averages and attendance went, for reports and mail."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from atg_adapters.matplotlib.figures import BLUE, RED, ChartFormat, drawable, new_figure, saved
from atg_core.gradebook.progress import Progress

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WIDTH, _HEIGHT = 9.0, 3.6
_MOST_CHARTS, _FEW_DAYS = 12, 10
_DAY = timedelta(days=1)
_LINES = (
    ("average", "Average", BLUE, "-"),
    ("group_average", "Average of the group", BLUE, ":"),
    ("attendance_rate", "Attendance", RED, "-"),
    ("group_attendance_rate", "Attendance of the group", RED, ":"),
)


def draw_progress_chart(series: Sequence[Progress]) -> bytes:
    """SVG, one chart below the other; the same series give the same bytes. May run in any thread.

    At most the first twelve are drawn.
    """
    drawn = series[:_MOST_CHARTS]
    figure = new_figure(_WIDTH, _HEIGHT * max(1, len(drawn)))
    if not drawn:
        _leave_empty(figure.subplots())
    for place, progress in enumerate(drawn, start=1):
        _draw(figure.add_subplot(len(drawn), 1, place), progress)
    return saved(figure, ChartFormat.SVG)


def _draw(axes: "Axes", progress: Progress) -> None:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, DayLocator  # noqa: PLC0415

    name = progress.roll.name
    title = f"{progress.student.name}, {name}" if progress.student else name
    axes.set_title(drawable(title), parse_math=False)
    if not progress.points:
        _leave_empty(axes)
        return
    for field, label, color, style in _LINES:
        values: list[tuple[object, Decimal | None]] = [(point.date, getattr(point, field)) for point in progress.points]
        known = [(day, float(value)) for day, value in values if value is not None]
        if known:
            days, percents = zip(*known, strict=True)
            axes.plot(days, percents, color=color, linestyle=style, marker="o", markersize=3, label=label)
    axes.set_ylim(-2, 102)
    axes.set_ylabel("%")
    axes.grid(visible=True, alpha=0.3)
    axes.legend(loc="lower right")
    first, last = progress.points[0].date, progress.points[-1].date
    few = (last - first).days < _FEW_DAYS
    if few:
        axes.set_xlim(first - _DAY, last + _DAY)  # type: ignore[arg-type] # a single day would be given years, by day
    locator = DayLocator() if few else AutoDateLocator()  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]


def _leave_empty(axes: "Axes") -> None:
    axes.set_xticks([])
    axes.set_yticks([])
    axes.text(0.5, 0.5, "Nothing is known yet", ha="center", va="center", transform=axes.transAxes)
