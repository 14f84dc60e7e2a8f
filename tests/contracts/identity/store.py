"""Contract of `IdentityStore` and `Callers`."""

from dataclasses import asdict, replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from atg_core.clock import utc_now
from atg_core.identity.audit import Action, AuditEvent
from atg_core.identity.model import Account, Session, SessionLifetime
from atg_core.identity.oauth_providers import IdentityTaken, OAuthIdentity
from atg_core.identity.ports import EmailTaken, SessionsOfUser, UnknownStation, UsernameTaken, UserNotFound
from atg_core.identity.refresh_tokens import Rotated, Rotation
from atg_core.identity.second_factor import SecondFactor
from atg_entrypoints.container import Container
from tests.people import account

LIFETIME = SessionLifetime(idle=timedelta(days=14), absolute=timedelta(days=90))


def session_of(user_id: UUID, **changes: object) -> Session:
    now = utc_now()
    fields = {
        "id": uuid4(),
        "user_id": user_id,
        "expires_at": now + timedelta(days=14),
        "created_at": now,
        "last_activity": now,
        "ip_address": "192.0.2.1",
        "user_agent": "Тест/1.0",
        "salt": b"0123456789abcdef",
        **asdict(Rotation.begin(now)),
        **changes,
    }
    return Session(**fields)  # type: ignore[arg-type]


def event_of(user_id: UUID) -> AuditEvent:
    return AuditEvent(id=uuid4(), at=utc_now(), action=Action.SIGNED_IN, actor_id=user_id, user_id=user_id)


def next_of(session: Session) -> Session:
    """The session after its confirmed token was presented, a while later."""
    now = session.last_activity + timedelta(minutes=1)
    outcome = session.rotation.present(session.rotation.confirmed, now)
    assert isinstance(outcome, Rotated)
    return session.refreshed(outcome.rotation, LIFETIME, now)


