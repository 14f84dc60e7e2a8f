"""Text files in the encodings that spreadsheets write: UTF-8, UTF-16, Windows-1251."""

import codecs
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, TextIO

from atg_core.importing.ports import UnusableFile

_CHUNK_BYTES = 1024 * 1024
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_MULTIBYTE = re.compile(rb"[\xc3-\xf4][\x80-\xbf]")


@contextmanager
def open_text(path: Path, *, newline: str | None = None) -> Iterator[TextIO]:
    """UTF-8 with or without a byte order mark, UTF-16 with one, else Windows-1251. Raises UnusableFile."""
    with ExitStack() as opened:
        try:
            with path.open("rb") as file:
                encoding = _encoding(file)
            text = opened.enter_context(path.open(encoding=encoding, newline=newline))
        except OSError as error:
            raise UnusableFile(f"{path}: {error.strerror}") from error
        yield text


def _encoding(file: IO[bytes]) -> str:
    """Reads the file once: Windows-1251 if it is not UTF-8 and has no multi-byte sequence of UTF-8."""
    start = file.read(4)
    if start.startswith(_UTF_16):
        return "utf-16"
    decoder = codecs.getincrementaldecoder("utf-8")()
    looks_like_utf_8 = False
    chunk = start
    while chunk:
        looks_like_utf_8 = looks_like_utf_8 or (not chunk.isascii() and bool(_MULTIBYTE.search(chunk)))
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError:
            return "utf-8-sig" if looks_like_utf_8 else "cp1251"
        chunk = file.read(_CHUNK_BYTES)
    return "utf-8-sig"
