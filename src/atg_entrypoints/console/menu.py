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


_SCHOOL = frozenset({Role.TEACHER, Role.STUDENT})
_WHO_LEARNS_BY_COURSES = frozenset(Role) - _SCHOOL
ENTRIES = (
    Entry("/app/", phrase("Home"), ("/app/courses/",), _SCHOOL),
    Entry("/app/", phrase("My learning"), ("/app/courses/",), _WHO_LEARNS_BY_COURSES),
    Entry("/app/calendar", phrase("Calendar"), ("/app/calendar/", "/app/lessons/", "/app/rules/"), _SCHOOL),
    Entry("/app/groups", phrase("Groups"), ("/app/groups/",), frozenset({Role.TEACHER, Role.ADMIN})),
    Entry("/app/homework", phrase("Assignments"), ("/app/homework/",), _SCHOOL),
    Entry("/app/marking", phrase("Marking"), ("/app/submissions/",), frozenset({Role.TEACHER})),
    Entry("/app/grades", phrase("Grades"), ("/app/progress",), frozenset({Role.STUDENT})),
    Entry("/app/groups", phrase("Groups"), ("/app/groups/",), frozenset({Role.STUDENT})),
    Entry("/app/catalog", phrase("Catalog"), ("/app/catalog/",)),
    Entry("/app/stations", phrase("Stations"), ("/app/stations/",), _WHO_LEARNS_BY_COURSES),
    Entry("/app/results", phrase("Results"), ("/app/results/",), _WHO_LEARNS_BY_COURSES),
)


def menu_of(caller: Caller) -> list[Entry]:
    return [entry for entry in ENTRIES if caller.role in entry.roles]