class IdentityContract:
    """Run by every adapter: the fixture `container` says which."""

    async def test_an_account_is_found_by_name_and_by_email_in_any_case(self, container: Container) -> None:
        stored = account("anna", email="Anna@Example.com")
        async with container.open_identity()() as store:
            await store.add_account(stored)
            by_name, by_email = await store.find_account("anna"), await store.find_account("ANNA@example.COM")
        assert by_name is not None
        assert by_name.user.id == stored.user.id == by_email.user.id
        assert by_name.profile == stored.profile

    async def test_a_username_that_looks_like_anothers_email_goes_before_it(self, container: Container) -> None:
        named, mailed = account("x@example.com", email=None), account("other", email="x@example.com")
        async with container.open_identity()() as store:
            await store.add_account(mailed)
            await store.add_account(named)
            found = await store.find_account("x@example.com")
        assert found is not None
        assert found.user.id == named.user.id

    async def test_nobody_is_found_under_an_unknown_name(self, container: Container) -> None:
        async with container.open_identity()() as store:
            assert await store.find_account("nobody") is None
            assert await store.find_session(uuid4()) is None

    async def test_a_username_and_an_email_belong_to_one_account(self, container: Container) -> None:
        async with container.open_identity()() as store:
            await store.add_account(account("anna"))
        with pytest.raises(UsernameTaken):
            async with container.open_identity()() as store:
                await store.add_account(account("anna", email="other@example.com"))
        with pytest.raises(EmailTaken):
            async with container.open_identity()() as store:
                await store.add_account(account("boris", email="ANNA@example.com"))

    async def test_an_error_undoes_what_was_done_in_the_transaction(self, container: Container) -> None:
        async def fail_after_adding() -> None:
            async with container.open_identity()() as store:
                await store.add_account(account("anna"))
                raise RuntimeError

        with pytest.raises(RuntimeError):
            await fail_after_adding()
        async with container.open_identity()() as store:
            assert await store.find_account("anna") is None

    async def test_a_hash_is_replaced_only_if_it_is_still_the_old_one(self, container: Container) -> None:
        person = account("anna", password_hash="old")
        async with container.open_identity()() as store:
            await store.add_account(person)
            await store.replace_password_hash(person.user.id, "another", "newer")
            await store.replace_password_hash(person.user.id, "old", "new")
            await store.replace_password_hash(person.user.id, "old", "newest")
            found = await store.find_account("anna")
        assert found is not None
        assert found.user.password_hash == "new"

    async def test_a_session_comes_back_as_it_was_stored(self, container: Container) -> None:
        person = account()
        session = session_of(person.user.id)
        async with container.open_identity()() as store:
            await store.add_account(person)
            await store.add_session(session)
        async with container.open_identity()() as store:
            found = await store.find_session(session.id)
        assert found is not None
        assert found[0] == session
        assert found[1].id == person.user.id

    async def test_a_session_begins_for_a_user_as_they_were_read(self, container: Container) -> None:
        person = account()
        user = person.user
        async with container.open_identity()() as store:
            await store.add_account(person)
            first = await store.begin_session(session_of(user.id, network="192.0.2.1"), event_of(user.id), user)
            again = await store.begin_session(session_of(user.id, network="192.0.2.1"), event_of(user.id), user)
            other = await store.begin_session(session_of(user.id, network="192.0.2.2"), event_of(user.id), user)
        assert first == SessionsOfUser(has_second_factor=False, is_new_device=False, live_sessions=1)
        assert again == SessionsOfUser(has_second_factor=False, is_new_device=False, live_sessions=2)
        assert other == SessionsOfUser(has_second_factor=False, is_new_device=True, live_sessions=3)
        factor = SecondFactor(user_id=user.id, secret="sealed", created_at=utc_now())
        async with container.open_identity()() as store:
            await store.put_second_factor(factor)
            unconfirmed = await store.begin_session(session_of(user.id), event_of(user.id), user)
            await store.put_second_factor(replace(factor, confirmed_at=utc_now()))
            confirmed = await store.begin_session(session_of(user.id), event_of(user.id), user)
        assert unconfirmed is not None
        assert not unconfirmed.has_second_factor
        assert confirmed is not None
        assert confirmed.has_second_factor
        assert confirmed.live_sessions == 5

    async def test_no_session_begins_for_a_user_who_was_changed(self, container: Container) -> None:
        person = account(password_hash="old")
        user = person.user
        async with container.open_identity()() as store:
            await store.add_account(person)
            await store.replace_password_hash(user.id, "old", "new")
            assert await store.begin_session(session_of(user.id), event_of(user.id), user) is None
            changed = replace(user, password_hash="new")
            assert await store.begin_session(session_of(user.id), event_of(user.id), changed) is not None
            await store.save_user(replace(changed, is_active=False))
            assert await store.begin_session(session_of(user.id), event_of(user.id), changed) is None
            assert await store.begin_session(session_of(user.id), event_of(uuid4()), account("boris").user) is None
        found = await container.callers().live_sessions(user.id, utc_now(), limit=10, offset=0)
        assert found[1] == 1

    async def test_whom_a_plain_read_finds_is_whom_the_store_finds(self, container: Container) -> None:
        stored = account("anna", email="Anna@Example.com")
        async with container.open_identity()() as store:
            await store.add_account(stored)
            found = await store.find_account("anna")
        assert found is not None
        assert found == await container.callers().find_account("anna")
        assert found == await container.callers().find_by_email("ANNA@example.com")
        assert await container.callers().find_by_email("anna") is None

    async def test_usernames_are_those_of_whoever_exists(self, container: Container) -> None:
        people = [account("anna"), account("boris"), account("carl")]
        async with container.open_identity()() as store:
            for person in people:
                await store.add_account(person)
        asked = {people[0].user.id, people[1].user.id, uuid4()}
        found = await container.callers().usernames(asked)
        assert found == {people[0].user.id: "anna", people[1].user.id: "boris"}
        assert await container.callers().usernames([]) == {}

    async def test_a_revoked_session_stays_revoked(self, container: Container) -> None:
        person = account()
        session = session_of(person.user.id)
        async with container.open_identity()() as store:
            await store.add_account(person)
            await store.add_session(session)
            assert await store.revoke_session(session.id, "signed_out", utc_now()) == person.user.id
            assert await store.revoke_session(session.id, "again", utc_now()) is None
            assert await store.revoke_session(uuid4(), "unknown", utc_now()) is None
            assert not await store.refresh_session(session, next_of(session))
            found = await store.find_session(session.id)
        assert found is not None
        assert found[0].revoke_reason == "signed_out"

    async def test_a_refresh_stores_the_state_and_the_times(self, container: Container) -> None:
        person = account()
        session = session_of(person.user.id)
        after = next_of(session)
        async with container.open_identity()() as store:
            await store.add_account(person)
            await store.add_session(session)
            assert await store.refresh_session(session, after)
            found = await store.find_session(session.id)
        assert found is not None
        assert found[0] == after

    async def test_a_refresh_that_read_an_older_state_stores_nothing(self, container: Container) -> None:
        person = account()
        session = session_of(person.user.id)
        after = next_of(session)
        async with container.open_identity()() as store:
            await store.add_account(person)
            await store.add_session(session)
            assert await store.refresh_session(session, after)
            assert not await store.refresh_session(session, next_of(session))
            assert await store.refresh_session(after, replace(after, last_activity=utc_now()))

    async def test_a_session_that_is_revoked_or_whose_user_is_inactive_is_not_refreshed(
        self, container: Container
    ) -> None:
        person, gone = account("anna"), account("gone", is_active=False)
        revoked, inactive = session_of(person.user.id), session_of(gone.user.id)
        async with container.open_identity()() as store:
            for someone, session in ((person, revoked), (gone, inactive)):
                await store.add_account(someone)
                await store.add_session(session)
            await store.revoke_session(revoked.id, "signed_out", utc_now())
            for session in (revoked, inactive, session_of(person.user.id)):
                assert not await store.refresh_session(session, next_of(session))

    async def test_the_caller_of_a_live_session_is_its_active_user(self, container: Container) -> None:
        person, gone = account("anna"), account("gone", is_active=False)
        live, expired = session_of(person.user.id), session_of(person.user.id, expires_at=utc_now())
        revoked, inactive = session_of(person.user.id, revoked_at=utc_now()), session_of(gone.user.id)
        async with container.open_identity()() as store:
            await store.add_account(person)
            await store.add_account(gone)
            for session in (live, expired, revoked, inactive):
                await store.add_session(session)
        callers, now = container.callers(), utc_now() + timedelta(seconds=1)
        caller = await callers.find_caller(live.id, now)
        assert caller is not None
        assert (caller.id, caller.username, caller.session_id) == (person.user.id, "anna", live.id)
        for session in (expired, revoked, inactive):
            assert await callers.find_caller(session.id, now) is None

    async def test_a_profile_is_stored_whole(self, container: Container) -> None:
        person = account()
        changed = replace(person.profile, position="Машинист", bio='"кавычки"\nстрока', email_notifications=False)
        async with container.open_identity()() as store:
            await store.add_account(person)
            await store.save_profile(changed)
            await store.rename(person.user.id, "Анна Пак", utc_now())
        stored = await container.callers().account(person.user.id)
        assert stored.profile == changed
        assert stored.user.full_name == "Анна Пак"

    async def test_a_profile_names_only_a_station_that_is_there(self, container: Container) -> None:
        person = account()
        async with container.open_identity()() as store:
            await store.add_account(person)
        with pytest.raises(UnknownStation):
            async with container.open_identity()() as store:
                await store.save_profile(replace(person.profile, station_id=4711))

    async def test_an_unknown_user_has_no_profile(self, container: Container) -> None:
        with pytest.raises(UserNotFound):
            await container.callers().account(uuid4())
        with pytest.raises(UserNotFound):
            async with container.open_identity()() as store:
                await store.profile(uuid4())

    async def test_an_account_elsewhere_is_one_users(self, container: Container) -> None:
        anna, boris = account("anna"), account("boris")

        def known(person: Account, provider: str, subject: str) -> OAuthIdentity:
            return OAuthIdentity(provider=provider, subject=subject, user_id=person.user.id, created_at=utc_now())

        async with container.open_identity()() as store:
            for person in (anna, boris):
                await store.add_account(person)
            for identity in (known(anna, "vk", "7"), known(anna, "yandex", "7"), known(boris, "vk", "8")):
                await store.add_identity(identity)
            for taken in (known(boris, "vk", "7"), known(anna, "vk", "7")):
                with pytest.raises(IdentityTaken):
                    await store.add_identity(taken)
            assert await store.find_identity("vk", "7") == anna.user.id
            await store.delete_identities(anna.user.id)
        async with container.open_identity()() as store:
            found = [await store.find_identity(*name) for name in (("vk", "7"), ("yandex", "7"), ("vk", "8"))]
            assert found == [None, None, boris.user.id]
            await store.add_identity(known(boris, "vk", "7"))
