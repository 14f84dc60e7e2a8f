"""Contract of `CallerCache`."""

from uuid import UUID, uuid4

from atg_core.identity.model import Caller, Role
from atg_core.identity.ports import CallerCache


def caller(user_id: UUID | None = None) -> Caller:
    return Caller(
        id=user_id or uuid4(),
        username="anna",
        role=Role.USER,
        full_name="Анна Ким",
        email=None,
        is_active=True,
        session_id=uuid4(),
    )


async def remember(cache: CallerCache, someone: Caller) -> None:
    _, stamp = await cache.find(someone.id, someone.session_id)
    await cache.put(someone, stamp)


async def remembered(cache: CallerCache, someone: Caller) -> Caller | None:
    return (await cache.find(someone.id, someone.session_id))[0]


class CallerCacheContract:
    """Run by every adapter that remembers: the fixture `cache` says which."""

    async def test_a_caller_is_remembered_by_session(self, cache: CallerCache) -> None:
        anna = caller()
        assert await remembered(cache, anna) is None
        await remember(cache, anna)
        assert await remembered(cache, anna) == anna
        assert await remembered(cache, caller(anna.id)) is None

    async def test_a_drop_forgets_every_session_of_the_user_and_of_no_other(self, cache: CallerCache) -> None:
        anna, boris = caller(), caller()
        annas_phone = caller(anna.id)
        for someone in (anna, annas_phone, boris):
            await remember(cache, someone)
        await cache.drop(anna.id)
        assert await remembered(cache, anna) is None
        assert await remembered(cache, annas_phone) is None
        assert await remembered(cache, boris) == boris

    async def test_what_was_read_before_a_drop_is_not_remembered_after_it(self, cache: CallerCache) -> None:
        """A revocation that comes between reading and remembering wins."""
        anna = caller()
        _, stamp = await cache.find(anna.id, anna.session_id)
        await cache.drop(anna.id)
        await cache.put(anna, stamp)
        assert await remembered(cache, anna) is None
        await remember(cache, anna)
        assert await remembered(cache, anna) == anna

    async def test_dropping_whom_nobody_knows_is_nothing(self, cache: CallerCache) -> None:
        await cache.drop(uuid4())
