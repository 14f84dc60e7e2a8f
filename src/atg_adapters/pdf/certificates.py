"""Certificates as PDF: a page for each, with the letters of the names as far as fonts have them."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from atg_adapters.pdf.certificate_words import CertificateWords
from atg_adapters.pdf.letters import FAMILY, Letters
from atg_core.learning.certificates import VerifiedCertificate

if TYPE_CHECKING:
    from fpdf import FPDF

_WIDTH, _HEIGHT, _MARGIN, _QR = 297.0, 210.0, 20.0, 38.0  # millimetres
_BLUE = (24, 78, 142)


@dataclass(frozen=True, slots=True)
class WordedSheet:
    """A certificate with all that its page says. `address`: in its QR code."""

    certificate: VerifiedCertificate
    address: str
    words: CertificateWords


@dataclass(frozen=True, slots=True)
class PrintedCertificates:
    """`missing`: of each page the letters of name and title that no font has."""

    body: bytes
    missing: Sequence[str]


def print_certificates(sheets: Sequence[WordedSheet]) -> PrintedCertificates:
    """A page for each, one at least. A name that can not be printed whole has the username beside it."""
    from fpdf import FPDF  # noqa: PLC0415 - takes longer to import than all of ours; few processes print

    first, last = sheets[0], sheets[-1]
    document = FPDF(orientation="landscape", unit="mm", format="A4")
    document.set_creation_date(max(sheet.certificate.issued_at for sheet in sheets))
    document.set_title(first.words.document if first is last else f"{first.words.document} – {last.certificate.number}")
    document.set_subject(f"{first.certificate.full_name}: {first.certificate.title}")
    document.set_lang(first.words.language)
    with closing(Letters(document)) as letters:
        missing = [_draw_sheet(document, sheet, letters) for sheet in sheets]
        body = bytes(document.output())
    return PrintedCertificates(body, missing)


def _draw_sheet(document: "FPDF", sheet: WordedSheet, letters: Letters) -> str:
    """The missing letters."""
    certificate = sheet.certificate
    name, missing = letters.printable(certificate.full_name)
    title, missing_in_title = letters.printable(certificate.title)
    if missing and certificate.username:
        name = f"{name} ({letters.printable(certificate.username)[0]})"
    _draw(document, sheet.words, name, title)
    _qr_code(document, sheet.address, _WIDTH - _MARGIN - _QR, _HEIGHT - _MARGIN - _QR)
    return "".join(dict.fromkeys(missing + missing_in_title))


def _draw(page: "FPDF", words: CertificateWords, name: str, title: str) -> None:
    page.set_auto_page_break(False)
    page.set_margin(_MARGIN)
    page.add_page()
    page.set_draw_color(*_BLUE)
    page.set_line_width(1.2)
    page.rect(_MARGIN / 2, _MARGIN / 2, _WIDTH - _MARGIN, _HEIGHT - _MARGIN)
    page.set_y(32)
    page.set_text_color(*_BLUE)
    _line(page, words.heading, 34, bold=True)
    page.set_text_color(0)
    _line(page, words.number, 14)
    page.set_y(74)
    _line(page, words.certified, 13)
    _line(page, name, 24, bold=True)
    _line(page, words.completed, 13)
    _line(page, title, 19, bold=True)
    page.set_xy(_MARGIN, _HEIGHT - _MARGIN - 16)
    page.set_font(FAMILY, size=12)
    for line in filter(None, (words.issued, words.valid)):
        page.cell(text=line, new_x="LMARGIN", new_y="NEXT")
    if words.revoked:
        page.set_text_color(180, 0, 0)
        page.cell(text=words.revoked)


def _line(page: "FPDF", text: str, size: int, *, bold: bool = False) -> None:
    """Centred, in a smaller type where it would take more than two lines."""
    style = "B" if bold else ""
    page.set_font(FAMILY, style=style, size=size)
    while size > 9 and page.get_string_width(text) > 2 * (_WIDTH - 3 * _MARGIN):
        size -= 1
        page.set_font(FAMILY, style=style, size=size)
    page.multi_cell(0, size * 0.62, text, align="C", new_x="LMARGIN", new_y="NEXT")


def _qr_code(page: "FPDF", text: str, left: float, top: float) -> None:
    """Drawn as squares (ISO/IEC 18004), so that it is sharp at any size."""
    import segno  # noqa: PLC0415 - the same

    rows = tuple(segno.make_qr(text, error="m").matrix)
    side = _QR / len(rows)
    page.set_fill_color(0)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                page.rect(left + x * side, top + y * side, side, side, style="F")
