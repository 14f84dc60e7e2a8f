"""Handouts of a topic: PDF, and the smallest Word document (ISO/IEC 29500: three parts in a ZIP)."""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from fpdf import FPDF

_MADE = datetime(2026, 9, 1, tzinfo=UTC)
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_MAIN}"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_OFFICE}/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
}


def pdf_handout(title: str, paragraphs: list[str], *, font: Path) -> bytes:
    """A4, with text that can be searched. `font`: a file with its letters; the smaller, the faster."""
    page = FPDF(format="A4")
    page.set_creation_date(_MADE)
    page.set_title(title)
    page.set_lang("ru")
    page.add_font("DejaVu", fname=font)
    page.add_page()
    page.set_font("DejaVu", size=20)
    page.multi_cell(0, 10, title, new_x="LMARGIN", new_y="NEXT")
    page.set_font("DejaVu", size=11)
    for paragraph in paragraphs:
        page.ln(3)
        page.multi_cell(0, 6, paragraph, new_x="LMARGIN", new_y="NEXT")
    return bytes(page.output())


def docx_handout(title: str, paragraphs: list[str]) -> bytes:
    body = "".join(
        f'<w:p><w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>' for text in [title, *paragraphs]
    )
    parts = {**_PARTS, "word/document.xml": f'<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>'}
    written = BytesIO()
    with ZipFile(written, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(ZipInfo(name, _MADE.timetuple()[:6]), _HEAD + content, ZIP_DEFLATED)
    return written.getvalue()
