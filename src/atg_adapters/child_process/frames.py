"""Pickled objects on a pipe between a process and its child, each behind its length."""

import pickle
import struct
from typing import IO, Any

_LENGTH = struct.Struct(">Q")


def pickled(content: object) -> bytes:
    return pickle.dumps(content, pickle.HIGHEST_PROTOCOL)


def write(pipe: IO[bytes], content: bytes) -> None:
    pipe.write(_LENGTH.pack(len(content)))
    pipe.write(content)
    pipe.flush()


def read(pipe: IO[bytes]) -> bytes:
    """One object, still pickled. Raises EOFError when the other process is gone."""
    (length,) = _LENGTH.unpack(_exactly(pipe, _LENGTH.size))
    return _exactly(pipe, length)


def unpickled(content: bytes) -> Any:
    return pickle.loads(content)  # noqa: S301 - both ends of the pipe are ours


def _exactly(pipe: IO[bytes], size: int) -> bytes:
    content = pipe.read(size)
    if len(content) < size:
        raise EOFError
    return content
