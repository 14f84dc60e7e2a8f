"""Reader of workbooks of old Excel (XLS) and of OpenDocument (ODS, ISO 26300), by a process of its own."""

import subprocess
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import BadZipFile, ZipFile

import msgspec

from atg_adapters.tabular.rows import RawRow, Sheet
from atg_core.importing.ports import UnusableFile

_CHILD = "atg_adapters.tabular.calamine_child"
_SHEETS, _PROTECTED = "sheets.json", 3
_MAX_UNPACKED_BYTES = 2 * 1024**3
_CHUNK_BYTES = 1024 * 1024
_COMPOUND_FILE = b"\xd0\xcf\x11\xe0"
_ERROR_CELL = b'value-type="error"'
_LINE = msgspec.json.Decoder(tuple[int, list[str], dict[int, str]])
NOT_TOLD = "this format tells neither cells with errors nor the zeros with which numbers are shown; .xlsx does"
ERRORS = "has cells with errors, of which this format does not tell where they are: mend them, or save it as .xlsx"


@contextmanager
def open_calamine(path: Path) -> Iterator[list[Sheet]]:
    """The sheets that are not hidden. Raises UnusableFile if it is no such workbook, or holds errors that are known."""
    _examine(path)
    with TemporaryDirectory() as name:
        command = [sys.executable, "-m", _CHILD, str(path.absolute()), name]
        silent = subprocess.DEVNULL
        code = subprocess.run(command, stdout=silent, stderr=silent, check=False).returncode  # noqa: S603 - no shell
        if code == _PROTECTED:
            raise UnusableFile(f"{path}: is protected by a password")
        if code:
            raise UnusableFile(f"{path}: is no workbook that can be read")
        folder = Path(name)
        sheets = msgspec.json.decode((folder / _SHEETS).read_bytes(), type=list[str])
        yield [Sheet(_rows(folder / f"{number}.jsonl"), sheet) for number, sheet in enumerate(sheets)]


def _examine(path: Path) -> None:
    """Raises UnusableFile if an ODS workbook has a cell with an error, which comes as an empty one."""
    try:
        with path.open("rb") as file:
            start = file.read(4)
        if start == _COMPOUND_FILE:
            return
        with ZipFile(path) as parts:
            if sum(part.file_size for part in parts.infolist()) > _MAX_UNPACKED_BYTES:
                raise UnusableFile(f"{path}: unpacks to more than {_MAX_UNPACKED_BYTES} bytes")
            if "content.xml" in parts.namelist() and _has_error(parts):
                raise UnusableFile(f"{path}: {ERRORS}")
    except (BadZipFile, ValueError, NotImplementedError, RuntimeError, EOFError, zlib.error) as error:
        raise UnusableFile(f"{path}: is no workbook that can be read") from error
    except OSError as error:
        raise UnusableFile(f"{path}: {error.strerror or error}") from error


def _has_error(parts: ZipFile) -> bool:
    rest = b""
    with parts.open("content.xml") as content:
        while chunk := content.read(_CHUNK_BYTES):
            if _ERROR_CELL in rest + chunk:
                return True
            rest = chunk[-len(_ERROR_CELL) :]
    return False


def _rows(path: Path) -> Iterator[RawRow]:
    with path.open("rb") as lines:
        for line in lines:
            yield RawRow(*_LINE.decode(line))
