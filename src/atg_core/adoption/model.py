"""What an adoption tells of itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

MOST_NAMES = 1_000
"""That are told of one note; its count is that of all."""

type Row = dict[str, Any]
type Rows = list[Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something that was changed or left out. `names`: usernames, or else ids."""

    table: str
    what: str
    count: int
    names: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TableCount:
    """Rows of a table in the existing database, and of the same table here at the end."""

    there: int
    here: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """The report. `dry`: nothing was stored."""

    tables: Mapping[str, TableCount]
    notes: Sequence[Note]
    dry: bool


@dataclass(slots=True)
class Findings:
    """Collects notes; what is alike is one note."""

    _found: dict[tuple[str, str], tuple[int, list[str]]] = field(default_factory=dict)

    def tell(self, table: str, what: str, *names: object, count: int | None = None) -> None:
        """`count`: of rows, by default that of the names, or one."""
        before, named = self._found.get((table, what), (0, []))
        named += [str(name) for name in names[: MOST_NAMES - len(named)]]
        self._found[table, what] = (before + (max(len(names), 1) if count is None else count), named)

    def notes(self) -> list[Note]:
        return [
            Note(table=table, what=what, count=count, names=tuple(names))
            for (table, what), (count, names) in self._found.items()
        ]


type Tell = Callable[..., None]
