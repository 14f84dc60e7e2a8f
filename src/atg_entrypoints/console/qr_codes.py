"""QR codes of addresses, to be shown within a page, or as files."""

from io import BytesIO
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    import segno

MOST_CHARACTERS = 500
"""Of a text with a code: in any script below the capacity of a QR code, and still read by phones."""


def qr_code(text: str) -> Markup:
    """An SVG, dark on white in every theme."""
    drawn = _made(text).svg_inline(scale=5, light="white", omitsize=True)
    return Markup(drawn)  # noqa: S704 - of numbers alone


def qr_file(text: str) -> bytes:
    """The same as a file; takes milliseconds."""
    drawn = BytesIO()
    _made(text).save(drawn, kind="svg", scale=5, light="white")
    return drawn.getvalue()


def _made(text: str) -> "segno.QRCode":
    """With a quarter of it covered it is still read (ISO/IEC 18004, level M)."""
    import segno  # noqa: PLC0415 - few processes draw codes

    return segno.make_qr(text, error="m")
