"""Which entry of the menu is for whom."""

from collections.abc import Collection
from dataclasses import dataclass

from atg_core.identity.model import Caller, Role
from atg_core.identity.staff import MARKETING_STAFF, PEOPLE_STAFF, SHOP_STAFF, TICKET_STAFF
from atg_core.importing.imports import WHO_IMPORTS
from atg_core.words import phrase
from atg_entrypoints.http.policy import AUTHOR, TRAINING
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
_MOST_IN_BAR = 6
# What somebody works with before what everybody sees.
ENTRIES = (
    Entry(("schedule", "homework", "gradebook", "learning"), "/app/", phrase("Home"), ("/app/courses/",), _SCHOOL),
    Entry(("learning",), "/app/", phrase("My learning"), ("/app/courses/",), _WHO_LEARNS_BY_COURSES),
    Entry(
        ("schedule",), "/app/calendar", phrase("Calendar"), ("/app/calendar/", "/app/lessons/", "/app/rules/"), _SCHOOL
    ),
    Entry(("identity",), "/app/admin/people", phrase("Administration"), ("/app/admin/",), frozenset({Role.ADMIN})),
    Entry(("learning",), "/app/training/people", phrase("Trainings"), ("/app/training/",), TRAINING.roles),
    Entry(("identity",), "/app/admin/people", phrase("Accounts"), ("/app/admin/",), PEOPLE_STAFF - {Role.ADMIN}),
    Entry(("identity",), "/app/imports", phrase("Import"), ("/app/imports/",), WHO_IMPORTS),
    Entry(("catalog",), "/app/authoring/courses", phrase("Authoring"), ("/app/authoring/",), AUTHOR.roles),
    Entry(("schedule",), "/app/groups", phrase("Groups"), ("/app/groups/",), frozenset({Role.TEACHER, Role.ADMIN})),
    Entry(("homework",), "/app/homework", phrase("Assignments"), ("/app/homework/",), _SCHOOL),
    Entry(("homework",), "/app/marking", phrase("Marking"), ("/app/submissions/",), frozenset({Role.TEACHER})),
    Entry(("gradebook",), "/app/grades", phrase("Grades"), ("/app/progress",), frozenset({Role.STUDENT})),
    Entry(("schedule",), "/app/groups", phrase("Groups"), ("/app/groups/",), frozenset({Role.STUDENT})),
    Entry(("campaigns",), "/app/campaigns", phrase("Campaigns"), ("/app/campaigns/",), MARKETING_STAFF),
    Entry(("shop",), "/app/shop", phrase("Shop"), ("/app/shop/",), SHOP_STAFF),
    Entry(("shop",), "/app/shop/tickets", phrase("Support"), ("/app/shop/",), TICKET_STAFF - SHOP_STAFF),
    Entry(("learning",), "/app/catalog", phrase("Catalog"), ("/app/catalog/",)),
    Entry(("learning",), "/app/stations", phrase("Stations"), ("/app/stations/",), _WHO_LEARNS_BY_COURSES),
    Entry(("learning",), "/app/results", phrase("Results"), ("/app/results/",), _WHO_LEARNS_BY_COURSES),
)


def menu_of(caller: Caller, served: Collection[Context]) -> list[Entry]:
    """The pages of the contexts that are served, which are for the caller."""
    return [entry for entry in ENTRIES if caller.role in entry.roles and any(each in served for each in entry.contexts)]


def in_bar_and_behind(entries: list[Entry]) -> tuple[list[Entry], list[Entry]]:
    """The entries of the bar, and those that its last button shows where there are too many for one line."""
    in_bar = _MOST_IN_BAR if len(entries) <= _MOST_IN_BAR else _MOST_IN_BAR - 1
    return entries[:in_bar], entries[in_bar:]
