"""Which entry of the menu is for whom."""

from dataclasses import dataclass

from atg_core.identity.model import Caller, Role
from atg_core.words import phrase


@dataclass(frozen=True, slots=True)
class Entry:
    """`label`: a key of the catalogue of words. `below`: the entry is the current one for paths that begin so."""

    path: str
    label: str
    below: tuple[str, ...] = ()
    roles: frozenset[Role] = frozenset(Role)

    def is_current(self, path: str) -> bool:
        return path.rstrip("/") == self.path.rstrip("/") or path.startswith(self.below)


_WHO_LEARNS_BY_COURSES = frozenset(Role) - {Role.TEACHER, Role.STUDENT}
ENTRIES = (
    Entry("/app/", phrase("My learning"), ("/app/courses/",)),
    Entry("/app/homework", phrase("Homework"), ("/app/homework/",), frozenset({Role.TEACHER, Role.STUDENT})),
    Entry("/app/marking", phrase("Marking"), ("/app/submissions/",), frozenset({Role.TEACHER})),
    Entry("/app/catalog", phrase("Catalog"), ("/app/catalog/",)),
    Entry("/app/stations", phrase("Stations"), ("/app/stations/",), _WHO_LEARNS_BY_COURSES),
    Entry("/app/results", phrase("Results"), ("/app/results/",), _WHO_LEARNS_BY_COURSES),
)


def menu_of(caller: Caller) -> list[Entry]:
    return [entry for entry in ENTRIES if caller.role in entry.roles]
