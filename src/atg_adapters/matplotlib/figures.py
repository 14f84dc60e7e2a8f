"""Figures without global state, rendered reproducibly as PNG or SVG."""

from enum import StrEnum
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BLUE, RED, GREY = "#184e8e", "#b3261e", "#5f6368"
_DPI = 120
_MAX_CHARACTERS = 80


class ChartFormat(StrEnum):
    PNG = "png"
    SVG = "svg"


def new_figure(width: float, height: float) -> "Figure":
    """A figure of the given size in inches. SVG keeps text as text."""
    import matplotlib as mpl  # noqa: PLC0415 - slow to import, and few processes draw
    from matplotlib.figure import Figure  # noqa: PLC0415

    # Shared by all threads, so set once for all. Without a fixed salt, ids in the SVG are random.
    mpl.rcParams["svg.hashsalt"] = "atg"
    mpl.rcParams["svg.fonttype"] = "none"
    return Figure(figsize=(width, height), dpi=_DPI, layout="constrained")


def rendered(figure: "Figure", chart_format: ChartFormat) -> bytes:
    output = BytesIO()
    metadata = {"Date": None} if chart_format is ChartFormat.SVG else {}
    figure.savefig(output, format=chart_format.value, metadata=metadata)
    return output.getvalue()


def printable(text: str) -> str:
    """A user's text for a chart: one line of at most 80 characters that the font has."""
    from matplotlib.font_manager import findfont, get_font  # noqa: PLC0415

    known = get_font(findfont("DejaVu Sans")).get_charmap()
    line = " ".join(text.split())
    shortened = line if len(line) <= _MAX_CHARACTERS else f"{line[: _MAX_CHARACTERS - 1]}…"
    return "".join(
        each if ord(each) in known and each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in shortened
    )
