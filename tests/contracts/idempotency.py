"""Contract of `Idempotency` (M8)."""

from datetime import timedelta

import pytest

from atg_core.clock import utc_now
from atg_core.idempotency import RETENTION, Call, KeyUsedForAnotherCall, Reply, StillRunning
from atg_core.identity.ports import UserNotFound
from atg_entrypoints.container import Container
from tests.people import account

NOW = utc_now()
REPLY = Reply(status=201, media_type="application/json", body=b'{"id":"1"}')


def call(*, owner: str = "anna", key: str = "k", asked: bytes = b"a") -> Call:
    return Call(owner=owner, key=key, fingerprint=asked.ljust(32, b"."))


class IdempotencyContract:
    """The fixture `container` says over which database."""

    async def keep(self, container: Container, of: Call) -> None:
        async with container.idempotency().running(of) as kept:
            await kept.keep(of, REPLY, NOW)

    async def find(self, container: Container, of: Call, *, after: timedelta = timedelta()) -> Reply | None:
        async with container.idempotency().running(of) as kept:
            return await kept.find(of, NOW + after)

    async def test_a_reply_is_found_for_the_same_call_alone(self, container: Container) -> None:
        assert await self.find(container, call()) is None
        await self.keep(container, call())
        assert await self.find(container, call()) == REPLY
        assert await self.find(container, call(owner="boris")) is None
        assert await self.find(container, call(key="other")) is None
        with pytest.raises(KeyUsedForAnotherCall):
            await self.find(container, call(asked=b"b"))

    async def test_a_reply_is_kept_for_a_day_and_its_key_is_free_then(self, container: Container) -> None:
        await self.keep(container, call())
        assert await self.find(container, call(), after=RETENTION - timedelta(seconds=1)) == REPLY
        assert await self.find(container, call(asked=b"b"), after=RETENTION) is None
        async with container.idempotency().running(call(asked=b"b")) as kept:
            await kept.keep(call(asked=b"b"), REPLY, NOW + RETENTION)
            assert await kept.find(call(asked=b"b"), NOW + RETENTION) == REPLY

    async def test_what_is_too_old_is_forgotten(self, container: Container) -> None:
        await self.keep(container, call(key="old"))
        async with container.idempotency().running(call()) as kept:
            await kept.keep(call(), REPLY, NOW + RETENTION)
        assert await self.find(container, call(key="old")) is None

    async def test_a_call_that_runs_is_not_run_again(self, container: Container) -> None:
        async with container.idempotency().running(call()):
            with pytest.raises(StillRunning):
                async with container.idempotency().running(call()):
                    raise AssertionError("it ran twice")
        assert await self.find(container, call()) is None

    async def test_a_crash_leaves_neither_the_effect_nor_the_reply(self, container: Container) -> None:
        anna = account("anna")
        with pytest.raises(RuntimeError):
            await self.effect_then_crash(container, anna)
        with pytest.raises(UserNotFound):
            await container.callers().account(anna.user.id)
        assert await self.find(container, call()) is None

    async def effect_then_crash(self, container: Container, anna: object) -> None:
        async with container.idempotency().running(call()) as kept:
            async with container.open_identity()() as store:
                await store.add_account(anna)
            await kept.keep(call(), REPLY, NOW)
            raise RuntimeError("crash")

    async def test_what_a_part_undoes_does_not_undo_the_whole(self, container: Container) -> None:
        """A store that was opened within the call and failed is undone alone; what it read sees what was written."""
        anna, boris = account("anna"), account("boris")
        async with container.idempotency().running(call()):
            async with container.open_identity()() as store:
                await store.add_account(anna)
            with pytest.raises(RuntimeError):
                await self.add_then_fail(container, boris)
            assert (await container.callers().account(anna.user.id)).user.username == "anna"
        assert (await container.callers().account(anna.user.id)).user.username == "anna"
        with pytest.raises(UserNotFound):
            await container.callers().account(boris.user.id)

    async def add_then_fail(self, container: Container, boris: object) -> None:
        async with container.open_identity()() as store:
            await store.add_account(boris)
            raise RuntimeError("this part alone")
