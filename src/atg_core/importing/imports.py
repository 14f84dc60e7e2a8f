"""Imports that people order: a file is checked, what would change is shown, then it is applied, and can be undone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from atg_core.errors import Conflict, Forbidden, NotFound
from atg_core.identity.model import Role
from atg_core.importing.kinds import KINDS
from atg_core.words import phrase

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 20_000
MAX_FAULTS = 300
MAX_SHOWN = 100
MAX_HINDRANCES = 20
MAX_REASON = 500
NOT_UNDONE = phrase("an error occurred, try again")
UNDO_PERIOD = timedelta(days=1)
"""So long an import can be undone, and a checked file waits to be applied."""


class ImportState(StrEnum):
    CHECKING = "checking"
    CHECKED = "checked"
    APPLYING = "applying"
    APPLIED = "applied"
    FAILED = "failed"
    UNDOING = "undoing"
    UNDONE = "undone"


RUNNING = frozenset({ImportState.APPLYING, ImportState.UNDOING})
"""At most one import is in one of these."""
BUSY = RUNNING | {ImportState.CHECKING}
"""A job has the next word."""
JOB_PERIOD = timedelta(hours=2)
"""After so long a job has died without a word: its three tries take half an hour each at most."""


class ImportNotFound(NotFound):
    """There is no such import"""


class KindUnknown(NotFound):
    """There is no such kind of rows"""


class KindForbidden(Forbidden):
    """You may not import or export rows of this kind"""


class ImportOfAnother(Forbidden):
    """Only an administrator applies or undoes what somebody else has uploaded"""


class ImportRunning(Conflict):
    """Another import is being applied or undone, wait until it is done"""


class ImportNotReady(Conflict):
    """The import is in another state by now: look at it anew"""


class ImportHasFaults(Conflict):
    """{count} rows are wrong: correct the file and upload it again"""


class OrdererGone(Forbidden):
    """Who ordered it may not sign in any more"""


class ImportTooOld(Conflict):
    """This was possible within a day only"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFault:
    """What is wrong with a row. `column`: None if it concerns the whole row; `heading`: its name in the file."""

    line: int
    column: str | None
    heading: str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CellChange:
    """`before`: None where the stored value is not told: it is new, a secret, or the name of another record."""

    header: str
    before: str | None
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowChange:
    """What an import makes of a row. `name`: the cells of its key."""

    line: int
    name: str
    is_new: bool
    cells: Sequence[CellChange]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hindrance:
    """A record that keeps an import from being undone.

    `what`: `changed` since, `used` by another record, `taken`: another record has a value that this one had,
    `protected`: an account of a role by now that only administrators change.
    """

    name: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileImport:
    """An import of a file with rows of one kind.

    `key`: of the file in the object store, None when it is there no more. `created`, `updated`, `unchanged`,
    `rejected`: rows. `faults`, `changes`: the first of them. `problem`: why the file can not be read, or why the import
    was not undone. `is_recorded`: whether what it has changed is still recorded.
    """

    id: UUID
    user_id: UUID | None
    user_name: str
    kind: str
    file_name: str
    key: str | None
    state: ImportState
    created_at: datetime
    updated_at: datetime
    applied_at: datetime | None = None
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    faults: Sequence[LineFault] = ()
    changes: Sequence[RowChange] = ()
    hindrances: Sequence[Hindrance] = ()
    problem: str | None = None
    is_recorded: bool = False

    @property
    def rows(self) -> int:
        return self.created + self.updated + self.unchanged + self.rejected

    def undoable_until(self) -> datetime | None:
        """Until when it can be undone; None unless it was applied."""
        return self.applied_at + UNDO_PERIOD if self.state is ImportState.APPLIED and self.applied_at else None

    def require_own(self, user_id: UUID, role: Role) -> None:
        """An import is done with the rights of who uploaded it. Raises KindForbidden, ImportOfAnother."""
        require_kind(role, self.kind)
        if role is not Role.ADMIN and user_id != self.user_id:
            raise ImportOfAnother

    def require_applicable(self, now: datetime) -> None:
        """Raises ImportNotReady, ImportHasFaults, ImportTooOld."""
        if self.state is not ImportState.CHECKED:
            raise ImportNotReady
        if self.rejected:
            raise ImportHasFaults(count=self.rejected)
        if now - self.created_at > UNDO_PERIOD:
            raise ImportTooOld

    def require_undoable(self, now: datetime) -> None:
        """Raises ImportNotReady, ImportTooOld."""
        until = self.undoable_until()
        if until is None:
            raise ImportNotReady
        if now > until:
            raise ImportTooOld


KINDS_OF_ROLES: Mapping[Role, frozenset[str]] = {
    Role.ADMIN: frozenset(KINDS),
    Role.TRAINING: frozenset({"users", "managers", "enrollments", "assignments", "certificates"}),
}
"""Who may import and export what; of accounts each as `importing/accounts.py` says."""
WHO_IMPORTS = frozenset(KINDS_OF_ROLES)


def require_kind(role: Role, kind: str) -> None:
    """Raises KindUnknown, KindForbidden."""
    if kind not in KINDS:
        raise KindUnknown
    if kind not in KINDS_OF_ROLES.get(role, ()):
        raise KindForbidden
