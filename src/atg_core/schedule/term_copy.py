"""Copying a term: the rules of a group, or of all groups of a teacher, for another period (spec: schedule)."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Protocol

from atg_core.clock import Clock
from atg_core.errors import Conflict, Fault, Invalid
from atg_core.events import Event, EventKind, EventPublisher
from atg_core.schedule.calendar import ShowCalendar
from atg_core.schedule.model import LONGEST_WINDOW, YEARS, Lesson, Occurrence, RecurringLesson, Viewer
from atg_core.schedule.ports import GroupNotFound, RecurringLessons, ScheduleQueries
from atg_core.schedule.recurrence import RecurrenceExpansion
from atg_core.unit_of_work import UnitOfWork
from atg_core.words import phrase

MOST_RULES = 200
_A_DAY = timedelta(days=1)
_A_YEAR = timedelta(days=370)
_MOST_FREE_DAYS = 1_000
_COPIED = (
    "group_id",
    "title",
    "day_of_week",
    "week_type",
    "start_time",
    "end_time",
    "timezone",
    "on_free_days",
    "link",
)


class NothingToCopy(Conflict):
    """There are no recurring lessons in that time"""


class TermClashes(Conflict):
    """Copied lessons would be at the same time as others"""


class WeeksFrom(StrEnum):
    """Which weeks are upper ones then: as the rules have it, or the first week of the period and every other one."""

    SAME = "same"
    START = "start"


@dataclass(frozen=True, slots=True, kw_only=True)
class TermCopy:
    """What to copy: the rules of `group_id` (None: of all groups of the teacher) that held between `since` and `start`,
    or those of them in `rule_ids`, to the period from `start` to `end`, both inclusive.

    `since`: by default a year before `start`. `with_homework`: drafts of the homework that was due in that time.
    """

    start: date
    end: date
    group_id: int | None = None
    since: date | None = None
    weeks: WeeksFrom = WeeksFrom.SAME
    with_homework: bool = False
    rule_ids: Collection[int] | None = None

    @property
    def source(self) -> tuple[date, date]:
        """The days whose rules are copied, both inclusive."""
        return self.since or self.start - _A_YEAR, self.start - _A_DAY

    def require(self) -> None:
        """Raises Invalid."""
        if self.start.year not in YEARS[1:-1]:
            template = phrase("the year must be between {low} and {high}")
            raise Invalid(template, field="start", code="out_of_range", low=YEARS[1], high=YEARS[-2])
        if self.end < self.start:
            raise Invalid("is before the first day", field="end", code="ends_before_start")
        if self.end - self.start + _A_DAY > LONGEST_WINDOW:
            raise Invalid("{max} days at most", field="end", code="too_long", max=LONGEST_WINDOW.days)
        if self.since is not None and not self.start - LONGEST_WINDOW * 3 <= self.since < self.start:
            raise Invalid("must be before the start", field="since", code="out_of_range")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """A copied lesson at the same time as another one of its teacher or its group."""

    date: date
    title: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiedRule:
    """`rule`: as it is then; its id is that of `source_id` until it is copied. `free`: days without its lesson."""

    source_id: int
    rule: RecurringLesson
    lessons: int
    free: Sequence[tuple[date, str]]
    clashes: Sequence[Clash]


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolLoad:
    """How many lessons of all teachers are on the pool at once at most, first at `peak_at`, of how many `places`."""

    places: int
    peak: int
    peak_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TermPlan:
    """What a copy makes. `homework`: how many drafts. `pool`: with the copied lessons."""

    rules: Sequence[CopiedRule]
    homework: int
    pool: PoolLoad

    @property
    def has_clashes(self) -> bool:
        return any(each.clashes for each in self.rules)


class PoolLoadOf(Protocol):
    """The load of the pool between two instants with further lessons, given by start and end."""

    async def __call__(self, start: datetime, end: datetime, more: Sequence[tuple[datetime, datetime]]) -> PoolLoad: ...


class CopyDrafts(Protocol):
    """Copies homework of groups that was due between two instants as drafts that are due `later`; how many."""

    async def __call__(
        self, viewer: Viewer, group_ids: Collection[int], since: datetime, until: datetime, later: timedelta
    ) -> int: ...

    async def count(self, group_ids: Collection[int], since: datetime, until: datetime) -> int:
        """How many there would be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyTerm:
    """Shows what a copy makes, and makes it, all or nothing.

    Raises Invalid, NothingToCopy, GroupNotFound.
    """

    open: UnitOfWork[RecurringLessons]
    schedule_queries: ScheduleQueries
    show_calendar: ShowCalendar
    recurrence: RecurrenceExpansion
    pool_load_of: PoolLoadOf
    copy_drafts: CopyDrafts
    events: EventPublisher
    clock: Clock

    async def plan(self, viewer: Viewer, asked: TermCopy) -> TermPlan:
        """Writes nothing."""
        asked.require()
        return await self._plan(viewer, asked, await self._sources(viewer, asked))

    async def __call__(self, viewer: Viewer, asked: TermCopy, *, allow_overlap: bool = False) -> TermPlan:
        """Raises TermClashes, which names each rule, unless overlaps are allowed."""
        asked.require()
        async with self.open() as store:
            # Copies of the same group take turns, so that the second one sees what the first has made.
            for group_id in sorted({rule.group_id for rule in await self._sources(viewer, asked)}):
                await store.group(group_id, viewer.owner)
            sources = await self._sources(viewer, asked)
            plan = await self._plan(viewer, asked, sources)
            if plan.has_clashes and not allow_overlap:
                raise TermClashes(faults=list(_faults(plan)))
            made, now = [], self.clock()
            for each in plan.rules:
                rule = await store.add_rule(_values(each.rule), now)
                made.append(replace(each, rule=rule))
                changed = Event(kind=EventKind.RULE_CHANGED, subject_id=rule.id)
                await self.events.publish(changed, user_ids=[rule.teacher_id], group_id=rule.group_id)
            if asked.with_homework:
                await self.copy_drafts(viewer, _groups(plan), *_instants(*asked.source), _later(sources, asked))
            return replace(plan, rules=made)

    async def _sources(self, viewer: Viewer, asked: TermCopy) -> list[RecurringLesson]:
        if asked.group_id is None and viewer.is_admin:
            raise Invalid("is required", field="group_id", code="required")
        if asked.group_id is not None:
            group, _ = await self.schedule_queries.group(viewer, asked.group_id)
            if viewer.owner not in {None, group.teacher_id}:
                raise GroupNotFound
        since, until = asked.source
        rules, _ = await self.schedule_queries.rules(viewer, asked.group_id, limit=10 * MOST_RULES, offset=0)
        found = [
            rule
            for rule in rules
            if viewer.owner in {None, rule.teacher_id}
            and rule.start_date <= until
            and rule.end_date >= since
            and (asked.rule_ids is None or rule.id in asked.rule_ids)
        ]
        if not found:
            raise NothingToCopy
        if len(found) > MOST_RULES:
            raise Invalid("{max} rules at most are copied at once", field="group_id", code="too_many", max=MOST_RULES)
        return found

    async def _plan(self, viewer: Viewer, asked: TermCopy, sources: Sequence[RecurringLesson]) -> TermPlan:
        start, end = _instants(asked.start, asked.end)
        found, _ = await self.schedule_queries.free_days(
            viewer, asked.start, asked.end, limit=_MOST_FREE_DAYS, offset=0
        )
        busy = await self.show_calendar(viewer, start, end)
        rules, spans = [], list[tuple[datetime, datetime]]()
        for source in sources:
            free_days = tuple(each for each in found if each.is_of(source.teacher_id))
            rule = replace(
                source,
                start_date=asked.start,
                end_date=asked.end,
                week_anchor=asked.start if asked.weeks is WeeksFrom.START else source.week_anchor,
                exceptions=(),
                free_days=free_days,
            )
            lessons = list(self.recurrence.occurrences(rule, start - _A_DAY, end + _A_DAY))
            spans += [(each.start, each.end) for each in lessons if not rule.link]
            rules.append(
                CopiedRule(
                    source_id=source.id,
                    rule=rule,
                    lessons=len(lessons),
                    free=self._free(rule),
                    clashes=[clash for each in lessons for clash in _clashes(each, busy)],
                )
            )
        groups = {rule.group_id for rule in sources}
        homework = await self.copy_drafts.count(groups, *_instants(*asked.source)) if asked.with_homework else 0
        return TermPlan(rules=rules, homework=homework, pool=await self.pool_load_of(start, end, spans))

    def _free(self, rule: RecurringLesson) -> list[tuple[date, str]]:
        days = (rule.start_date + number * _A_DAY for number in range((rule.end_date - rule.start_date).days + 1))
        return [(day, free.name) for day in days if (free := rule.free_on(day)) and self.recurrence.has_date(rule, day)]


