"""A session begins for a user as they are when it is committed, and each user has at most fifty."""

import asyncio
from collections.abc import AsyncIterator
from contextvars import Context
from dataclasses import replace

import pytest

from atg_core.clock import utc_now
from atg_core.identity.model import Device, User
from atg_core.identity.ports import IdentityStore, SessionsOfUser
from atg_core.identity.second_factor import SecondFactor
from atg_core.identity.session_start import MAX_SESSIONS
from atg_entrypoints.container import Container, close, create_container
from atg_entrypoints.settings import Settings
from tests.conftest import SECRET
from tests.contracts.identity.store import event_of, session_of
from tests.people import account

DEVICE = Device(ip_address="192.0.2.1", user_agent="tests")


@pytest.fixture
async def container(postgres_url: str) -> AsyncIterator[Container]:
    made = create_container(Settings(database_url=postgres_url, secret_key=SECRET))
    yield made
    await close(made)


async def added(container: Container) -> User:
    person = account(password_hash="old")
    async with container.open_identity()() as store:
        await store.add_account(person)
    return person.user


async def begun_while(container: Container, user: User, change: str) -> SessionsOfUser | None:
    async def begin() -> SessionsOfUser | None:
        async with container.open_identity()() as store:
            begun: SessionsOfUser | None = await store.begin_session(session_of(user.id), event_of(user.id), user)
            return begun

    async with container.open_identity()() as store:
        await store.lock_user(user.id)
        beginning = asyncio.create_task(begin(), context=Context())  # not in this transaction
        await asyncio.sleep(0.3)
        assert not beginning.done()
        await CHANGES[change](store, user)
    return await beginning


async def set_up(store: IdentityStore, user: User) -> None:
    now = utc_now()
    await store.put_second_factor(SecondFactor(user_id=user.id, secret="sealed", created_at=now, confirmed_at=now))


async def change_password(store: IdentityStore, user: User) -> None:
    await store.replace_password_hash(user.id, "old", "new")


async def deactivate(store: IdentityStore, user: User) -> None:
    await store.save_user(replace(user, is_active=False))


CHANGES = {"second factor": set_up, "password": change_password, "deactivated": deactivate}


async def test_a_second_factor_that_was_set_up_meanwhile_is_seen(container: Container) -> None:
    begun = await begun_while(container, await added(container), "second factor")
    assert begun is not None
    assert begun.has_second_factor


@pytest.mark.parametrize("change", ["password", "deactivated"])
async def test_no_session_begins_for_whom_was_changed_meanwhile(container: Container, change: str) -> None:
    user = await added(container)
    assert await begun_while(container, user, change) is None
    assert (await container.callers().live_sessions(user.id, utc_now(), limit=1, offset=0))[1] == 0


async def test_nobody_has_more_than_fifty_sessions_however_many_begin_at_once(container: Container) -> None:
    user = await added(container)

    async def begin() -> None:
        for _ in range(10):
            async with container.open_identity()() as store:
                await container.begin_session()(store, user, DEVICE)

    await asyncio.gather(*(begin() for _ in range(6)))
    _, live = await container.callers().live_sessions(user.id, utc_now(), limit=1, offset=0)
    assert live == MAX_SESSIONS
