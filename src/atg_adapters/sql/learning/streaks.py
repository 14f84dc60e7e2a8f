"""Streaks of learners, counted from the moments at which topics were completed."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, tzinfo
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from atg_adapters.sql.tables.learning import user_stats, user_topic_progress
from atg_core.learning.totals import Streak

type Condition = sa.ColumnElement[bool]

_QUARTER = 15 * 60  # seconds: the offsets of all time zones are multiples of a quarter of an hour

_quarter = sa.cast(sa.extract("epoch", user_topic_progress.c.completed_at) // _QUARTER, sa.BigInteger).label("quarter")
QUARTERS = sa.select(user_topic_progress.c.user_id, _quarter).where(user_topic_progress.c.completed_at.is_not(None))
"""The quarters of an hour, since the epoch, in which learners completed topics."""

STORED = sa.select(user_stats.c.user_id, user_stats.c.streak_first_day, user_stats.c.streak_last_day)
UPDATE = (
    sa.update(user_stats)
    .where(user_stats.c.user_id == sa.bindparam("user"))
    .values(streak_first_day=sa.bindparam("streak_first_day"), streak_last_day=sa.bindparam("streak_last_day"))
)


def streak_of(row: Any) -> Streak | None:
    """Of a row with the columns of `user_stats`."""
    first, last = row.streak_first_day, row.streak_last_day
    return Streak(first_day=first, last_day=last) if first and last else None


def columns_of(streak: Streak | None) -> dict[str, date | None]:
    """The same columns."""
    return {
        "streak_first_day": streak.first_day if streak else None,
        "streak_last_day": streak.last_day if streak else None,
    }


def streaks_of(rows: Iterable[Any], timezone: tzinfo) -> dict[UUID, Streak]:
    """By learner, of rows of `QUARTERS`."""

    @cache
    def day_of(quarter: int) -> date:
        return datetime.fromtimestamp(quarter * _QUARTER, timezone).date()

    days: defaultdict[UUID, set[date]] = defaultdict(set)
    for user_id, quarter in rows:
        days[user_id].add(day_of(quarter))
    return {user_id: streak for user_id, each in days.items() if (streak := Streak.of(each))}
