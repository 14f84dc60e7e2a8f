"""Certificates as PDF: one page, in Russian, with a font that has Cyrillic letters."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from atg_core.learning.certificates import Attestation

if TYPE_CHECKING:
    from fpdf import FPDF

_FONTS = Path(__file__).parent / "fonts"
_WIDTH, _HEIGHT, _MARGIN, _QR = 297.0, 210.0, 20.0, 38.0  # millimetres
_BLUE = (24, 78, 142)


async def draw_certificate(attestation: Attestation, *, address: str, issued_on: str) -> bytes:
    """`Draw`, in a thread of its own."""
    return await asyncio.to_thread(_drawn, attestation, address, issued_on)


def _drawn(attestation: Attestation, address: str, issued_on: str) -> bytes:
    from fpdf import FPDF  # noqa: PLC0415 - takes longer to import than all of ours; few processes print

    page = FPDF(orientation="landscape", unit="mm", format="A4")
    page.set_creation_date(attestation.issued_at)
    page.set_title(f"Сертификат {attestation.number}")
    page.set_lang("ru")
    page.add_font("DejaVu", fname=_FONTS / "DejaVuSans.ttf")
    page.add_font("DejaVu", style="B", fname=_FONTS / "DejaVuSans-Bold.ttf")
    page.set_auto_page_break(False)
    page.set_margin(_MARGIN)
    page.add_page()
    page.set_draw_color(*_BLUE)
    page.set_line_width(1.2)
    page.rect(_MARGIN / 2, _MARGIN / 2, _WIDTH - _MARGIN, _HEIGHT - _MARGIN)
    page.set_y(32)
    page.set_text_color(*_BLUE)
    _line(page, "СЕРТИФИКАТ", 34, bold=True)
    page.set_text_color(0)
    _line(page, f"№ {attestation.number}", 14)
    page.set_y(74)
    _line(page, "Настоящим подтверждается, что", 13)
    _line(page, attestation.full_name, 24, bold=True)
    _line(page, "полностью прошёл(-ла) курс", 13)
    _line(page, attestation.title, 19, bold=True)
    page.set_xy(_MARGIN, _HEIGHT - _MARGIN - 16)
    page.set_font("DejaVu", size=12)
    page.cell(text=f"Дата выдачи: {issued_on}", new_x="LMARGIN", new_y="NEXT")
    if not attestation.valid:
        page.set_text_color(180, 0, 0)
        page.cell(text=f"ОТОЗВАН {_day(attestation.revoked_at)}")
    _qr_code(page, address, _WIDTH - _MARGIN - _QR, _HEIGHT - _MARGIN - _QR)
    return bytes(page.output())


def _day(moment: datetime | None) -> str:
    return f"{moment:%d.%m.%Y}" if moment else ""


def _line(page: "FPDF", text: str, size: int, *, bold: bool = False) -> None:
    """Centred, in a smaller type where it would take more than two lines."""
    style = "B" if bold else ""
    page.set_font("DejaVu", style=style, size=size)
    while size > 9 and page.get_string_width(text) > 2 * (_WIDTH - 3 * _MARGIN):
        size -= 1
        page.set_font("DejaVu", style=style, size=size)
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
