"""Reminders of courses, told when who runs trainings asks for them (spec: catalog-learning)."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, time, tzinfo
from uuid import UUID

from atg_core.clock import Clock
from atg_core.learning.training_reports import LateEnrollment, LateQuery, TrainingReports
from atg_core.notifier import NewNotice, NoticeKind, Notifier

_BATCH = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RemindLearners:
    """Tells who is late of each of their courses, at most once a day each. The day is one of `timezone`.

    `transaction`: one for all notices of a batch.
    """

    training_reports: TrainingReports
    transaction: Callable[[], AbstractAsyncContextManager[object]]
    notifier: Notifier
    timezone: tzinfo
    clock: Clock

    async def __call__(self, query: LateQuery) -> int:
        """Returns how many were told, who may be late in several courses; others were told today."""
        now, offset, told = self.clock(), 0, 0
        while late := (await self.training_reports.late(query, now, limit=_BATCH, offset=offset))[0]:
            async with self.transaction():
                told += await self.notifier.tell(*self._notices(late, now))
            offset += _BATCH
        return told

    def _notices(self, late: Iterable[LateEnrollment], now: datetime) -> list[NewNotice]:
        """One for all who are late in a course since the same moment."""
        today = datetime.combine(now.astimezone(self.timezone), time(), self.timezone).astimezone(UTC)
        people: defaultdict[tuple[UUID, str, datetime], list[UUID]] = defaultdict(list)
        for each in late:
            people[each.course_id, each.course, each.due_at].append(each.user_id)
        return [
            NewNotice(
                kind=NoticeKind.COURSE_REMINDER,
                subject=f"course:{course_id.hex}",
                occasion=today,
                title=title,
                details={"due_at": due_at},
                user_ids=users,
            )
            for (course_id, title, due_at), users in people.items()
        ]
