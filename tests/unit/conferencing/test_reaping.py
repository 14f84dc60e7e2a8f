"""The reaper: which leases it releases, and recovery from lost events and processes (P5, P6)."""

from collections.abc import AsyncIterator
from random import Random

import pytest

from atg_core.conferencing.ports import ConferenceProviderFailed, PoolExhausted
from atg_entrypoints.container import Container
from tests.account_pool import Pooled, pooled
from tests.arranging import rows_of
from tests.contracts.conferencing.faulty_provider import Fault


@pytest.fixture
async def pool(container: Container) -> AsyncIterator[Pooled]:
    with pooled(container) as pool:
        await pool.begin()
        await pool.account()
        yield pool


async def test_a_meeting_that_still_runs_keeps_its_account_while_another_is_free(pool: Pooled) -> None:
    """P5."""
    other = await pool.account("B")
    lesson = await pool.lesson()
    started = await pool.start(lesson)
    await pool.reap(74.9)
    assert (await pool.leases())[0]["expires_at"] == started.lease.expires_at
    await pool.reap(20)
    [lease] = await pool.leases()
    assert lease["expires_at"] > pool.now
    assert pool.meeting(started).is_on
    await pool.container.edit_accounts().change(other, {"is_enabled": False})
    await pool.reap(1)
    assert (await pool.leases(), pool.left(), await pool.status(lesson)) == ([], [], "ended")


async def test_a_meeting_that_still_runs_is_ended_an_hour_after_its_lesson(pool: Pooled) -> None:
    """P5."""
    await pool.account("B")
    lesson = await pool.lesson()
    await pool.start(lesson)
    await pool.reap(60 + 59.9)
    assert await pool.status(lesson) == "live"
    await pool.reap(0.1)
    assert (await pool.leases(), pool.left(), await pool.status(lesson)) == ([], [], "ended")


async def test_a_full_pool_ends_what_is_over_time_and_takes_the_next(pool: Pooled) -> None:
    await pool.start(await pool.lesson())
    pool.now = (await pool.leases())[0]["expires_at"]
    following = await pool.lesson()
    with pytest.raises(PoolExhausted):
        await pool.start(following)
    await pool.reap()
    await pool.start(following)
    assert sum(meeting.is_on for meeting in pool.provider.meetings.values()) == 1


async def test_a_meeting_to_which_nobody_came_can_not_be_begun_when_its_account_is_anothers(pool: Pooled) -> None:
    await pool.account("B")
    started = await pool.start(await pool.lesson())
    pool.meeting(started).is_on = False
    await pool.reap(75)
    assert (await pool.leases(), pool.left()) == ([], [])


async def test_what_zoom_tells_to_be_over_can_not_be_begun_when_its_account_is_anothers(pool: Pooled) -> None:
    started = await pool.start(await pool.lesson())
    pool.provider.leave(pool.meeting(started))
    assert await pool.tell(pool.meeting(started))
    assert await pool.leases() == []
    await pool.do_jobs()
    assert pool.left() == []
    assert not await pool.tell(pool.meeting(started))


async def test_where_the_provider_is_away_an_account_is_kept_while_another_is_free_and_freed_then(
    pool: Pooled,
) -> None:
    """What it does not hear is done when it is back."""
    other = await pool.account("B")
    lesson = await pool.lesson()
    await pool.start(lesson)
    pool.provider.is_away = True
    await pool.reap(80)
    assert len(await pool.leases()) == 1
    await pool.container.edit_accounts().change(other, {"is_enabled": False})
    await pool.reap(1)
    assert (await pool.leases(), len(pool.left())) == ([], 1)
    await pool.do_jobs()
    assert len(pool.left()) == 1
    pool.provider.is_away = False
    await pool.do_jobs()
    assert pool.left() == []


async def test_where_the_provider_is_away_a_teacher_still_frees_the_account(pool: Pooled) -> None:
    lesson = await pool.lesson()
    await pool.start(lesson)
    pool.provider.is_away = True
    await pool.end(lesson)
    assert (await pool.leases(), await pool.status(lesson), len(pool.left())) == ([], "ended", 1)
    with pytest.raises(ConferenceProviderFailed):
        await pool.start(await pool.lesson())
    assert await pool.leases() == []
    pool.provider.is_away = False
    await pool.do_jobs()
    assert pool.left() == []


