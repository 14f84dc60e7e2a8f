"""Fonts that come with matplotlib: DejaVu, which has the scripts of Europe and the Near East, and STIX."""

from importlib.util import find_spec
from pathlib import Path

SANS, SANS_BOLD, SERIF, STIX = "DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSerif.ttf", "STIXGeneral.ttf"


def font_file(name: str) -> Path:
    """A file of a font; matplotlib itself is not imported."""
    found = find_spec("matplotlib")
    if found is None or found.origin is None:
        raise FileNotFoundError("matplotlib, with its fonts, is not installed")
    return Path(found.origin).parent / "mpl-data/fonts/ttf" / name


def dejavu(*, bold: bool = False) -> Path:
    return font_file(SANS_BOLD if bold else SANS)
