"""The newest grades of a student."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from atg_core.gradebook.model import ColumnKind


@dataclass(frozen=True, slots=True, kw_only=True)
class NewestGrade:
    """`kind`: HOMEWORK or CONTROL_POINT; `at`: when it was last changed. `grade`: less what lateness takes off."""

    kind: ColumnKind
    subject_id: int
    title: str
    group_id: int
    group_name: str
    grade: Decimal
    max_grade: Decimal
    at: datetime


class NewestGradeQueries(Protocol):
    """Reads grades of homework and of control points."""

    async def newest(self, student_id: UUID, *, limit: int) -> list[NewestGrade]:
        """The newest first."""
