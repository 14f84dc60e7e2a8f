"""Import and export of users, their passwords and hashes, over every `ImportStore`."""

from dataclasses import replace

from argon2 import PasswordHasher

from atg_core.importing.kinds import KINDS
from atg_core.importing.records import Counts
from atg_entrypoints.container import Container
from tests.arranging import arrange, rows_of
from tests.contracts.importing.samples import BCRYPT, only_row, refused
from tests.people import PASSWORD


class UserImportingContract:
    """The fixture `container` gives the adapter."""

    async def test_passwords_are_hashed_and_the_same_password_changes_nothing(self, container: Container) -> None:
        row = {"username": "u", "password": PASSWORD}
        await arrange(container, users=[row])
        stored = str((await only_row(container, "users"))["password_hash"])
        assert PasswordHasher().verify(stored, PASSWORD)
        assert (await arrange(container, users=[row]))["users.csv"] == Counts(unchanged=1)
        assert (await arrange(container, users=[row | {"password": ""}]))["users.csv"] == Counts(unchanged=1)
        assert (await arrange(container, users=[row | {"password": "another good"}]))["users.csv"] == Counts(updated=1)
        assert (await refused(container, users=[row | {"password": "short"}])) == [
            "users.csv:2: password: has not 8 to 128 characters"
        ]

    async def test_a_password_that_is_easy_to_guess_is_a_bad_row_and_a_hash_of_it_is_not(
        self, container: Container
    ) -> None:
        people = [
            {"username": "u", "email": "kim@example.com", "full_name": "Анна Ким", "password": password}
            for password in ("qwertyuiop", "kim@example.com 1", "for example this")
        ]
        names = ("contains a name of its owner",) * 2
        for person, reason in zip(people, ("is too easy to guess", *names), strict=True):
            assert await refused(container, users=[person]) == [f"users.csv:2: password: {reason}"]
        assert await rows_of(container, "users") == []
        weak = PasswordHasher(time_cost=1, memory_cost=64).hash("qwertyuiop")
        await arrange(container, users=[{"username": "u", "password_hash": weak}])
        assert (await arrange(container, users=[{"username": "u", "password": "qwertyuiop"}]))["users.csv"] == Counts(
            unchanged=1
        )
        assert await refused(container, users=[{"username": "u", "password": "12345678"}]) == [
            "users.csv:2: password: is too easy to guess"
        ]

    async def test_a_password_may_have_white_space_at_its_ends(self, container: Container) -> None:
        await arrange(container, users=[{"username": "u", "password": f" {PASSWORD} "}])
        stored = str((await only_row(container, "users"))["password_hash"])
        assert PasswordHasher().verify(stored, f" {PASSWORD} ")

    async def test_a_hash_beside_a_password_is_not_dropped(self, container: Container) -> None:
        row = {"username": "u", "password": PASSWORD, "password_hash": BCRYPT}
        assert await refused(container, users=[row]) == ["users.csv:2: password_hash: stands beside a password"]

    async def test_some_have_a_hash_and_others_have_none(self, container: Container) -> None:
        for name, column, hashed in (("p", "password", PASSWORD), ("h", "password_hash", BCRYPT)):
            people = [{"username": f"{name}{cell[:1]}", column: cell} for cell in ("", hashed)]
            await arrange(container, users=people)
        hashes = {row["username"]: row["password_hash"] for row in await rows_of(container, "users")}
        assert (hashes["p"], hashes["h"], hashes["h$"]) == (None, None, BCRYPT)
        assert PasswordHasher().verify(str(hashes[f"p{PASSWORD[:1]}"]), PASSWORD)

    async def test_hashes_of_other_systems_are_taken_as_they_are(self, container: Container) -> None:
        await arrange(container, users=[{"username": "u", "password_hash": BCRYPT}])
        assert (await only_row(container, "users"))["password_hash"] == BCRYPT
        [error] = await refused(container, users=[{"username": "u", "password_hash": "plain"}])
        assert "password_hash" in error

    async def test_hashes_are_exported_where_they_are_asked_for(self, container: Container) -> None:
        await arrange(container, users=[{"username": "anna", "password_hash": BCRYPT}])
        [headers, row] = [
            line async for batch in container.export_kind()(KINDS["users"], with_hashes=True) for line in batch
        ]
        assert dict(zip(headers, row, strict=True))["password_hash"] == BCRYPT
        assert "password" not in headers

    async def test_what_somebody_wrote_into_their_profile_stays_until_the_account_changes(
        self, container: Container
    ) -> None:
        row = {"username": "anna", "email": "a@x.ru", "full_name": "Анна", "department": "1"}
        await arrange(container, users=[row])
        await save_profile(container, full_name="Аня", email="own@x.ru")
        assert (await arrange(container, users=[row]))["users.csv"] == Counts(unchanged=1)
        for change, expected in (
            ({"department": "2"}, ("own@x.ru", "Аня", "2")),
            ({"email": "b@x.ru"}, ("b@x.ru", "Аня", "2")),
            ({"full_name": "Анна Ким"}, ("b@x.ru", "Анна Ким", "2")),
        ):
            row |= change
            assert (await arrange(container, users=[row]))["users.csv"] == Counts(updated=1)
            profile = await only_row(container, "user_profiles")
            assert (profile["email"], profile["full_name"], profile["department"]) == expected


async def save_profile(container: Container, **changes: str) -> None:
    """As the only user does."""
    async with container.open_identity()() as store:
        profile = await store.profile((await only_row(container, "users"))["id"])
        await store.save_profile(replace(profile, **changes))