@pytest.mark.parametrize("fault", [Fault.TIMES_OUT, Fault.TIMES_OUT_AFTER, Fault.FAILS_AFTER])
async def test_what_was_perhaps_made_is_looked_for_and_ended(pool: Pooled, fault: Fault) -> None:
    """P3: the account is free at once."""
    lesson = await pool.lesson()
    pool.provider.fault = fault
    with pytest.raises(ConferenceProviderFailed):
        await pool.start(lesson)
    started = await pool.start(lesson)
    await pool.do_jobs()
    assert [meeting.id for meeting in pool.left()] == [started.lease.meeting_id]


async def test_one_lease_that_can_not_be_looked_at_holds_up_no_other(pool: Pooled) -> None:
    for label in ("B", "C"):
        await pool.account(label)
    lessons = [await pool.lesson() for _ in range(3)]
    for lesson in lessons:
        await pool.start(lesson)
    pool.now = (await pool.leases())[0]["expires_at"]

    async def break_down() -> None:
        raise ZeroDivisionError

    pool.meanwhile(break_down, late=False)
    with pytest.raises(ZeroDivisionError):
        await pool.reap(60)
    assert len(await pool.leases()) == 1
    await pool.reap(1)
    assert await pool.leases() == []


async def test_a_day_without_any_event_leaves_the_pool_whole(pool: Pooled) -> None:
    """P6: teachers come and leave, and nobody tells."""
    random = Random(6)
    for label in ("B", "C"):
        await pool.account(label, capacity=2)
    begun = 0
    for _ in range(24 * 6):
        lesson = await pool.lesson(hours=random.choice([0.5, 1, 2]))
        try:
            started = await pool.start(lesson)
        except PoolExhausted:
            assert len(await pool.leases()) == 5
        else:
            begun += 1
            pool.meeting(started).is_on = random.random() < 0.5
        for _ in range(10):
            await pool.reap(1)
    for _ in range(3 * 60 + 1):
        await pool.reap(1)
    assert begun > 50
    assert (await pool.leases(), pool.left()) == ([], [])
    rows = await rows_of(pool.container, "scheduled_lessons")
    assert {row["status"] for row in rows} <= {"planned", "ended"}


async def test_events_in_any_order_and_number_end_the_same(pool: Pooled) -> None:
    """M10, P4: two hundred events in a hundred orders, of meetings that are on and of those before them."""
    await pool.account("B", capacity=20)
    meetings = []
    for number in range(40):
        lesson = await pool.lesson()
        meetings.append(pool.meeting(await pool.start(lesson)))
        if number % 2:
            await pool.end(lesson)
    before = {name: dict(rows) for name, rows in pool.container.database().tables.items()}
    assert len(await pool.leases()) == 20
    note, states = pool.container.handle_meeting_events(), []
    for seed in range(100):
        pool.container.database().tables.clear()
        pool.container.database().tables.update({name: dict(rows) for name, rows in before.items()})
        random = Random(seed)
        each = [(tell, meeting) for meeting in meetings for tell in (note.meeting_ended, note.recording_completed)]
        told = each + random.choices(each, k=120)
        random.shuffle(told)
        for tell, meeting in told:
            await tell(*random.choice([(meeting.id, meeting.uuid), (meeting.id, None), (None, meeting.uuid)]))
        leases, lessons, jobs = [
            await rows_of(pool.container, name) for name in ("conference_leases", "scheduled_lessons", "jobs")
        ]
        ends = sorted(row["arguments"]["meeting_id"] for row in jobs if row["kind"] == "end_meeting")
        copies = {row["arguments"]["lease_id"] for row in jobs if row["kind"] == "copy_recordings"}
        states.append((leases, lessons, ends, copies))
    assert all(state == states[0] for state in states)
    assert {row["end_reason"] for row in states[0][0]} == {"teacher", "webhook"}
    assert {row["status"] for row in states[0][1]} == {"ended"}
    assert (len(states[0][2]), len(states[0][3])) == (20, 40)
