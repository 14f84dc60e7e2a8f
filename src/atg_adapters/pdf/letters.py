"""Fonts of a page by the letters that they have; what none has is shown as a box, and told."""

from typing import TYPE_CHECKING
from unicodedata import category

from atg_adapters.dejavu import SANS, SANS_BOLD, SERIF, STIX, font_file
from atg_core.text import composed

if TYPE_CHECKING:
    from fpdf import FPDF

FAMILY = "Sans"
BOX = "\N{WHITE SQUARE}"
_FURTHER = (("Serif", SERIF), ("Stix", STIX))
"""Read when a letter is in none of the fonts before: that takes longer than drawing the page."""
_SILENT = {"Cc", "Cf", "Mn", "Me"}
"""What is not seen by itself: controls, joiners, and marks on another letter."""


class Letters:
    """The fonts of a page: Sans, with others where it lacks a letter. Text is shaped, and runs in its direction."""

    def __init__(self, page: "FPDF") -> None:
        self._page = page
        page.add_font(FAMILY, fname=font_file(SANS))
        page.add_font(FAMILY, style="B", fname=font_file(SANS_BOLD))
        page.set_text_shaping(use_shaping_engine=True)
        self._families = [FAMILY]
        self._further = list(_FURTHER)
        self._fall_back()

    def close(self) -> None:
        """Closes the files of the fonts, when the page is drawn."""
        for font in self._page.fonts.values():
            font.ttfont.close()  # type: ignore[union-attr]

    def printable(self, text: str) -> tuple[str, str]:
        """The text as the fonts can show it, and the letters that they lack."""
        shown, missing = [], []
        for letter in " ".join(composed(text).split()):
            # Capitals without a form of their own, such as the Georgian ones of today.
            drawn = next((each for each in (letter, letter.lower()) if self._has(each)), None)
            if drawn is None and category(letter) not in _SILENT:
                drawn = BOX
                missing.append(letter)
            shown.append(drawn or "")
        return "".join(shown), "".join(dict.fromkeys(missing))

    def _has(self, text: str) -> bool:
        while not self._found(text):
            if not self._further:
                return False
            family, file = self._further.pop(0)
            self._page.add_font(family, fname=font_file(file))
            self._families.append(family)
            self._fall_back()
        return True

    def _found(self, text: str) -> bool:
        letters = [getattr(font, "cmap", {}) for font in self._page.fonts.values()]
        return all(any(ord(letter) in known for known in letters) for letter in text)

    def _fall_back(self) -> None:
        """Every letter is taken from a bold font if one has it, else from another."""
        self._page.set_fallback_fonts(self._families, exact_match=False)
