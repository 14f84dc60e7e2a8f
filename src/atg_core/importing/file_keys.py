"""The keys of the rows of a file, to find those that are repeated."""

from array import array
from collections.abc import Sequence


class FileKeys:
    """Hashes of the keys of a file with their lines: compact, about 80 MB for a million."""

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._hashes, self._lines = array("q"), array("q")

    def are_new(self, keys: Sequence[int]) -> bool:
        """Whether all are distinct and none was added before."""
        distinct = set(keys)
        return len(distinct) == len(keys) and self._seen.isdisjoint(distinct)

    def add(self, keys: Sequence[int], lines: Sequence[int]) -> None:
        self._seen.update(keys)
        self._hashes.extend(keys)
        self._lines.extend(lines)

    def line_of(self, key: int) -> int | None:
        return self._lines[self._hashes.index(key)] if key in self._seen else None
