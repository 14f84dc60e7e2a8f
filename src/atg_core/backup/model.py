"""What a backup says of itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """`rows`: of each table; `numbers`: the last id that each table with ids of the database has given."""

    format: int = FORMAT
    version: str
    revision: str
    made_at: datetime
    rows: Mapping[str, int]
    numbers: Mapping[str, int]
    files: int
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TablePart:
    """Some rows of a table, a JSON array on each line."""

    table: str
    rows: int
    content: bytes
