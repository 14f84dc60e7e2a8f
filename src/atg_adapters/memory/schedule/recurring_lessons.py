"""Recurring lessons, their exceptions, and the lessons of their occurrences in memory."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from atg_adapters.memory.database import Row
from atg_adapters.memory.schedule.lessons import NEW_LESSON
from atg_adapters.memory.schedule.ownership import MemoryGroupOwnership
from atg_adapters.memory.schedule.queries import rule_of
from atg_core.schedule.model import RecurringLesson, RuleException
from atg_core.schedule.ports import RecurringLessonNotFound


class MemoryRecurringLessons(MemoryGroupOwnership):
    """`RecurringLessons` within a transaction."""

    async def add_rule(self, values: Mapping[str, Any], now: datetime) -> RecurringLesson:
        stored = {"week_anchor": None, **values, "revision": 0, "created_at": now, "updated_at": now}
        return await self.rule(self.database.insert("recurring_lessons", stored), None)

    async def rule(self, rule_id: int, owner: UUID | None) -> RecurringLesson:
        row = self.database.tables["recurring_lessons"].get(rule_id)
        rule = rule_of(self.database, row) if row else None
        if rule is None or owner not in {None, rule.teacher_id}:
            raise RecurringLessonNotFound
        return rule

    async def change_rule(self, rule_id: int, values: Mapping[str, Any], now: datetime) -> RecurringLesson:
        revision = self.database.tables["recurring_lessons"][rule_id]["revision"] + 1
        self.database.update("recurring_lessons", rule_id, **values, revision=revision, updated_at=now)
        return await self.rule(rule_id, None)

    async def delete_rule(self, rule_id: int) -> None:
        for lesson in list(self.database.rows("scheduled_lessons", recurring_lesson_id=rule_id)):
            self.database.update("scheduled_lessons", lesson["id"], recurring_lesson_id=None)
        self.database.delete("recurring_lesson_exceptions", recurring_lesson_id=rule_id)
        self.database.delete("recurring_lessons", id=rule_id)

    async def set_exception(self, rule_id: int, exception: RuleException, now: datetime) -> RecurringLesson:
        self.database.delete("recurring_lesson_exceptions", recurring_lesson_id=rule_id, date=exception.date)
        self.database.insert("recurring_lesson_exceptions", {"recurring_lesson_id": rule_id, **asdict(exception)})
        return await self.change_rule(rule_id, {}, now)

    async def remove_exception(self, rule_id: int, day: date, now: datetime) -> bool:
        if not any(self.database.rows("recurring_lesson_exceptions", recurring_lesson_id=rule_id, date=day)):
            return False
        self.database.delete("recurring_lesson_exceptions", recurring_lesson_id=rule_id, date=day)
        await self.change_rule(rule_id, {}, now)
        return True

    async def create_occurrence_lesson(self, values: Mapping[str, Any], now: datetime) -> int:
        if made := self._made(values["recurring_lesson_id"], values["occurrence_date"]):
            return int(made["id"])
        stored = {**NEW_LESSON, **values, "allow_overlap": True, "created_at": now, "updated_at": now}
        return int(self.database.insert("scheduled_lessons", stored))

    async def has_occurrence_lesson(self, rule_id: int, day: date) -> bool:
        return self._made(rule_id, day) is not None

    def _made(self, rule_id: int, day: date) -> Row | None:
        made = self.database.rows("scheduled_lessons", recurring_lesson_id=rule_id, occurrence_date=day)
        return next(made, None)
