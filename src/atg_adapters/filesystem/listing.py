"""Listing of folders in the order of S3: by the bytes of the whole key, a folder as its name and a slash."""

import os
from collections.abc import Iterator
from pathlib import Path

from atg_core.files.keys import InvalidKey, checked_key

AFTER_FOLDER = "\U0010ffff"
"""Appended to a folder's name, it makes a cursor greater than all keys in the folder."""


def list_keys(root: Path, prefix: str, *, nested: bool, after: str) -> Iterator[str]:
    """Yields the keys below `prefix` after a cursor; a folder that is not entered ends in a slash.

    Symbolic links and names that are no valid keys are skipped.
    """
    for name in _names(root / prefix):
        key = prefix + name
        if nested and name.endswith("/"):
            if key.encode() > after.encode() or after.startswith(key):
                yield from list_keys(root, key, nested=True, after=after)
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
