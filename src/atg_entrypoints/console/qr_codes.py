"""QR codes of addresses, to be shown within a page."""

from markupsafe import Markup


def qr_code(text: str) -> Markup:
    """An SVG, dark on white in every theme."""
    import segno  # noqa: PLC0415 - few processes draw codes

    drawn = segno.make_qr(text, error="m").svg_inline(scale=5, light="white", omitsize=True)
    return Markup(drawn)  # noqa: S704 - of numbers alone
