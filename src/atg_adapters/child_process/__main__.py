"""The child: calls the functions that it is sent until its parent closes the pipe, or is gone.

Its standard output is the pipe; what libraries print goes nowhere.
"""

import os
import traceback
from typing import IO

from atg_adapters.child_process import frames


def main() -> None:
    with os.fdopen(os.dup(0), "rb") as calls, os.fdopen(os.dup(1), "wb") as replies:
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nothing, stream)
        _serve(calls, replies)


def _serve(calls: IO[bytes], replies: IO[bytes]) -> None:
    while True:
        try:
            call = frames.read(calls)
        except EOFError:
            return
        frames.write(replies, _reply(call))


def _reply(call: bytes) -> bytes:
    """What the function returned and None, or None and what it raised, pickled."""
    try:
        function, arguments, named = frames.unpickled(call)
        return frames.pickled((function(*arguments, **named), None))
    except Exception as error:  # noqa: BLE001 - the parent raises it
        # As a note, since the traceback of an exception is not pickled.
        told = "".join(traceback.format_exception(error))
        error.add_note(told)
        return frames.pickled((None, error if _arrives(error) else RuntimeError(told)))


def _arrives(error: Exception) -> bool:
    """Whether it can be unpickled: it is made anew of its `args`, which its class may not take."""
    try:
        frames.unpickled(frames.pickled(error))
    except Exception:  # noqa: BLE001 - whatever its class raises
        return False
    return True


if __name__ == "__main__":
    main()
