"""Capacity planning, compared with a plain simulation of each pool size."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from atg_core.conferencing.capacity import Span, demand_of

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ZONES = (UTC, ZoneInfo("Europe/Berlin"), timezone(timedelta(hours=-7)))


def at(start: int, end: int) -> Span:
    return NOON + start * MINUTE, NOON + end * MINUTE


MINUTES = st.integers(0, 12)
LESSONS = st.lists(
    st.builds(
        lambda start, length, zone: (
            (NOON + start * MINUTE).astimezone(zone),
            (NOON + (start + length) * MINUTE).astimezone(zone),
        ),
        st.integers(0, 60),
        st.integers(1, 40),
        st.sampled_from(ZONES),
    ),
    max_size=25,
)


def widened(spans: list[Span], early: int, late: int) -> list[Span]:
    return sorted((start.astimezone(UTC) - early * MINUTE, end.astimezone(UTC) + late * MINUTE) for start, end in spans)


def at_once(spans: list[Span], moment: datetime) -> int:
    return sum(start <= moment < end for start, end in spans)


def refused_by(places: int, spans: list[Span]) -> int:
    accepted: list[Span] = []
    for span in spans:
        if at_once(accepted, span[0]) < places:
            accepted.append(span)
    return len(spans) - len(accepted)


@given(LESSONS, MINUTES, MINUTES)
def test_each_pool_refuses_what_it_refuses_when_it_is_played_alone(spans: list[Span], early: int, late: int) -> None:
    demand = demand_of(spans, early=early * MINUTE, late=late * MINUTE)
    held = widened(spans, early, late)
    assert demand.lessons == len(spans)
    assert demand.refused == tuple(refused_by(places, held) for places in range(1, demand.peak + 1))


@given(LESSONS, MINUTES, MINUTES)
def test_a_larger_pool_refuses_no_more_and_one_of_the_peak_nothing_but_smaller_ones_do(
    spans: list[Span], early: int, late: int
) -> None:
    refused = demand_of(spans, early=early * MINUTE, late=late * MINUTE).refused
    assert list(refused) == sorted(refused, reverse=True)
    assert refused[-1:] in {(), (0,)}
    assert all(refused[:-1])


@given(LESSONS, MINUTES, MINUTES)
def test_the_overlap_is_what_counting_finds_at_each_moment(spans: list[Span], early: int, late: int) -> None:
    demand = demand_of(spans, early=early * MINUTE, late=late * MINUTE)
    held = widened(spans, early, late)
    assert all(before[1] != after[1] for before, after in pairwise(demand.overlap))
    told, moments = dict(demand.overlap), sorted({moment for span in held for moment in span})
    running = 0
    for moment in moments:
        running = told.get(moment, running)
        assert running == at_once(held, moment)
    assert demand.peak == max((at_once(held, moment) for moment in moments), default=0)
    assert demand.peak_at == next((each for each in moments if at_once(held, each) == demand.peak), None)


@given(LESSONS.flatmap(lambda spans: st.tuples(st.just(spans), st.permutations(spans))))
def test_the_order_in_which_lessons_are_given_changes_nothing(both: tuple[list[Span], list[Span]]) -> None:
    assert demand_of(both[0]) == demand_of(both[1])


def test_a_lesson_that_ends_makes_room_for_the_next_one_unless_its_teacher_stays() -> None:
    in_turn = [at(0, 45), at(45, 90), at(90, 135)]
    assert demand_of(in_turn).refused == (0,)
    assert demand_of(in_turn, late=MINUTE).refused == (1, 0)
    assert demand_of(in_turn, early=MINUTE).peak_at == NOON + 44 * MINUTE


def test_a_refused_lesson_holds_no_place() -> None:
    demand = demand_of([at(0, 10), at(5, 60), at(15, 20), at(30, 40)])
    assert (demand.peak, demand.peak_at, demand.refused) == (2, NOON + 5 * MINUTE, (1, 0))
    assert [demand.share(places) for places in (1, 2, 3)] == [0.25, 0.0, 0.0]


def test_the_hour_that_clocks_repeat_is_two_hours() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    first = datetime(2026, 10, 25, 2, 0, tzinfo=berlin)
    lessons = [(first, first.replace(minute=45)), (first.replace(fold=1), first.replace(fold=1, minute=45))]
    demand = demand_of(lessons)
    assert demand.peak == 1
    assert demand.overlap[-1] == (datetime(2026, 10, 25, 1, 45, tzinfo=UTC), 0)


def test_without_lessons_no_place_is_needed() -> None:
    demand = demand_of([])
    assert (demand.lessons, demand.peak, demand.peak_at, demand.overlap, demand.refused) == (0, 0, None, (), ())
    assert demand.share(1) == 0.0
