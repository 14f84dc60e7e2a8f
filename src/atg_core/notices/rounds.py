"""The daily round: what time tells, as that a course is due (spec: catalog-learning; identity, weekly_report)."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from atg_core.clock import Clock
from atg_core.jobs.ports import JobQueue
from atg_core.notices.due import DueDays
from atg_core.notices.ports import RoundStore
from atg_core.notices.telling import DELIVER_NOTICES
from atg_core.unit_of_work import UnitOfWork

TELL_DUE = "tell_due"
_KEPT = timedelta(days=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class TellDue:
    """The periodic job `tell_due`: does the round of a day, once that has come to its end.

    It tells what holds now and was not told: however long no worker ran, nothing that is still true is missing, and
    however often the job runs, or several at once, nobody is told twice.
    """

    open: UnitOfWork[RoundStore]
    jobs: JobQueue
    timezone: tzinfo
    clock: Clock

    async def __call__(self) -> None:
        """A transaction for each course, so that none is long."""
        now = self.clock()
        today, zone = now.astimezone(self.timezone).date(), str(self.timezone)
        days = DueDays.at(now, self.timezone)
        async with self.open() as store:
            if await store.is_done(zone, today):
                return
            courses = await store.due_courses(days.last)
        for course_id in courses:
            async with self.open() as store:
                await store.tell_due(course_id, days)
                await store.tell_managers(course_id, now)
        monday = datetime.combine(today - timedelta(days=today.weekday()), time(), self.timezone)
        async with self.open() as store:
            await store.tell_weekly(monday.astimezone(UTC), now)
            await store.finish(zone, today)
            await store.forget(today - _KEPT)
            await self.jobs.enqueue(DELIVER_NOTICES, {})