def _instants(first: date, last: date) -> tuple[datetime, datetime]:
    return datetime.combine(first, time(), UTC), datetime.combine(last + _A_DAY, time(), UTC)


def _values(rule: RecurringLesson) -> dict[str, Any]:
    copied = {name: getattr(rule, name) for name in _COPIED}
    return {**copied, "start_date": rule.start_date, "end_date": rule.end_date, "week_anchor": rule.week_anchor}


def _groups(plan: TermPlan) -> set[int]:
    return {each.rule.group_id for each in plan.rules}


def _later(sources: Sequence[RecurringLesson], asked: TermCopy) -> timedelta:
    """Whole weeks from the first day of the term to that of the copy, so that days of the week stay."""
    first = max(asked.source[0], min(rule.start_date for rule in sources))
    return (asked.start - first) // timedelta(weeks=1) * timedelta(weeks=1)


def _clashes(lesson: Occurrence, busy: Sequence[Lesson | Occurrence]) -> Iterator[Clash]:
    for other in busy:
        about = other.rule if isinstance(other, Occurrence) else other
        start, end = (other.start, other.end) if isinstance(other, Occurrence) else (other.start_time, other.end_time)
        is_same = about.teacher_id == lesson.rule.teacher_id or about.group_id == lesson.rule.group_id
        if is_same and start < lesson.end and end > lesson.start:
            yield Clash(date=lesson.date, title=about.title, start=start, end=end)


def _faults(plan: TermPlan) -> Iterator[Fault]:
    for index, each in enumerate(plan.rules):
        if each.clashes:
            template = phrase("{count} lessons are at the same time as others")
            yield Fault(f"rules[{index}]", template, "clashes", {"count": len(each.clashes)})
