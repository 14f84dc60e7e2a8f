"""How many places planned lessons need: their overlap, and what pools of each size would refuse."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush

type Span = tuple[datetime, datetime]
"""When a lesson begins and ends, both aware."""

_NO_TIME = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What planned lessons ask of a pool.

    `peak`: how many there are at once at most, first at `peak_at`; 0 and None without lessons.
    `overlap`: how many there are at once, as steps: from each instant (UTC) until the next.
    `refused[k - 1]`: how many a pool of k places refuses, for each k from 1 to the peak, the last of which is 0.
    """

    lessons: int
    peak: int
    peak_at: datetime | None
    overlap: tuple[tuple[datetime, int], ...]
    refused: tuple[int, ...]

    def share(self, places: int) -> float:
        """Which part of the lessons a pool of so many places refuses, from 0 to 1."""
        return self.refused[places - 1] / self.lessons if 0 < places <= self.peak else 0.0


def demand_of(spans: Iterable[Span], *, early: timedelta = _NO_TIME, late: timedelta = _NO_TIME) -> Demand:
    """Plays every lesson against pools of all sizes, in the order of their starts, in O(n log n).

    A lesson holds a place from `early` before its start until `late` after its end, and one that ends makes room for
    one that begins at the same instant. It is refused if no place is free when it asks, and does not ask again.
    Where several ask at once, the shorter ones come first. How many meetings an account may make in a day is not
    looked at.
    """
    # Of two times of one zone Python compares what the clocks show, which is no order in a night when they change.
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
    """What pools of 1 to `peak` places refuse; `held` is by start.

    Each lesson takes the free place of the lowest number. So what happens on the first k places is the same however
    many there are beyond, and a pool of k refuses exactly what goes beyond k: one pass tells of every size, and a
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
