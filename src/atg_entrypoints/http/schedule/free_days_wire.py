"""The JSON of free days."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from atg_core.schedule.model import FreeDays, Lesson
from atg_core.schedule.ports import NewFreeDays
from atg_entrypoints.http.wire import FilledName, Instant, present_fields, to_wire

type Day = date


class FreeDaysRow(Struct, frozen=True, kw_only=True):
    """`teacher_id`: null for those of the installation. Both days are inclusive."""

    id: int
    teacher_id: UUID | None
    name: str
    start: date
    end: date
    created_at: Instant
    updated_at: Instant


class PlannedOnFreeDay(Struct, frozen=True, kw_only=True):
    """A lesson that was planned singly, and takes place on a free day unless it is changed."""

    id: int
    group_id: int
    title: str
    start_time: Instant


class FreeDaysReply(FreeDaysRow, frozen=True, kw_only=True):
    """`planned_lessons`: those that are planned singly for these days, a hundred at most."""

    planned_lessons: list[PlannedOnFreeDay]

    @classmethod
    def of(cls, free_days: FreeDays, planned: Sequence[Lesson]) -> "FreeDaysReply":
        row = to_wire(free_days, FreeDaysRow)
        fields = {name: getattr(row, name) for name in row.__struct_fields__}
        return cls(**fields, planned_lessons=[to_wire(lesson, PlannedOnFreeDay) for lesson in planned])


class FreeDaysOfFile(Struct, frozen=True, kw_only=True):
    """`added`: how many, without those that were there; `planned_lessons`: as of one."""

    added: int
    items: list[FreeDaysRow]
    planned_lessons: list[PlannedOnFreeDay]

    @classmethod
    def of(cls, added: Sequence[FreeDays], planned: Sequence[Lesson]) -> "FreeDaysOfFile":
        return cls(
            added=len(added),
            items=[to_wire(each, FreeDaysRow) for each in added],
            planned_lessons=[to_wire(lesson, PlannedOnFreeDay) for lesson in planned],
        )


class FreeDaysCreation(Struct, frozen=True, kw_only=True):
    """`end`: the last day, by default the first. `teacher_id`: heeded of administrators; without it all are meant."""

    name: FilledName
    start: Day
    end: Day | None = None
    teacher_id: UUID | None = None

    def new(self) -> NewFreeDays:
        return NewFreeDays(name=self.name, start=self.start, end=self.end or self.start)


class FreeDaysChanges(Struct, frozen=True, kw_only=True):
    """Only given fields change."""

    name: FilledName | UnsetType = UNSET
    start: Day | UnsetType = UNSET
    end: Day | UnsetType = UNSET

    def changes(self) -> dict[str, Any]:
        return present_fields(self)
