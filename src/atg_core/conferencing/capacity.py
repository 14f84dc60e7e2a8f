"""Capacity planning: how many lessons overlap, and how many a pool of each size would refuse."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush

type Span = tuple[datetime, datetime]
"""Start and end of a lesson, both timezone-aware."""

_NO_TIME = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """The demand of planned lessons on a pool.

    `peak`: the most lessons at once, first at `peak_at`; 0 and None without lessons.
    `overlap`: lessons at once as a step function: from each instant (UTC) until the next.
    `refused[k - 1]`: lessons that a pool of k places refuses, for each k from 1 to the peak; the last is 0.
    """

    lessons: int
    peak: int
    peak_at: datetime | None
    overlap: tuple[tuple[datetime, int], ...]
    refused: tuple[int, ...]

    def share(self, places: int) -> float:
        """The share of lessons that a pool of so many places refuses, from 0 to 1."""
        return self.refused[places - 1] / self.lessons if 0 < places <= self.peak else 0.0


def demand_of(spans: Iterable[Span], *, early: timedelta = _NO_TIME, late: timedelta = _NO_TIME) -> Demand:
    """Simulates pools of every size over the lessons in the order of their starts, in O(n log n).

    A lesson holds a place from `early` before its start until `late` after its end, and one that ends makes room for
    one that begins at the same instant. It is refused if no place is free at its start, and does not retry. Of several
    that start at once the shorter ones come first. Daily limits of accounts are ignored.
    """
    # Python compares two datetimes of one zone by local time, which is no order across a DST change.
    held = sorted((start.astimezone(UTC) - early, end.astimezone(UTC) + late) for start, end in spans)
    held = [(start, end) for start, end in held if start < end]
    overlap = tuple(_overlap(held))
    peak_at, peak = max(overlap, key=lambda step: step[1], default=(None, 0))
    return Demand(lessons=len(held), peak=peak, peak_at=peak_at, overlap=overlap, refused=_refused(held, peak))


def _overlap(held: list[Span]) -> Iterator[tuple[datetime, int]]:
    changes: dict[datetime, int] = {}
    for start, end in held:
        changes[start] = changes.get(start, 0) + 1
        changes[end] = changes.get(end, 0) - 1
    running = 0
    for instant in sorted(changes):
        if changes[instant]:
            running += changes[instant]
            yield instant, running


def _refused(held: list[Span], peak: int) -> tuple[int, ...]:
    """Refusals of pools of 1 to `peak` places; `held` is ordered by start.

    Each lesson takes the free place of the lowest number. So what happens on the first k places is the same however
    many there are beyond, and a pool of k refuses exactly what goes beyond k: one pass covers every size, and a
    larger pool never refuses more.
    """
    free = list(range(peak))
    taken: list[tuple[datetime, int]] = []
    lessons_on = [0] * peak
    for start, end in held:
        while taken and taken[0][0] <= start:
            heappush(free, heappop(taken)[1])
        place = heappop(free)
        heappush(taken, (end, place))
        lessons_on[place] += 1
    refused, left = [], len(held)
    for number in lessons_on:
        left -= number
        refused.append(left)
    return tuple(refused)
