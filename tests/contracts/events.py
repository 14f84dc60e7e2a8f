"""Contract of `EventPublisher` and `EventSubscriptions`: who is told, when, and nobody of what was rolled back."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from uuid import UUID

import pytest

from atg_core.events import (
    MISSED,
    Event,
    EventKind,
    EventPublisher,
    EventSubscriptions,
    Subscription,
    SubscriptionsEnded,
    TooManySubscriptions,
)
from atg_core.identity.model import Role
from atg_core.ids import new_id
from atg_core.schedule.model import Viewer
from atg_entrypoints.container import Container
from tests.arranging import enrol
from tests.people import add_person

STARTED = Event(kind=EventKind.LESSON_STARTED, subject_id=1)
ENDED = Event(kind=EventKind.LESSON_ENDED, subject_id=1)
_SOON, _AT_ONCE = 5.0, 0.3


async def begun(subscription: Subscription) -> Subscription:
    """Past what it begins with."""
    assert await subscription.next(_SOON) == [MISSED]
    return subscription


class EventsContract:
    """The fixture `container` says over what. `other`: what another process has, over the same."""

    @pytest.fixture
    def other(self, container: Container) -> Container:
        return container

    async def test_users_are_told_and_nobody_else(self, container: Container, other: Container) -> None:
        one, two = new_id(), new_id()
        subscriptions: EventSubscriptions = other.event_subscriptions()
        async with subscriptions.subscribe(one) as first, subscriptions.subscribe(two) as second:
            await begun(first)
            await begun(second)
            await container.events().publish(STARTED, user_ids=[one])
            assert await first.next(_SOON) == [STARTED]
            assert await second.next(_AT_ONCE) == []

    async def test_the_students_of_a_group_are_told(self, container: Container, other: Container) -> None:
        teacher, student, outsider = [
            await add_person(container, name, role=role)
            for name, role in (("teacher", Role.TEACHER), ("student", Role.STUDENT), ("outsider", Role.STUDENT))
        ]
        group = await container.edit_groups().add(Viewer(id=teacher), "A")
        await enrol(container, group.id, [student])
        subscribe = other.event_subscriptions().subscribe
        async with subscribe(student) as told, subscribe(outsider) as not_told:
            await begun(told)
            await begun(not_told)
            await container.events().publish(STARTED, group_id=group.id)
            assert await told.next(_SOON) == [STARTED]
            assert await not_told.next(_AT_ONCE) == []

    async def test_a_commit_tells_and_a_rollback_does_not(self, container: Container, other: Container) -> None:
        user = new_id()
        publisher: EventPublisher = container.events()
        async with other.event_subscriptions().subscribe(user) as subscription:
            await begun(subscription)
            with pytest.raises(RuntimeError):
                await _publish_and_fail(container, user)
            async with container.database().shared_transaction():
                await publisher.publish(ENDED, user_ids=[user])
                assert await subscription.next(_AT_ONCE) == []
            assert await subscription.next(_SOON) == [ENDED]

    async def test_what_a_savepoint_undid_is_not_told(self, container: Container, other: Container) -> None:
        user = new_id()
        async with other.event_subscriptions().subscribe(user) as subscription:
            await begun(subscription)
            async with container.database().shared_transaction():
                with pytest.raises(RuntimeError):
                    await _publish_and_fail(container, user)
                await container.events().publish(ENDED, user_ids=[user])
            assert await subscription.next(_SOON) == [ENDED]

    async def test_many_users_are_told(self, container: Container, other: Container) -> None:
        users = [new_id() for _ in range(450)]
        async with other.event_subscriptions().subscribe(users[-1]) as subscription:
            await begun(subscription)
            await container.events().publish(STARTED, user_ids=users)
            assert await subscription.next(_SOON) == [STARTED]

    async def test_each_subscription_of_a_user_is_told(self, container: Container, other: Container) -> None:
        user = new_id()
        subscriptions = other.event_subscriptions()
        async with subscriptions.subscribe(user) as one, subscriptions.subscribe(user) as two:
            for each in (one, two):
                await begun(each)
            await container.events().publish(STARTED, user_ids=[user])
            assert [await each.next(_SOON) for each in (one, two)] == [[STARTED]] * 2

    async def test_who_ends_one_may_open_another(self, other: Container) -> None:
        user = new_id()
        subscribe: Callable[[UUID], AbstractAsyncContextManager[Subscription]]
        subscribe = other.event_subscriptions().subscribe
        for _ in range(20):
            async with subscribe(user) as subscription:
                await begun(subscription)
                subscription.end()
                with pytest.raises(SubscriptionsEnded):
                    await subscription.next(_AT_ONCE)

    async def test_a_user_opens_a_few_at_most(self, other: Container) -> None:
        user, subscribe = new_id(), other.event_subscriptions().subscribe
        async with AsyncExitStack() as stack:
            for _ in range(12):
                await stack.enter_async_context(subscribe(user))
            with pytest.raises(TooManySubscriptions):
                await subscribe(user).__aenter__()
            await stack.enter_async_context(subscribe(new_id()))

    async def test_all_end_together_and_no_other_is_opened(self, other: Container) -> None:
        user = new_id()
        async with other.event_subscriptions().subscribe(user) as subscription:
            await begun(subscription)
            other.event_subscriptions().end_all()
            with pytest.raises(SubscriptionsEnded):
                await subscription.next(_SOON)
        with pytest.raises(SubscriptionsEnded):
            await other.event_subscriptions().subscribe(user).__aenter__()


async def _publish_and_fail(container: Container, user: UUID) -> None:
    async with container.database().shared_transaction():
        await container.events().publish(STARTED, user_ids=[user])
        raise RuntimeError
