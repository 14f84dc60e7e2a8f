"""Folders read in the order in which S3 lists keys: by the bytes of the whole key, a folder as its name and a slash."""

import os
from collections.abc import Iterator
from pathlib import Path

from atg_core.files.keys import InvalidKey, checked_key

AFTER_FOLDER = "\U0010ffff"
"""Put behind a folder's name it is a cursor that is greater than all that the folder holds."""


def walk(root: Path, prefix: str, *, nested: bool, after: str) -> Iterator[str]:
    """The keys below `prefix` that come after a cursor, lazily; a folder that is not entered ends in a slash.

    Links, and names that are no keys, are left out.
    """
    for name in _names(root / prefix):
        key = prefix + name
        if nested and name.endswith("/"):
            if key.encode() > after.encode() or after.startswith(key):
                yield from walk(root, key, nested=True, after=after)
        elif key.encode() > after.encode():
            yield key


def _names(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as found:
            names = [entry.name + "/" * entry.is_dir() for entry in found if _is_plain(entry)]
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(names, key=str.encode)


def _is_plain(entry: os.DirEntry[str]) -> bool:
    try:
        checked_key(entry.name)
    except InvalidKey:
        return False
    return entry.is_dir(follow_symlinks=False) or entry.is_file(follow_symlinks=False)
