"""Races during a request to the provider: with another start, the teacher and the reaper."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from atg_core.conferencing.ports import ConferenceProviderFailed, LessonNotLive, Pool, StartUnderWay
from atg_core.schedule.ports import LessonLive, LessonStarted
from atg_entrypoints.container import Container
from tests.account_pool import Pooled, pooled
from tests.contracts.conferencing.faulty_provider import Death, Fault

LATER = timedelta(seconds=41)


@pytest.fixture
async def pool(container: Container) -> AsyncIterator[Pooled]:
    with pooled(container) as pool:
        await pool.begin()
        await pool.account()
        yield pool


async def test_a_start_that_died_is_resumed_with_the_meeting_that_it_made(pool: Pooled) -> None:
    """P2, P3: nobody else is at it by then."""
    lesson = await pool.lesson()
    pool.provider.fault = Fault.DIES_AFTER
    with pytest.raises(Death):
        await pool.start(lesson)
    with pytest.raises(StartUnderWay):
        await pool.start(lesson)
    pool.now += LATER
    started = await pool.start(lesson)
    assert [meeting.id for meeting in pool.left()] == [started.lease.meeting_id]
    assert (await pool.start(lesson)).lease.meeting_id == started.lease.meeting_id
    [lease] = await pool.leases()
    assert lease["id"] == started.lease.id


async def test_a_start_that_died_and_that_nobody_resumes_is_reaped(pool: Pooled) -> None:
    for fault in (Fault.DIES, Fault.DIES_AFTER):
        pool.provider.fault = fault
        lesson = await pool.lesson()
        with pytest.raises(Death):
            await pool.start(lesson)
        await pool.reap(1.9)
        assert len(await pool.leases()) == 1
        await pool.reap(0.1)
        assert (await pool.leases(), pool.left(), await pool.status(lesson)) == ([], [], "planned")


async def test_a_start_that_was_only_slow_and_the_one_that_resumed_it_share_the_meeting(pool: Pooled) -> None:
    lesson = await pool.lesson()
    others = []

    async def resume() -> None:
        pool.now += LATER
        others.append(await pool.start(lesson))

    pool.meanwhile(resume, late=True)
    started = await pool.start(lesson)
    assert started.lease.meeting_id == others[0].lease.meeting_id
    await pool.do_jobs()
    assert [meeting.id for meeting in pool.left()] == [started.lease.meeting_id]
    assert await pool.status(lesson) == "live"


@pytest.mark.parametrize("fault", [Fault.FAILS_AFTER, Fault.TIMES_OUT_AFTER])
async def test_a_start_that_fails_takes_nothing_from_the_one_that_resumed_it(pool: Pooled, fault: Fault) -> None:
    lesson = await pool.lesson()

    async def resume() -> None:
        pool.now += LATER
        await pool.start(lesson)

    pool.meanwhile(resume, late=True)
    pool.provider.fault = fault
    with pytest.raises(ConferenceProviderFailed):
        await pool.start(lesson)
    await pool.do_jobs()
    assert (await pool.status(lesson), len(pool.left()), len(await pool.leases())) == ("live", 1, 1)


@pytest.mark.parametrize("late", [False, True])
async def test_a_lesson_that_is_ended_while_it_is_started_leaves_no_meeting(pool: Pooled, late: bool) -> None:
    lesson = await pool.lesson()
    for fault, error in ((None, LessonNotLive), (Fault.TIMES_OUT_AFTER, ConferenceProviderFailed)):
        pool.meanwhile(lambda: pool.end(lesson), late=late)
        pool.provider.fault = fault
        with pytest.raises(error):
            await pool.start(lesson)
        assert await pool.leases() == []
        await pool.do_jobs()
        assert pool.left() == []


async def test_ending_a_lesson_whose_start_died_leaves_no_meeting(pool: Pooled) -> None:
    lesson = await pool.lesson()
    pool.provider.fault = Fault.DIES_AFTER
    with pytest.raises(Death):
        await pool.start(lesson)
    await pool.end(lesson)
    assert await pool.leases() == []
    await pool.do_jobs()
    assert pool.left() == []


async def test_a_meeting_that_is_saved_while_its_lesson_is_ended_is_ended_too(pool: Pooled) -> None:
    """The end has seen no meeting, and frees the account when there is one."""
    lesson = await pool.lesson()
    saved, looks, ending = asyncio.Event(), 0, []

    @asynccontextmanager
    async def open_store() -> AsyncIterator[Pool]:
        nonlocal looks
        looks += 1
        if looks == 2:
            await saved.wait()
        async with pool.container.open_pool()() as store:
            yield store

    async def begin_to_end() -> None:
        end = replace(pool.container.end_lesson(), open=open_store)
        ending.append(asyncio.create_task(end(lesson, pool.teacher.id)))
        while looks < 2:
            await asyncio.sleep(0)

    pool.meanwhile(begin_to_end, late=True)
    await pool.start(lesson)
    saved.set()
    assert (await ending[0]).status == "ended"
    await pool.do_jobs()
    assert (await pool.leases(), pool.left()) == ([], [])


async def test_what_is_being_started_is_neither_moved_nor_cancelled_nor_deleted(pool: Pooled) -> None:
    lesson = await pool.lesson()
    edit = pool.container.edit_lessons()

    async def interfere() -> None:
        for changes in ({"status": "cancelled"}, {"end_time": pool.now + timedelta(hours=5)}):
            with pytest.raises(LessonStarted):
                await edit.change(pool.teacher, lesson, changes, allow_overlap=True)
        with pytest.raises(LessonLive):
            await edit.delete(pool.teacher, lesson)

    for late in (False, True):
        pool.meanwhile(interfere, late=late)
        await pool.start(lesson)
        await pool.end(lesson)
    started = await pool.start(lesson)
    assert started.lesson.title == "Алгебра"


async def test_who_asks_for_a_new_url_of_a_lesson_that_ends_meanwhile_gets_none(pool: Pooled) -> None:
    lesson = await pool.lesson(hours=4)
    started = await pool.start(lesson)
    pool.now += timedelta(hours=2)
    pool.meanwhile(lambda: pool.tell(pool.meeting(started)), late=True)
    with pytest.raises(LessonNotLive):
        await pool.start(lesson)


async def test_the_other_of_two_ends_leaves_the_lesson_that_was_started_again(pool: Pooled) -> None:
    """P4: the first one has asked the provider, and is late."""
    lesson = await pool.lesson()
    first = await pool.start(lesson)

    async def end_and_start() -> None:
        await pool.end(lesson)
        await pool.start(lesson)

    pool.meanwhile(end_and_start, late=True)
    await pool.end(lesson)
    [lease] = await pool.leases()
    assert lease["id"] != first.lease.id
    assert await pool.status(lesson) == "live"
    await pool.do_jobs()
    assert [meeting.id for meeting in pool.left()] == [lease["meeting_id"]]
