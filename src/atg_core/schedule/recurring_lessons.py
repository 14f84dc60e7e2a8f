"""Recurring lessons, exceptions of single occurrences, and the lesson of an occurrence (spec: schedule)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from atg_core.clock import Clock, is_version, next_version
from atg_core.errors import ChangedMeanwhile
from atg_core.events import Event, EventKind, EventPublisher
from atg_core.links import checked_link
from atg_core.notifier import NewNotice, NoticeKind, Notifier
from atg_core.schedule.model import (
    ExceptionAction,
    RecurringLesson,
    RuleException,
    Viewer,
    length_between,
    require_length,
    require_rule,
    require_span,
)
from atg_core.schedule.ports import (
    ExceptionNotFound,
    LessonNotStartable,
    OccurrenceNotFound,
    OccurrenceStarted,
    RecurringLessons,
)
from atg_core.schedule.recurrence import RecurrenceExpansion
from atg_core.unit_of_work import UnitOfWork

_MOVING = {"day_of_week", "week_type", "start_time", "start_date", "end_date", "timezone", "week_anchor", "group_id"}
_CHECKED = ("timezone", "start_time", "end_time", "start_date", "end_date")

type NewTime = time | datetime | None
"""The new time of a moved occurrence: a local time on its date, an instant, or a local date and time without offset."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditRecurringLessons:
    """A teacher edits recurring lessons of their own groups; administrators all.

    Raises GroupNotFound and RecurringLessonNotFound, also for those of another teacher.
    """

    open: UnitOfWork[RecurringLessons]
    events: EventPublisher
    notifier: Notifier
    recurrence: RecurrenceExpansion
    longest_lesson: timedelta
    clock: Clock

    async def add(self, viewer: Viewer, values: Mapping[str, Any]) -> RecurringLesson:
        """Raises Invalid for a rule that ends before it begins, and for a link that is none."""
        values = _with_link(values)
        _require(values)
        self._require_length(values["start_time"], values["end_time"])
        async with self.open() as store:
            await store.group(values["group_id"], viewer.owner)
            rule = await store.add_rule(values, self.clock())
            await self._tell(rule)
            return rule

    async def change(
        self, viewer: Viewer, rule_id: int, values: Mapping[str, Any], *, was: datetime | None = None
    ) -> RecurringLesson:
        """Lessons of started occurrences do not change.

        `was`: when the rule was last changed, as far as the caller knows; None: however it is now. Raises Invalid,
        ChangedMeanwhile with the rule as it is.
        """
        values = _with_link(values)
        async with self.open() as store:
            rule = await store.rule(rule_id, viewer.owner)
            if was and not is_version(was, rule.updated_at):
                raise ChangedMeanwhile(rule)
            changed = {name: value for name, value in values.items() if getattr(rule, name) != value}
            _require({name: changed.get(name, getattr(rule, name)) for name in _CHECKED})
            if changed.keys() & {"start_time", "end_time"}:
                self._require_length(changed.get("start_time", rule.start_time), changed.get("end_time", rule.end_time))
            if "group_id" in changed:
                await store.group(changed["group_id"], viewer.owner)
            if not changed:
                return rule
            after = await store.change_rule(rule_id, changed, next_version(rule.updated_at, self.clock()))
            for each in [rule, after] if "group_id" in changed else [after]:
                await self._tell(each)
            if changed.keys() & _MOVING and not self._is_over(rule):
                await self._tell_students(NoticeKind.RULE_CHANGED, rule)
            return after

    def _require_length(self, start_time: time, end_time: time) -> None:
        require_length(length_between(start_time, end_time), self.longest_lesson)

    async def delete(self, viewer: Viewer, rule_id: int) -> None:
        async with self.open() as store:
            rule = await store.rule(rule_id, viewer.owner)
            await store.delete_rule(rule_id)
            await self._tell(rule)
            if not self._is_over(rule):
                await self._tell_students(NoticeKind.RULE_CHANGED, rule)

    async def cancel(self, viewer: Viewer, rule_id: int, day: date, *, was: datetime | None = None) -> RuleException:
        """Cancels one occurrence. Raises OccurrenceNotFound for a date without occurrence, OccurrenceStarted.

        `was`: its start, as far as the caller knows; None: whatever it is. Raises ChangedMeanwhile with the exception
        that there is, None where there is none.
        """
        return await self._set(viewer, rule_id, day, None, was)

    async def move(
        self,
        viewer: Viewer,
        rule_id: int,
        day: date,
        start_time: NewTime,
        end_time: NewTime,
        *,
        was: datetime | None = None,
    ) -> RuleException:
        """Moves one occurrence. A missing start stays that of the rule; without an end the duration stays.

        A local end before the start is on the next day. `was`: as of `cancel`.

        Raises OccurrenceNotFound, OccurrenceStarted, Invalid, ChangedMeanwhile.
        """
        return await self._set(viewer, rule_id, day, (start_time, end_time), was)

    async def restore(self, viewer: Viewer, rule_id: int, day: date) -> None:
        """Removes the exception of a date. Raises ExceptionNotFound, OccurrenceStarted."""
        async with self.open() as store:
            rule = await store.rule(rule_id, viewer.owner)
            if await store.has_occurrence_lesson(rule_id, day):
                raise OccurrenceStarted
            if not await store.remove_exception(rule_id, day, next_version(rule.updated_at, self.clock())):
                raise ExceptionNotFound
            await self._tell(rule)
            restored = replace(rule, exceptions=tuple(each for each in rule.exceptions if each.date != day))
            start = self.recurrence.occurrence(restored, day).start
            await self._tell_students(NoticeKind.LESSON_RESTORED, rule, day, {"start_at": start})

    async def _tell(self, rule: RecurringLesson) -> None:
        changed = Event(kind=EventKind.RULE_CHANGED, subject_id=rule.id)
        await self.events.publish(changed, user_ids=[rule.teacher_id], group_id=rule.group_id)

    async def _set(
        self,
        viewer: Viewer,
        rule_id: int,
        day: date,
        times: tuple[NewTime, NewTime] | None,
        was: datetime | None,
    ) -> RuleException:
        async with self.open() as store:
            rule = await store.rule(rule_id, viewer.owner)
            if not self.recurrence.has_date(rule, day):
                raise OccurrenceNotFound
            if await store.has_occurrence_lesson(rule_id, day):
                raise OccurrenceStarted
            if was:
                self._require_start(rule, day, was)
            exception = RuleException(date=day, action=ExceptionAction.CANCEL)
            if times:
                exception = _moved(rule, day, *times, self.longest_lesson)
            await store.set_exception(rule_id, exception, next_version(rule.updated_at, self.clock()))
            await self._tell(rule)
            await self._tell_of_exception(rule, exception)
            return exception

    async def _tell_of_exception(self, rule: RecurringLesson, exception: RuleException) -> None:
        former = next((each for each in rule.exceptions if each.date == exception.date), None)
        was_cancelled = former is not None and former.action is ExceptionAction.CANCEL
        before = (former and former.start_time) or rule.span(exception.date)[0].astimezone(UTC)
        if exception.start_time is None:
            if not was_cancelled:
                await self._tell_students(NoticeKind.LESSON_CANCELLED, rule, exception.date, {"start_at": before})
        elif was_cancelled:
            start = {"start_at": exception.start_time}
            await self._tell_students(NoticeKind.LESSON_RESTORED, rule, exception.date, start)
        elif exception.start_time != before:
            moments = {"start_at": exception.start_time, "before_at": before}
            await self._tell_students(NoticeKind.LESSON_MOVED, rule, exception.date, moments)

    async def _tell_students(
        self,
        kind: NoticeKind,
        rule: RecurringLesson,
        day: date | None = None,
        moments: Mapping[str, datetime] | None = None,
    ) -> None:
        """`day`: of the occurrence; None for the whole rule. Of what is over nobody is told."""
        now = self.clock()
        if moments and max(moments.values()) <= now:
            return
        told = NewNotice(
            kind=kind,
            subject=f"rule:{rule.id}" if day is None else f"rule:{rule.id}:{day}",
            occasion=now,
            title=rule.title,
            details=moments or {},
            group_id=rule.group_id,
        )
        await self.notifier.tell(told)

    def _is_over(self, rule: RecurringLesson) -> bool:
        return rule.end_date < self.clock().astimezone(rule.zone).date()

    def _require_start(self, rule: RecurringLesson, day: date, was: datetime) -> None:
        """Raises ChangedMeanwhile."""
        present = next((each for each in rule.exceptions if each.date == day), None)
        is_cancelled = present is not None and present.action is ExceptionAction.CANCEL
        if is_cancelled or rule.free_on(day) or not is_version(was, self.recurrence.occurrence(rule, day).start):
            raise ChangedMeanwhile(present)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateOccurrenceLesson:
    """Creates the lesson of an occurrence just before it is started, exactly once.

    Raises RecurringLessonNotFound, OccurrenceNotFound, LessonNotStartable.
    """

    open: UnitOfWork[RecurringLessons]
    recurrence: RecurrenceExpansion
    early: timedelta
    clock: Clock

    async def __call__(self, rule_id: int, day: date, owner: UUID | None) -> int:
        """Returns the lesson's id. `owner`: the rule's teacher, None for an administrator."""
        async with self.open() as store:
            rule = await store.rule(rule_id, owner)
            occurrence, now = self.recurrence.occurrence(rule, day), self.clock()
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
                "link": rule.link,
            }
            return await store.create_occurrence_lesson(values, now)


def _with_link(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Raises Invalid."""
    return {**values, "link": checked_link(values["link"])} if "link" in values else values


def _require(values: Mapping[str, Any]) -> None:
    require_rule(**{name: values[name] for name in _CHECKED})


def _moved(
    rule: RecurringLesson, day: date, start_time: NewTime, end_time: NewTime, longest: timedelta
) -> RuleException:
    start = _instant(rule, day, start_time) or rule.span(day)[0].astimezone(UTC)
    end = _instant(rule, day, end_time) or start + rule.duration
    if isinstance(end_time, time) and end <= start:
        end = _instant(rule, day + timedelta(days=1), end_time) or end
    require_span(start, end, longest)
    return RuleException(date=day, action=ExceptionAction.MOVE, start_time=start, end_time=end)


def _instant(rule: RecurringLesson, day: date, given: NewTime) -> datetime | None:
    """In UTC, so that adding a duration is exact."""
    if isinstance(given, time):
        given = datetime.combine(day, given)
    if given is not None and given.tzinfo is None:
        given = given.replace(tzinfo=rule.zone)
    return given and given.astimezone(UTC)
