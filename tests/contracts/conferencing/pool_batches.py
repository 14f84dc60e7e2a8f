"""State machine of the pool with batches of simultaneous starts."""

import asyncio
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from atg_core.conferencing.leasing import LiveLesson
from atg_core.conferencing.ports import LessonNotStartable, PoolExhausted, StartUnderWay
from tests.contracts.conferencing.pool_invariants import PoolInvariants


class BatchedPool(PoolInvariants):
    """Subclasses choose the store, as of `PoolInvariants`."""

    @rule(new=st.integers(0, 5), others=st.lists(st.integers(0, 30), max_size=5), twice=st.booleans())
    def start_together(self, new: int, others: list[int], twice: bool) -> None:
        """Starts new and earlier lessons at once, one perhaps twice: as many start as there are places."""
        lessons = [self.plan(0, 30) for _ in range(new)] + [self._lesson(which) for which in others]
        lessons += lessons[:1] * twice
        before, rows = self._leases(), {row["id"]: row for row in self._lessons()}
        leased = {row["lesson_id"]: row for row in before.values() if row["ended_at"] is None}
        wanting = {lesson for lesson in lessons if lesson not in leased and self._is_startable(rows[lesson])}
        room = sum(self._room(account, list(before.values())) for account in self._accounts())
        at = self.now
        told = self.run(self._start_all(lessons))
        after = self._leases()
        new_leases = [row for key, row in after.items() if key not in before]
        assert len(new_leases) == min(len(wanting), room), "a refusal though there was a free place"
        for lesson, each in zip(lessons, told, strict=True):
            if isinstance(each, LiveLesson):
                self._is_live(lesson, each, leased.get(lesson))
                meeting = self.provider.meetings[str(each.lease.meeting_id)]
                meeting.is_on = not meeting.is_over
            elif isinstance(each, PoolExhausted):
                assert lesson in wanting
                self.refusals += 1
            elif isinstance(each, LessonNotStartable):
                assert lesson not in leased
                assert not self._is_startable(rows[lesson])
            else:
                assert isinstance(each, StartUnderWay), each
                assert lesson in wanting or leased[lesson]["making_until"] > at
        self._all_hear_the_same(lessons, told, {row["lesson_id"] for row in new_leases})

    async def _start_all(self, lessons: Sequence[int]) -> list[Any]:
        starts = (self.start_lesson(lesson, self.teacher.id) for lesson in lessons)
        return await asyncio.gather(*starts, return_exceptions=True)

    def _all_hear_the_same(self, lessons: Sequence[int], told: Sequence[Any], begun: Collection[int]) -> None:
        """Every start with a place succeeds; two starts of one lesson share one meeting."""
        started = [(lesson, each) for lesson, each in zip(lessons, told, strict=True) if isinstance(each, LiveLesson)]
        meetings = {(lesson, each.lease.meeting_id) for lesson, each in started}
        assert all(number == 1 for number in Counter(lesson for lesson, _ in meetings).values())
        assert set(begun) <= {lesson for lesson, _ in meetings}
