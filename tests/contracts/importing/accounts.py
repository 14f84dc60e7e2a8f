"""Whose accounts an import changes, over every `ImportStore`."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from atg_core.identity.audit import Action
from atg_core.identity.model import Origin, Role
from atg_core.importing.accounts import SELF_MADE, VERIFIED_EMAIL
from atg_core.importing.import_files import ImportOptions
from atg_core.importing.records import Counts
from atg_entrypoints.container import Container
from tests.arranging import Cells, arrange, insert, rows_of, source
from tests.contracts.importing.samples import BCRYPT, exported_rows, refused
from tests.people import PASSWORD, PASSWORD_HASH, account, begin_session

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
DIRECTOR = {"username": "director", "email": "director@example.com", "role": "admin"}


async def sign_up(container: Container, username: str, **changes: Any) -> UUID:
    """Somebody who opened an account with an unverified email, and is signed in."""
    person = account(username, origin=Origin.SELF, role=Role.TEACHER, **changes)
    async with container.open_identity()() as store:
        await store.add_account(person)
    await begin_session(container, person.user)
    return person.user.id


async def add_signed_in(container: Container, **cells: str) -> UUID:
    """An imported person who is signed in."""
    await arrange(container, users=[cells])
    async with container.open_identity()() as store:
        user = (await store.find_account(cells["username"])).user
    await begin_session(container, user)
    return UUID(str(user.id))


async def take_over(container: Container, *rows: Cells) -> Counts:
    counts = await container.import_files()([source("users", *rows)], ImportOptions(take_over=True))
    return counts["users.csv"]


async def by_name(container: Container, username: str) -> dict[str, Any]:
    [row] = [row for row in await rows_of(container, "users") if row["username"] == username]
    return row


async def by_id(container: Container, user_id: UUID) -> dict[str, Any]:
    [row] = [row for row in await rows_of(container, "users") if row["id"] == user_id]
    return row


async def is_signed_in(container: Container, user_id: UUID) -> bool:
    sessions = [row for row in await rows_of(container, "user_sessions") if row["user_id"] == user_id]
    assert sessions
    return any(row["revoked_at"] is None for row in sessions)


async def recorded(container: Container, user_id: UUID) -> Sequence[Action]:
    """What imports did to the user, by the audit log, which names the file."""
    events = [row for row in await rows_of(container, "audit_events") if row["user_id"] == user_id]
    assert {row["source"] for row in events} <= {"import of users.csv"}
    return sorted(row["action"] for row in events)


class AccountImportingContract:
    """The fixture `container` gives the adapter."""

    async def test_who_signed_up_as_the_director_is_not_made_an_administrator(self, container: Container) -> None:
        squatter = await sign_up(container, "director", email="evil@example.org")
        before = await by_id(container, squatter)
        assert await refused(container, users=[DIRECTOR]) == [f"users.csv:2: username: {SELF_MADE}"]
        for cells in ({"is_active": "false"}, {"password_hash": BCRYPT}, {"password": "a rather good one"}, {}):
            assert await refused(container, users=[{"username": "director", **cells}])
        assert await by_id(container, squatter) == before
        assert await is_signed_in(container, squatter)
        assert await recorded(container, squatter) == []

    async def test_an_account_that_is_taken_over_has_nothing_left_that_lets_its_former_owner_in(
        self, container: Container
    ) -> None:
        squatter = await sign_up(container, "director", email="evil@example.org", email_verified_at=NOW)
        await insert(container, "oauth_identities", provider="vk", subject="1", user_id=squatter, created_at=NOW)
        await insert(container, "calendar_tokens", user_id=squatter, digest=b"d" * 32, created_at=NOW)
        await insert(container, "second_factors", user_id=squatter, secret="x", created_at=NOW, confirmed_at=NOW)
        await insert(container, "recovery_codes", user_id=squatter, code_hash=b"d" * 32)
        assert await take_over(container, {"username": "director", "role": "admin"}) == Counts(updated=1)
        taken = await by_id(container, squatter)
        assert (taken["origin"], taken["role"], taken["username"]) == (Origin.IMPORT, "admin", "director")
        assert (taken["password_hash"], taken["email"], taken["email_verified_at"]) == (None, None, None)
        assert not await is_signed_in(container, squatter)
        for table in ("oauth_identities", "calendar_tokens", "second_factors", "recovery_codes"):
            assert await rows_of(container, table) == []
        assert Action.ACCOUNT_TAKEN_OVER in await recorded(container, squatter)
        assert (await arrange(container, users=[DIRECTOR]))["users.csv"] == Counts(updated=1)

    async def test_who_is_taken_over_gets_the_password_and_email_of_the_row(self, container: Container) -> None:
        squatter = await sign_up(container, "director", email="evil@example.org", email_verified_at=NOW)
        assert await take_over(container, DIRECTOR | {"password_hash": BCRYPT}) == Counts(updated=1)
        taken = await by_id(container, squatter)
        assert (taken["password_hash"], taken["email"]) == (BCRYPT, "director@example.com")
        assert taken["email_verified_at"] is None
        assert await take_over(container, DIRECTOR | {"password_hash": BCRYPT}) == Counts(unchanged=1)
        guessed = await sign_up(container, "deputy")
        assert await take_over(container, {"username": "deputy", "password": PASSWORD}) == Counts(updated=1)
        assert (await by_id(container, guessed))["password_hash"] == PASSWORD_HASH
        assert not await is_signed_in(container, guessed)

    async def test_an_unverified_email_of_another_is_given_to_the_imported_person(self, container: Container) -> None:
        squatter = await sign_up(container, "director@example.com", email="Director@example.com")
        assert (await arrange(container, users=[DIRECTOR]))["users.csv"] == Counts(created=1)
        assert (await by_name(container, "director"))["email"] == "director@example.com"
        lost = await by_id(container, squatter)
        assert (lost["email"], lost["username"]) == (None, f"account-{squatter.hex}")
        assert await recorded(container, squatter) == [Action.EMAIL_CHANGED]
        async with container.open_identity()() as store:
            assert (await store.find_account("director@example.com")).user.username == "director"

    async def test_an_unverified_email_is_no_hindrance_to_a_change_either(self, container: Container) -> None:
        await arrange(container, users=[{"username": "director"}])
        await sign_up(container, "squatter", email="director@example.com")
        assert (await arrange(container, users=[DIRECTOR]))["users.csv"] == Counts(updated=1)
        assert (await by_name(container, "squatter"))["email"] is None

    async def test_a_verified_email_of_another_is_a_bad_row(self, container: Container) -> None:
        await sign_up(container, "owner", email="director@example.com", email_verified_at=NOW)
        assert await refused(container, users=[DIRECTOR]) == [f"users.csv:2: email: {VERIFIED_EMAIL}"]

    @pytest.mark.parametrize(
        ("cells", "action"),
        [
            ({"is_active": "false"}, Action.USER_DEACTIVATED),
            ({"role": "student"}, Action.ROLE_CHANGED),
            ({"password_hash": PASSWORD_HASH}, Action.PASSWORD_CHANGED),
            ({"password": "a rather good one"}, Action.PASSWORD_CHANGED),
        ],
    )
    async def test_what_changes_the_rights_of_a_person_ends_their_sessions(
        self, container: Container, cells: Cells, action: Action
    ) -> None:
        person = {"username": "anna", "role": "teacher", "password_hash": BCRYPT, "is_active": "true"}
        user_id = await add_signed_in(container, **person)
        other_id = await add_signed_in(container, **person | {"username": "other"})
        counts = await arrange(container, users=[{"username": "anna", **cells}])
        assert counts["users.csv"] == Counts(updated=1)
        assert not await is_signed_in(container, user_id)
        assert await is_signed_in(container, other_id)
        assert await recorded(container, user_id) == [action]

    async def test_the_same_again_ends_no_session(self, container: Container) -> None:
        person = {"username": "anna", "role": "teacher", "password_hash": BCRYPT, "email": "anna@example.com"}
        anna = await add_signed_in(container, **person)
        assert (await arrange(container, users=[person]))["users.csv"] == Counts(unchanged=1)
        await arrange(container, users=[person | {"full_name": "Анна"}])
        assert await is_signed_in(container, anna)
        assert await recorded(container, anna) == []

    async def test_a_hash_that_was_replaced_at_a_sign_in_is_the_same_password(self, container: Container) -> None:
        person = {"username": "anna", "password_hash": BCRYPT}
        anna = await add_signed_in(container, **person)
        async with container.open_identity()() as store:
            assert await store.replace_password_hash(anna, BCRYPT, PASSWORD_HASH, is_rehash=True)
        assert (await arrange(container, users=[person]))["users.csv"] == Counts(unchanged=1)
        changed = await arrange(container, users=[person | {"full_name": "Анна"}])
        assert changed["users.csv"] == Counts(updated=1)
        assert (await by_id(container, anna))["password_hash"] == PASSWORD_HASH
        assert await is_signed_in(container, anna)
        async with container.open_identity()() as store:
            await store.replace_password_hash(anna, PASSWORD_HASH, "$2b$04$" + "x" * 53)
        assert (await arrange(container, users=[person]))["users.csv"] == Counts(updated=1)
        assert not await is_signed_in(container, anna)

    async def test_another_email_is_no_longer_verified(self, container: Container) -> None:
        anna = await add_signed_in(container, username="anna", email="anna@example.com")
        async with container.open_identity()() as store:
            user = await store.lock_user(anna)
            await store.save_user(replace(user, email_verified_at=NOW))
        await arrange(container, users=[{"username": "anna", "email": "anna@example.com"}])
        assert (await by_id(container, anna))["email_verified_at"] == NOW
        await arrange(container, users=[{"username": "anna", "email": "other@example.com"}])
        assert (await by_id(container, anna))["email_verified_at"] is None
        assert await recorded(container, anna) == [Action.EMAIL_CHANGED]

    async def test_a_row_that_repeats_all_of_a_self_made_account_changes_nothing(self, container: Container) -> None:
        await sign_up(container, "teacher")
        rows = await exported_rows(container, "users")
        assert (await arrange(container, users=rows))["users.csv"] == Counts(unchanged=1)
        assert await refused(container, users=[rows[0] | {"phone": "1"}])
        assert (await by_name(container, "teacher"))["origin"] == Origin.SELF

    async def test_a_dry_run_takes_nobody_over(self, container: Container) -> None:
        squatter = await sign_up(container, "director")
        await container.import_files()([source("users", DIRECTOR)], ImportOptions(take_over=True, dry=True))
        assert (await by_id(container, squatter))["origin"] == Origin.SELF
        assert await is_signed_in(container, squatter)
