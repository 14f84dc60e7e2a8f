"""How much is read at once for each of the streams of a process."""

from atg_core.files.ports import CHUNK_BYTES

SMALL_CHUNK_BYTES = 64 * 1024
_FEW_STREAMS = 32
_SLOW_READER_BYTES = 8 * 1024 * 1024


class Streams:
    """The open streams of a store: few get large chunks, which cost few calls.

    A chunk that is not taken stays in memory, beyond the few megabytes of network buffers. So where there are many,
    chunks are small until a reader has shown to be fast: hundreds of slow readers cost little memory. As a context
    manager it counts one stream.
    """

    def __init__(self) -> None:
        self._open = 0

    def __enter__(self) -> None:
        self._open += 1

    def __exit__(self, *_: object) -> None:
        self._open -= 1

    def chunk_bytes(self, taken: int) -> int:
        """The size of the next chunk for a reader who has taken so many bytes."""
        return CHUNK_BYTES if self._open <= _FEW_STREAMS or taken >= _SLOW_READER_BYTES else SMALL_CHUNK_BYTES
