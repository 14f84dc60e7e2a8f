"""Reading a version of a file: what is in the page cache at once, anything else in a thread."""

import errno
import os
from typing import BinaryIO

from atg_core.files.ports import FileReplaced

_NO_WAIT: int = getattr(os, "RWF_NOWAIT", 0)
"""Of Linux: read what can be had without waiting for the disk."""
_NOT_CACHED = {errno.EAGAIN, errno.EOPNOTSUPP, errno.ENOSYS}


class FileReader:
    """An open version of a file, read from `position` on. Raises FileReplaced if the file was changed in place."""

    def __init__(self, file: BinaryIO, etag: str, position: int) -> None:
        self._file, self._etag, self._position = file, etag, position

    def read(self, most: int) -> bytes:
        """Blocks."""
        self._file.seek(self._position)
        return self._taken(self._file.read(most))

    def read_cached(self, most: int, buffer: bytearray) -> bytes:
        """The next bytes that are in the page cache; none if the disk would have to be asked, or it can not be told.

        `buffer` is written over: it spares the memory of each call being cleared first.
        """
        if not _NO_WAIT:
            return b""
        view = memoryview(buffer)[:most]
        try:
            count = os.preadv(self._file.fileno(), [view], self._position, _NO_WAIT)
        except OSError as error:
            if error.errno in _NOT_CACHED:
                return b""
            raise
        return self._taken(bytes(view[:count]))

    def _taken(self, chunk: bytes) -> bytes:
        if not chunk or etag_of(os.fstat(self._file.fileno())) != self._etag:
            raise FileReplaced
        self._position += len(chunk)
        return chunk


def etag_of(stat: os.stat_result) -> str:
    return f'"{stat.st_ino:x}-{stat.st_mtime_ns:x}-{stat.st_size:x}"'
