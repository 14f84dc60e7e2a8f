"""Ports of adoption: the existing database, and the empty one that is filled from it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol
from uuid import UUID

from atg_core.adoption.model import Findings, Rows, TableCount
from atg_core.errors import Conflict, Unavailable


class TargetNotEmpty(Conflict):
    """An existing database is adopted into an empty one, and here are {tables}"""


class LaterLayout(Conflict):
    """That database has a later layout, where course_program_lessons took the place of lessons: it is not adopted"""


class OwnLayout(Conflict):
    """That is a database of this service: copy it by a backup, which is restored here"""


class LayoutIncomplete(Conflict):
    """That database can not be adopted: it has no {what}"""


class ExistingAway(Unavailable):
    """The existing database can not be read: {reason}"""


class RowsRefused(Conflict):
    """Rows of {table} can not be stored: {reason}"""


class ExistingRows(Protocol):
    """The existing database at one moment."""

    async def counts(self) -> Mapping[str, int]:
        """The rows of each table that is taken, parents before their children."""

    def rows(self, table: str, findings: Findings) -> AsyncIterator[Rows]:
        """Rows in batches, as far as our columns can hold them; what they can not is told.

        Of a column that is not there the rows have no value. Accounts come oldest first, children by their parents,
        certificates by their date with `learner_name` and `course_title`.
        """

    async def certificate_numbers(self) -> Sequence[str]: ...

    async def tell_untaken(self, findings: Findings) -> None:
        """Tells the tables and columns that have no place here."""


class ExistingDatabase(Protocol):
    def snapshot(self) -> AbstractAsyncContextManager[ExistingRows]:
        """Raises ExistingAway, LaterLayout, OwnLayout, LayoutIncomplete."""


class Filling(Protocol):
    """Rows are stored as they were: nothing is done about new ones."""

    async def add(self, table: str, rows: Rows) -> None:
        """Raises RowsRefused."""

    async def topics_of_courses(self) -> Mapping[UUID, Sequence[int]]:
        """The active topics of each course, in their order."""

    async def add_missing_profiles(self, now: datetime) -> int:
        """Of accounts without one; how many there were."""

    async def continue_numbers(self) -> None:
        """Ids go on after the highest of each table."""


class AdoptionTarget(Protocol):
    async def occupied(self) -> Sequence[str]:
        """The names of tables that have rows."""

    def transaction(self) -> AbstractAsyncContextManager[object]:
        """All stores of this task join it."""

    def filling(self) -> AbstractAsyncContextManager[Filling]:
        """Within a transaction."""

    async def recount(self) -> Mapping[tuple[str, str], int]:
        """Counts what is kept as a number; how many differed, by table and column."""

    async def table_counts(self, there: Mapping[str, int]) -> Mapping[str, TableCount]: ...
