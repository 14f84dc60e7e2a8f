"""Lessons that come again by a rule, and what is otherwise about some of them (spec: schedule)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from atg_core.clock import Clock
from atg_core.opening import Open
from atg_core.schedule.calendar import Unfold
from atg_core.schedule.model import (
    ExceptionAction,
    RecurringLesson,
    RuleException,
    Viewer,
    require_rule,
    require_span,
)
from atg_core.schedule.ports import (
    ExceptionNotFound,
    LessonNotStartable,
    OccurrenceNotFound,
    OccurrenceStarted,
    Timetable,
)

_CHECKED = ("timezone", "start_time", "end_time", "start_date", "end_date")

type NewTime = time | datetime | None
"""Where an occurrence is moved: a local time of its day, an instant, or, without an offset, a local date and time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditRules:
    """Rules of own groups; of administrators, of all.

    Raises GroupNotFound, RecurringLessonNotFound where they are another's.
    """

    open: Open[Timetable]
    unfold: Unfold
    clock: Clock

    async def add(self, viewer: Viewer, values: Mapping[str, Any]) -> RecurringLesson:
        """Raises Invalid for a rule that ends before it begins."""
        _require(values)
        async with self.open() as store:
            await store.group(values["group_id"], viewer.owner)
            return await store.add_rule(values, self.clock())

    async def change(self, viewer: Viewer, rule_id: int, values: Mapping[str, Any]) -> RecurringLesson:
        """Lessons that were started stay as they were. Raises Invalid."""
        async with self.open() as store:
            rule = await store.rule(rule_id, viewer.owner)
            changed = {name: value for name, value in values.items() if getattr(rule, name) != value}
            _require({name: changed.get(name, getattr(rule, name)) for name in _CHECKED})
            if "group_id" in changed:
                await store.group(changed["group_id"], viewer.owner)
            return await store.change_rule(rule_id, changed, self.clock()) if changed else rule

    async def delete(self, viewer: Viewer, rule_id: int) -> None:
        async with self.open() as store:
            await store.rule(rule_id, viewer.owner)
            await store.delete_rule(rule_id)

    async def cancel(self, viewer: Viewer, rule_id: int, day: date) -> RuleException:
        """Raises OccurrenceNotFound for a day that the rule does not name, OccurrenceStarted."""
        return await self._set(viewer, rule_id, day, None)

    async def move(
        self, viewer: Viewer, rule_id: int, day: date, start_time: NewTime, end_time: NewTime
    ) -> RuleException:
        """What is not named stays as the rule has it: without an end, the length does.

        Raises OccurrenceNotFound, OccurrenceStarted, Invalid.
        """
        return await self._set(viewer, rule_id, day, (start_time, end_time))

    async def restore(self, viewer: Viewer, rule_id: int, day: date) -> None:
        """As the rule has it. Raises ExceptionNotFound, OccurrenceStarted."""
        async with self.open() as store:
            await store.rule(rule_id, viewer.owner)
            if await store.is_made(rule_id, day):
                raise OccurrenceStarted
            if not await store.remove_exception(rule_id, day, self.clock()):
                raise ExceptionNotFound

    async def _set(
        self, viewer: Viewer, rule_id: int, day: date, times: tuple[NewTime, NewTime] | None
    ) -> RuleException:
        async with self.open() as store:
            rule = await store.rule(rule_id, viewer.owner)
            if not self.unfold.names(rule, day):
                raise OccurrenceNotFound
            if await store.is_made(rule_id, day):
                raise OccurrenceStarted
            exception = _moved(rule, day, *times) if times else RuleException(date=day, action=ExceptionAction.CANCEL)
            await store.set_exception(rule_id, exception, self.clock())
            return exception


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeLesson:
    """The lesson of an occurrence, made when it is about to be started, exactly once.

    Raises RecurringLessonNotFound, OccurrenceNotFound, LessonNotStartable: what can not be started is not made either.
    """

    open: Open[Timetable]
    unfold: Unfold
    early: timedelta
    clock: Clock

    async def __call__(self, rule_id: int, day: date, owner: UUID | None) -> int:
        """Its number. `owner`: whose rule it must be; None: whoever's."""
        async with self.open() as store:
            rule = await store.rule(rule_id, owner)
            occurrence, now = self.unfold.occurrence(rule, day), self.clock()
            if not occurrence.start - self.early <= now < occurrence.end:
                raise LessonNotStartable
            values = {
                "group_id": rule.group_id,
                "teacher_id": rule.teacher_id,
                "title": rule.title,
                "start_time": occurrence.start,
                "end_time": occurrence.end,
                "recurring_lesson_id": rule.id,
                "occurrence_date": day,
            }
            return await store.make_lesson(values, now)


def _require(values: Mapping[str, Any]) -> None:
    require_rule(**{name: values[name] for name in _CHECKED})


def _moved(rule: RecurringLesson, day: date, start_time: NewTime, end_time: NewTime) -> RuleException:
    start = _instant(rule, day, start_time) or rule.span(day)[0].astimezone(UTC)
    end = _instant(rule, day, end_time) or start + rule.duration
    require_span(start, end)
    return RuleException(date=day, action=ExceptionAction.MOVE, start_time=start, end_time=end)


def _instant(rule: RecurringLesson, day: date, given: NewTime) -> datetime | None:
    """In UTC, so that a length added to it is exact."""
    if isinstance(given, time):
        given = datetime.combine(day, given)
    if given is not None and given.tzinfo is None:
        given = given.replace(tzinfo=rule.zone)
    return given and given.astimezone(UTC)
