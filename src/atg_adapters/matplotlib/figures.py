"""What all charts have in common: figures made without global state, and files that are the same each time."""

from enum import StrEnum
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BLUE, RED, GREY = "#184e8e", "#b3261e", "#5f6368"
_DOTS = 120
_MOST_CHARACTERS = 80


class ChartFormat(StrEnum):
    PNG = "png"
    SVG = "svg"


def new_figure(width: float, height: float) -> "Figure":
    """Of so many inches. Texts stay texts in SVG."""
    import matplotlib as mpl  # noqa: PLC0415 - takes longer to import than all of ours; few processes draw
    from matplotlib.figure import Figure  # noqa: PLC0415

    # Threads share these, so they are set for good. Without a salt of ours, each file has names made by chance.
    mpl.rcParams["svg.hashsalt"] = "atg"
    mpl.rcParams["svg.fonttype"] = "none"
    return Figure(figsize=(width, height), dpi=_DOTS, layout="constrained")


def saved(figure: "Figure", chart_format: ChartFormat) -> bytes:
    output = BytesIO()
    metadata = {"Date": None} if chart_format is ChartFormat.SVG else {}
    figure.savefig(output, format=chart_format.value, metadata=metadata)
    return output.getvalue()


def drawable(text: str) -> str:
    """A text from outside as a chart can show it: in one line, not too long, of characters that the font has."""
    from matplotlib.font_manager import findfont, get_font  # noqa: PLC0415

    known = get_font(findfont("DejaVu Sans")).get_charmap()
    line = " ".join(text.split())
    shortened = line if len(line) <= _MOST_CHARACTERS else f"{line[: _MOST_CHARACTERS - 1]}…"
    return "".join(
        each if ord(each) in known and each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in shortened
    )
