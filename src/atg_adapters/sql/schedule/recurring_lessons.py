"""Recurring lessons, their exceptions, and the lessons of their occurrences on SQL."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from atg_adapters.sql.schedule.ownership import SqlGroupOwnership
from atg_adapters.sql.schedule.queries import RULE, rules_of
from atg_adapters.sql.tables.schedule import (
    recurring_lesson_exceptions,
    recurring_lessons,
    scheduled_lessons,
)
from atg_core.schedule.model import RecurringLesson, RuleException
from atg_core.schedule.ports import RecurringLessonNotFound

_id: sa.BindParameter[Any] = sa.bindparam("key")
_lessons, _rules, _days = scheduled_lessons.c, recurring_lessons.c, recurring_lesson_exceptions.c
_MAKE = insert(scheduled_lessons).on_conflict_do_nothing(index_elements=["recurring_lesson_id", "occurrence_date"])
_MADE = sa.select(_lessons.id).where(
    _lessons.recurring_lesson_id == _id, _lessons.occurrence_date == sa.bindparam("day")
)
_HOLD_RULE = sa.select(_rules.id).where(_rules.id == _id).with_for_update()
_REVISE = sa.update(recurring_lessons).where(_rules.id == _id)
_set_exception = insert(recurring_lesson_exceptions)
_SET_EXCEPTION = _set_exception.on_conflict_do_update(
    index_elements=["recurring_lesson_id", "date"],
    set_={name: _set_exception.excluded[name] for name in ("action", "start_time", "end_time")},
)


class SqlRecurringLessons(SqlGroupOwnership):
    """`RecurringLessons` within the transaction of `connection`."""

    async def add_rule(self, values: Mapping[str, Any], now: datetime) -> RecurringLesson:
        adding = sa.insert(recurring_lessons).values({**values, "created_at": now, "updated_at": now})
        return await self._rule((await self._first(adding.returning(_rules.id))).id)

    async def rule(self, rule_id: int, owner: UUID | None) -> RecurringLesson:
        await self.connection.execute(_HOLD_RULE, {"key": rule_id})
        rule = await self._rule(rule_id)
        if owner is not None and rule.teacher_id != owner:
            raise RecurringLessonNotFound
        return rule

    async def _rule(self, rule_id: int) -> RecurringLesson:
        row = await self._first(RULE, key=rule_id)
        if row is None:
            raise RecurringLessonNotFound
        return (await rules_of(self.connection, [row]))[0]

    async def change_rule(self, rule_id: int, values: Mapping[str, Any], now: datetime) -> RecurringLesson:
        changed = {**values, "revision": _rules.revision + 1, "updated_at": now}
        await self.connection.execute(_REVISE.values(changed), {"key": rule_id})
        return await self._rule(rule_id)

    async def delete_rule(self, rule_id: int) -> None:
        await self.connection.execute(sa.delete(recurring_lessons).where(_rules.id == _id), {"key": rule_id})

    async def set_exception(self, rule_id: int, exception: RuleException, now: datetime) -> RecurringLesson:
        await self.connection.execute(_SET_EXCEPTION, {"recurring_lesson_id": rule_id, **asdict(exception)})
        return await self.change_rule(rule_id, {}, now)

    async def remove_exception(self, rule_id: int, day: date, now: datetime) -> bool:
        removing = sa.delete(recurring_lesson_exceptions).where(_days.recurring_lesson_id == rule_id, _days.date == day)
        if not (await self.connection.execute(removing)).rowcount:
            return False
        await self.change_rule(rule_id, {}, now)
        return True

    async def create_occurrence_lesson(self, values: Mapping[str, Any], now: datetime) -> int:
        stored = {**values, "allow_overlap": True, "created_at": now, "updated_at": now}
        row = await self._first(_MAKE.values(stored).returning(_lessons.id))
        if row is None:
            row = await self._first(_MADE, key=values["recurring_lesson_id"], day=values["occurrence_date"])
        return int(row.id)

    async def has_occurrence_lesson(self, rule_id: int, day: date) -> bool:
        return await self._first(_MADE, key=rule_id, day=day) is not None
