"""Files of answers are recognised by their bytes."""

import io
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from atg_core.homework.file_types import HEAD_BYTES, SUFFIXES, media_type_of


def archive(*names: str, mimetype: str = "") -> bytes:
    target = io.BytesIO()
    with ZipFile(target, "w", ZIP_DEFLATED) as made:
        if mimetype:
            made.writestr("mimetype", mimetype, compress_type=0)
        for name in names:
            made.writestr(name, "x" * 100)
    return target.getvalue()


@pytest.mark.parametrize(
    ("head", "suffix"),
    [
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "jpg"),
        (b"\x89PNG\r\n\x1a\n\x00", "png"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "webp"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00", "heic"),
        (b"%PDF-1.7\n", "pdf"),
        (archive("[Content_Types].xml", "_rels/.rels", "word/document.xml"), "docx"),
        (archive("[Content_Types].xml", "xl/workbook.xml"), "xlsx"),
        (archive("content.xml", mimetype="application/vnd.oasis.opendocument.text"), "odt"),
        (archive("content.xml", mimetype="application/vnd.oasis.opendocument.spreadsheet"), "ods"),
        ("Ответ: срыв потока\r\n".encode(), "txt"),
    ],
)
def test_what_is_taken_is_recognised(head: bytes, suffix: str) -> None:
    media_type = media_type_of(head)
    assert media_type
    assert SUFFIXES[media_type] == suffix


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"MZ\x90\x00\x03",
        b"\x7fELF",
        b"GIF89a\x01\x00",
        archive("META-INF/MANIFEST.MF"),
        archive("words.txt", "axl/x"),
        archive("ppt/presentation.xml"),
        b"\x00\x00\x00\x18ftypmp42",
        b"RIFF\x10\x00\x00\x00WAVE",
        "Ответ".encode("cp1251"),
        b"text with \x00 in it",
    ],
)
def test_everything_else_is_not_taken(head: bytes) -> None:
    assert media_type_of(head) is None


def test_a_letter_that_is_cut_off_at_the_end_is_text() -> None:
    assert media_type_of(("ы" * HEAD_BYTES).encode()[: HEAD_BYTES + 1]) == "text/plain"
    assert media_type_of("ы".encode()[:1]) is None
