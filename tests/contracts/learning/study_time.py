"""Time studied is believed only as far as time has passed, over every `ProgressStore` (spec: catalog-learning)."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from dependency_injector import providers

from atg_core.learning.ports import LearnerNotFound, NotEnrolled
from atg_core.learning.progress import RecordProgress
from atg_core.learning.topic_standing import TopicStanding
from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.people import add_person
from tests.school import School, school

MOST = 4 * 3600


class Learner:
    """A learner who enrolled, and a clock."""

    def __init__(self, container: Container) -> None:
        self.container, self.now = container, datetime(2026, 3, 2, 9, tzinfo=UTC)
        container.clock.override(providers.Object(lambda: self.now))
        for name in ("enroll", "update_completion", "record_progress"):
            getattr(container, name).reset()

    async def enroll(self, *schools: School, name: str = "anna") -> UUID:
        self.id = await add_person(self.container, name)
        for at in schools:
            await self.container.enroll()(self.id, at.course)
        return self.id

    async def study(self, topic: int, seconds: int = 0, *, after: float = 0) -> None:
        self.now += timedelta(seconds=after)
        record: RecordProgress = self.container.record_progress()
        await record(self.id, topic, completed=False, position_seconds=None, seconds_studied=seconds)

    async def seconds(self) -> int:
        """Studied, over all courses."""
        rows = [row for row in await rows_of(self.container, "user_courses") if row["user_id"] == self.id]
        return sum(int(row["hours_studied"] * 3600) + row["seconds_over"] for row in rows)


class StudyTimeContract:
    """Run by every adapter: the fixture `container` says which."""

    @pytest.fixture
    def learner(self, container: Container) -> Learner:
        return Learner(container)

    async def test_a_message_counts_at_most_since_the_one_before_and_the_first_since_enrolling(
        self, container: Container, learner: Learner
    ) -> None:
        at = await school(container)
        await learner.enroll(at)
        await learner.study(at.topics[0], 14_400)
        assert await learner.seconds() == 0
        await learner.study(at.topics[0], 14_400, after=60)
        assert await learner.seconds() == 60
        await learner.study(at.topics[0], after=600)
        await learner.study(at.topics[0], 14_400, after=5)
        assert await learner.seconds() == 65, "and a message without seconds is one, too"
        await learner.study(at.topics[0], 30, after=300)
        assert await learner.seconds() == 95, "less may have been studied than time has passed"

    async def test_four_hours_are_the_most_of_one_message(self, container: Container, learner: Learner) -> None:
        at = await school(container)
        await learner.enroll(at)
        await learner.study(at.topics[0], 86_400, after=86_400)
        assert await learner.seconds() == MOST
        await learner.study(at.topics[1], 86_400)
        assert await learner.seconds() == MOST

    async def test_topics_and_courses_share_the_time(self, container: Container, learner: Learner) -> None:
        """However many stations somebody is enrolled at."""
        here, there = await school(container), await school(container, name="T")
        await learner.enroll(here, there)
        for topic in (*here.topics, *there.topics):
            await learner.study(topic, 3600)
        await learner.study(here.topics[0], 3600, after=100)
        for topic in (*there.topics, *here.topics):
            await learner.study(topic, 3600)
        assert await learner.seconds() == 100
        await container.leave()(learner.id, here.course)
        await container.enroll()(learner.id, here.course)
        await learner.study(here.topics[0], 3600)
        assert await learner.seconds() == 100, "nor is enrolling again a beginning"

    async def test_messages_at_once_count_for_one(self, container: Container, learner: Learner) -> None:
        at = await school(container, topics=8)
        await learner.enroll(at)
        learner.now += timedelta(hours=10)
        await asyncio.gather(*(learner.study(topic, MOST) for topic in at.topics for _ in range(2)))
        assert await learner.seconds() == MOST

    async def test_fractions_of_seconds_neither_add_up_nor_get_lost(
        self, container: Container, learner: Learner
    ) -> None:
        at = await school(container)
        await learner.enroll(at)
        for _ in range(100):
            await learner.study(at.topics[0], 1, after=0.3)
        assert await learner.seconds() == 30
        for after in (9.98, 10.05, 9.97, 10.1):
            await learner.study(at.topics[0], 10, after=after)
        assert await learner.seconds() >= 68

    async def test_a_clock_that_is_behind_gives_no_time_twice(self, container: Container, learner: Learner) -> None:
        """As that of another process."""
        at = await school(container)
        await learner.enroll(at)
        await learner.study(at.topics[0], 100, after=100)
        await learner.study(at.topics[0], 100, after=-50)
        await learner.study(at.topics[0], 100, after=50)
        assert await learner.seconds() == 100

    async def test_everybody_has_their_own_time(self, container: Container, learner: Learner) -> None:
        at = await school(container)
        for name in ("anna", "boris"):
            await learner.enroll(at, name=name)
            await learner.study(at.topics[0], 60, after=60)
            assert await learner.seconds() == 60

    async def test_what_is_refused_takes_no_time(self, container: Container, learner: Learner) -> None:
        at, other = await school(container), await school(container, name="T")
        await learner.enroll(at)
        with pytest.raises(NotEnrolled):
            await learner.study(other.topics[0], 60, after=60)
        await learner.study(at.topics[0], 60)
        assert await learner.seconds() == 60

    async def test_totals_keep_the_moment_of_the_last_message(self, container: Container, learner: Learner) -> None:
        at = await school(container)
        await learner.enroll(at)
        topic = at.topics[0]
        for now, latest in ((learner.now, learner.now), (learner.now - timedelta(1), learner.now)):
            async with container.open_progress()() as store:
                found = await store.lock_topic(learner.id, topic)
                assert found.heard_at in {None, latest}
                await store.record(found, message(found, now), now)
            async with container.open_progress()() as store:
                assert (await store.lock_topic(learner.id, topic)).heard_at == latest
        with pytest.raises(LearnerNotFound):
            async with container.open_progress()() as store:
                await store.lock_topic(uuid4(), topic)
        await learner.study(topic, after=60)
        async with container.open_progress()() as store:
            assert (await store.lock_topic(learner.id, topic)).heard_at == learner.now


def message(found: TopicStanding, now: datetime) -> TopicStanding:
    return found.after(now, now.date(), completed=False, position_seconds=None, seconds_studied=0)
