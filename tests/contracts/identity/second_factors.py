"""Contract of `SecondFactors`."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

from atg_core.clock import utc_now
from atg_core.identity.second_factor import TRIES_OF_TICKET, SecondFactor, SignInTicket
from atg_entrypoints.container import Container
from tests.people import add_person

NOW = utc_now().replace(microsecond=0)
HASH, OTHER_HASH = b"a" * 32, b"b" * 32


def ticket(user_id: UUID, ticket_hash: bytes = HASH) -> SignInTicket:
    ends = NOW + timedelta(minutes=5)
    return SignInTicket(
        id=uuid4(), ticket_hash=ticket_hash, user_id=user_id, for_setup=True, created_at=NOW, expires_at=ends
    )


class SecondFactorsContract:
    """Run by every adapter: the fixture `container` says which."""

    async def test_a_second_factor_is_kept_and_replaced(self, container: Container) -> None:
        anna, boris = await add_person(container, "anna"), await add_person(container, "boris")
        pending = SecondFactor(user_id=anna, secret="sealed", created_at=NOW)
        confirmed = SecondFactor(user_id=anna, secret="other", created_at=NOW, confirmed_at=NOW, last_step=59_000_000)
        for factor in (pending, confirmed):
            async with container.open_identity()() as store:
                await store.put_second_factor(factor)
                assert await store.find_second_factor(anna) == factor
                assert await store.find_second_factor(boris) is None
                assert await store.second_factor_secrets() == [(anna, factor.secret)]
        async with container.open_identity()() as store:
            await store.replace_secret(anna, "sealed", "too late")
            await store.replace_secret(anna, "other", "resealed")
            assert (await store.find_second_factor(anna)).secret == "resealed"
            assert not await store.remove_second_factor(boris)
            assert await store.remove_second_factor(anna)
            assert await store.find_second_factor(anna) is None

    async def test_a_setup_that_was_not_confirmed_goes_as_if_there_had_been_none(self, container: Container) -> None:
        anna = await add_person(container, "anna")
        async with container.open_identity()() as store:
            await store.put_second_factor(SecondFactor(user_id=anna, secret="sealed", created_at=NOW))
            assert not await store.remove_second_factor(anna)

    async def test_time_steps_only_rise_and_of_many_at_once_one_counts(self, container: Container) -> None:
        anna = await add_person(container, "anna")
        async with container.open_identity()() as store:
            await store.put_second_factor(SecondFactor(user_id=anna, secret="s", created_at=NOW, confirmed_at=NOW))

        async def use(step: int) -> bool:
            async with container.open_identity()() as store:
                used: bool = await store.use_time_step(anna, step)
                return used

        assert sum(await asyncio.gather(*(use(7) for _ in range(10)))) == 1
        assert [await use(step) for step in (6, 7, 8, 8)] == [False, False, True, False]

    async def test_recovery_codes_are_their_users_and_each_works_once(self, container: Container) -> None:
        anna, boris = await add_person(container, "anna"), await add_person(container, "boris")
        async with container.open_identity()() as store:
            await store.replace_recovery_codes(anna, [HASH])
            await store.replace_recovery_codes(anna, [HASH, OTHER_HASH])
            assert not await store.use_recovery_code(boris, HASH, NOW)
            assert await store.use_recovery_code(anna, HASH, NOW)
            assert not await store.use_recovery_code(anna, HASH, NOW)
            assert await store.count_recovery_codes(anna) == 1
            await store.remove_second_factor(anna)
            assert not await store.use_recovery_code(anna, OTHER_HASH, NOW)

    async def test_the_tries_of_a_ticket_are_counted_and_it_works_once(self, container: Container) -> None:
        anna = await add_person(container, "anna")
        async with container.open_identity()() as store:
            await store.add_ticket(made := ticket(anna))
            assert await store.try_ticket(OTHER_HASH, NOW) is None
            assert await store.try_ticket(HASH, made.expires_at) is None
            tries = [await store.try_ticket(HASH, NOW) for _ in range(TRIES_OF_TICKET + 1)]
            assert [each and each.tries for each in tries] == [1, 2, 3, 4, 5, None]
            assert not await store.use_ticket(made.id, made.expires_at)
            assert await store.use_ticket(made.id, NOW), "the last try was right"
            assert not await store.use_ticket(made.id, NOW)
            await store.add_ticket(used := ticket(anna, OTHER_HASH))
            assert await store.use_ticket(used.id, NOW)
            assert await store.try_ticket(OTHER_HASH, NOW) is None

    async def test_tickets_go_with_sessions_and_when_they_have_expired(self, container: Container) -> None:
        anna, boris = await add_person(container, "anna"), await add_person(container, "boris")
        async with container.open_identity()() as store:
            await store.add_ticket(of_anna := ticket(anna))
            await store.add_ticket(of_boris := ticket(boris, OTHER_HASH))
            await store.revoke_sessions(anna, "tests", NOW)
            assert not await store.use_ticket(of_anna.id, NOW)
            assert await store.delete_tickets(of_boris.expires_at) == 0
            assert await store.use_ticket(of_boris.id, NOW)
            assert await store.delete_tickets(of_boris.expires_at + timedelta(seconds=1)) == 1
            assert not await store.use_ticket(of_boris.id, NOW)
