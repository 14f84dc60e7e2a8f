"""Garbage collection while modules are imported: what they make stays, so that looking through it is in vain."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_garbage_collection() -> Iterator[None]:
    """What is there at the end is not looked through later, either: it takes a tenth of a second and finds nothing."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
