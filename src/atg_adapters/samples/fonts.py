"""DejaVu with few letters."""

from collections.abc import Iterable
from pathlib import Path

from fontTools.subset import Options, Subsetter, load_font, save_font

from atg_adapters.dejavu import dejavu


def write_letters(path: Path, texts: Iterable[str]) -> None:
    """Writes the font with the letters of the texts alone: reading the whole one takes ten times as long."""
    without = ["GSUB", "GPOS", "GDEF", "FFTM"]
    options = Options(layout_features=[], hinting=False, notdef_outline=True, drop_tables=without)
    subsetter = Subsetter(options)
    subsetter.populate(text="".join(texts) + " ")
    with load_font(dejavu(), options) as font:
        subsetter.subset(font)
        save_font(font, path, options)
