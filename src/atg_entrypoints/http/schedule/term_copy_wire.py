"""The JSON of copying a term."""

from datetime import date, time
from typing import Annotated

from msgspec import Meta, Struct

from atg_core.schedule.model import WeekType
from atg_core.schedule.term_copy import CopiedRule, TermCopy, TermPlan, WeeksFrom
from atg_entrypoints.http.schedule.lessons_wire import Serial
from atg_entrypoints.http.wire import Instant


class TermCopyGiven(Struct, frozen=True, kw_only=True):
    """The rules of a group, without `group_id` those of all groups of the caller, that held between `since` (by default
    a year before) and `start`, or those of them in `rule_ids`, for the period from `start` to `end`, both inclusive.

    `weeks`: which weeks are upper ones: `same` as the rules have it, or the week of the `start` and every other one.
    `with_homework`: homework that was due in that time is copied as drafts, due as many weeks later.
    """

    start: date
    end: date
    group_id: Serial | None = None
    since: date | None = None
    weeks: WeeksFrom = WeeksFrom.SAME
    with_homework: bool = False
    rule_ids: Annotated[list[Serial], Meta(max_length=200)] | None = None

    def asked(self) -> TermCopy:
        return TermCopy(
            start=self.start,
            end=self.end,
            group_id=self.group_id,
            since=self.since,
            weeks=self.weeks,
            with_homework=self.with_homework,
            rule_ids=None if self.rule_ids is None else frozenset(self.rule_ids),
        )


class TermCopyOrder(TermCopyGiven, frozen=True, kw_only=True):
    """`allow_overlap`: also where lessons are at the same time as others."""

    allow_overlap: bool = False


class TermClash(Struct, frozen=True, kw_only=True):
    """The lesson of a day is at the same time as another one of the teacher or the group."""

    date: date
    title: str
    start_time: Instant
    end_time: Instant


class TermFreeDay(Struct, frozen=True, kw_only=True):
    date: date
    name: str


class TermRule(Struct, frozen=True, kw_only=True):
    """`id`: of the copy, null before there is one. `lessons`: how many there are; `free`: days that are left out."""

    source_id: int
    id: int | None
    group_id: int
    title: str
    day_of_week: int
    week_type: WeekType
    start_time: time
    end_time: time
    timezone: str
    week_anchor: date | None
    lessons: int
    free: list[TermFreeDay]
    clashes: list[TermClash]

    @classmethod
    def of(cls, copied: CopiedRule) -> "TermRule":
        rule = copied.rule
        return cls(
            source_id=copied.source_id,
            id=None if rule.id == copied.source_id else rule.id,
            group_id=rule.group_id,
            title=rule.title,
            day_of_week=rule.day_of_week,
            week_type=rule.week_type,
            start_time=rule.start_time,
            end_time=rule.end_time,
            timezone=rule.timezone,
            week_anchor=rule.week_anchor,
            lessons=copied.lessons,
            free=[TermFreeDay(date=day, name=name) for day, name in copied.free],
            clashes=[
                TermClash(
                    date=clash.date,
                    title=clash.title,
                    start_time=Instant.of(clash.start),
                    end_time=Instant.of(clash.end),
                )
                for clash in copied.clashes
            ],
        )


class TermPool(Struct, frozen=True, kw_only=True):
    """`peak`: lessons of all teachers on the pool at once at most, with the copied ones, first at `peak_at`."""

    places: int
    peak: int
    peak_at: Instant | None


class TermPlanReply(Struct, frozen=True, kw_only=True):
    """`homework`: how many drafts."""

    rules: list[TermRule]
    homework: int
    pool: TermPool

    @classmethod
    def of(cls, plan: TermPlan) -> "TermPlanReply":
        pool = plan.pool
        return cls(
            rules=[TermRule.of(each) for each in plan.rules],
            homework=plan.homework,
            pool=TermPool(
                places=pool.places, peak=pool.peak, peak_at=Instant.of(pool.peak_at) if pool.peak_at else None
            ),
        )
