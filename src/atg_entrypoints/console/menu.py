"""Which entry of the menu is for whom."""

from collections.abc import Collection
from dataclasses import dataclass

from atg_core.identity.model import Caller, Role
from atg_core.words import phrase
from atg_entrypoints.settings import Context


@dataclass(frozen=True, slots=True)
class Entry:
    """`label`: a key of the catalogue of words. `below`: the entry is the current one for paths that begin so.

    `contexts`: whose page it is; of several, each has a part of it.
    """

    contexts: tuple[Context, ...]
    path: str
    label: str
    below: tuple[str, ...] = ()
    roles: frozenset[Role] = frozenset(Role)

    def is_current(self, path: str) -> bool:
        return path.rstrip("/") == self.path.rstrip("/") or path.startswith(self.below)


_SCHOOL = frozenset({Role.TEACHER, Role.STUDENT})
_WHO_LEARNS_BY_COURSES = frozenset(Role) - _SCHOOL
ENTRIES = (
    Entry(("schedule", "homework", "gradebook", "learning"), "/app/", phrase("Home"), ("/app/courses/",), _SCHOOL),
    Entry(("learning",), "/app/", phrase("My learning"), ("/app/courses/",), _WHO_LEARNS_BY_COURSES),
    Entry(
        ("schedule",), "/app/calendar", phrase("Calendar"), ("/app/calendar/", "/app/lessons/", "/app/rules/"), _SCHOOL
    ),
    Entry(("schedule",), "/app/groups", phrase("Groups"), ("/app/groups/",), frozenset({Role.TEACHER, Role.ADMIN})),
    Entry(("homework",), "/app/homework", phrase("Assignments"), ("/app/homework/",), _SCHOOL),
    Entry(("homework",), "/app/marking", phrase("Marking"), ("/app/submissions/",), frozenset({Role.TEACHER})),
    Entry(("gradebook",), "/app/grades", phrase("Grades"), ("/app/progress",), frozenset({Role.STUDENT})),
    Entry(("schedule",), "/app/groups", phrase("Groups"), ("/app/groups/",), frozenset({Role.STUDENT})),
    Entry(("learning",), "/app/catalog", phrase("Catalog"), ("/app/catalog/",)),
    Entry(("learning",), "/app/stations", phrase("Stations"), ("/app/stations/",), _WHO_LEARNS_BY_COURSES),
    Entry(("learning",), "/app/results", phrase("Results"), ("/app/results/",), _WHO_LEARNS_BY_COURSES),
)


def menu_of(caller: Caller, served: Collection[Context]) -> list[Entry]:
    """The pages of the contexts that are served, which are for the caller."""
    return [entry for entry in ENTRIES if caller.role in entry.roles and any(each in served for each in entry.contexts)]
