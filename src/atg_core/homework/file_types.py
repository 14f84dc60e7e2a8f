"""Files that answers may hold, recognised by their first bytes, whatever their names say."""

import re
from collections.abc import Callable, Mapping

HEAD_BYTES = 64 * 1024
"""As much of a file is looked at."""

_OFFICE = "application/vnd.openxmlformats-officedocument"
_DOCX, _XLSX = f"{_OFFICE}.wordprocessingml.document", f"{_OFFICE}.spreadsheetml.sheet"
_ODT, _ODS = (f"application/vnd.oasis.opendocument.{kind}" for kind in ("text", "spreadsheet"))
SUFFIXES: Mapping[str, str] = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/heic": "heic",
    "application/pdf": "pdf",
    _DOCX: "docx",
    _XLSX: "xlsx",
    _ODT: "odt",
    _ODS: "ods",
    "text/plain": "txt",
}
"""Of the media types that are taken."""

_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1"}
_ZIP, _ENTRY_HEADER = b"PK\x03\x04", 30
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")


def media_type_of(head: bytes) -> str | None:
    """The media type of a file that begins so; None if files of its type are not taken."""
    return next((media_type for media_type, is_such in _KINDS if is_such(head)), None)


def _begins(*starts: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(starts)


def _is_webp(head: bytes) -> bool:
    return head.startswith(b"RIFF") and head[8:12] == b"WEBP"


def _is_heic(head: bytes) -> bool:
    return head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS


def _holds(folder: bytes) -> Callable[[bytes], bool]:
    """A ZIP archive with a part in this folder, by the names in its local headers (APPNOTE.TXT, section 4.3.7)."""
    entry = re.compile(re.escape(_ZIP) + b".{26}" + re.escape(folder), re.DOTALL)
    return lambda head: head.startswith(_ZIP) and entry.search(head) is not None


def _is_open_document(media_type: str) -> Callable[[bytes], bool]:
    """Its first entry is its media type, as it is (OpenDocument 1.3, part 2, section 3.3)."""
    entry = b"mimetype" + media_type.encode()

    def is_such(head: bytes) -> bool:
        return head.startswith(_ZIP) and head[_ENTRY_HEADER:].startswith(entry)

    return is_such


def _is_text(head: bytes) -> bool:
    """UTF-8 without control characters; the last character may be cut off."""
    if not head or _CONTROL.search(head):
        return False
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return len(head) >= HEAD_BYTES and error.start > len(head) - 4
    return True


_KINDS: tuple[tuple[str, Callable[[bytes], bool]], ...] = (
    ("image/jpeg", _begins(b"\xff\xd8\xff")),
    ("image/png", _begins(b"\x89PNG\r\n\x1a\n")),
    ("image/webp", _is_webp),
    ("image/heic", _is_heic),
    ("application/pdf", _begins(b"%PDF-")),
    (_ODT, _is_open_document(_ODT)),
    (_ODS, _is_open_document(_ODS)),
    (_DOCX, _holds(b"word/")),
    (_XLSX, _holds(b"xl/")),
    ("text/plain", _is_text),
)
