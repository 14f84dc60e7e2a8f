"""Records of the files of a OneRoster bundle."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from atg_adapters.tabular.csv_reader import csv_rows
from atg_adapters.tabular.rows import RawRow
from atg_adapters.tabular.text_files import open_text
from atg_core.importing.cells import tidy
from atg_core.importing.ports import UnusableFile

type Record = Mapping[str, str]
"""Cells by the name of their column in lower case; a column that is not there is empty."""

NEEDED = {
    "users": ("sourcedId", "username"),
    "orgs": ("sourcedId", "name"),
    "classes": ("sourcedId", "title"),
    "enrollments": ("classSourcedId", "userSourcedId", "role"),
    "roles": ("userSourcedId", "role"),
}
"""The files that are used, with the columns that they have to have."""


class _Cells(dict[str, str]):
    def __missing__(self, _name: str) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a bundle by their names in lower case, without suffix."""

    paths: Mapping[str, Path] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        return name in self.paths

    def records(self, name: str) -> Iterator[tuple[int, Record]]:
        """Records with their lines; none if there is no such file. Raises UnusableFile if a column is missing."""
        return _records(self.paths[name], NEEDED.get(name, ())) if name in self.paths else iter(())


def files_in(folder: Path) -> Files:
    return Files({path.stem.lower(): path for path in sorted(folder.iterdir()) if path.suffix.lower() == ".csv"})


def is_active(record: Record) -> bool:
    """Deleted records of a delta file are `tobedeleted`; in a bulk file the column is empty."""
    return record["status"].lower() not in {"tobedeleted", "inactive"}


def flag(value: bool) -> str:
    return "true" if value else "false"


def _records(path: Path, needed: tuple[str, ...]) -> Iterator[tuple[int, Record]]:
    with open_text(path, newline="") as file:
        rows = csv_rows(file, path)
        headers = [tidy(header).lower() for header in next(rows, RawRow(1, [])).cells]
        if missing := [header for header in needed if header.lower() not in headers]:
            raise UnusableFile(f"{path}: lacks the column {', '.join(missing)}")
        for line, cells, _ in rows:
            if any(cells):
                yield line, _Cells(zip(headers, map(tidy, cells), strict=False))
