"""Password hashing and constant timing."""

import time
from statistics import median

import httpx
import pytest
import sqlalchemy as sa
from argon2 import extract_parameters
from pwdlib.hashers.argon2 import Argon2Hasher
from pwdlib.hashers.bcrypt import BcryptHasher

from atg_adapters.passwords import hashing
from atg_adapters.passwords.hashing import PwdlibPasswords
from atg_adapters.sql.tables.operations import throttle_counters
from atg_entrypoints.container import Container
from tests.integration.conftest import SERVED_KIBIBYTES
from tests.people import PASSWORD, add_person

pytestmark = pytest.mark.alone


@pytest.fixture
def stocked_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture(autouse=True)
def hashed_as_served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing, "KIBIBYTES", SERVED_KIBIBYTES)


@pytest.fixture
def password_hash() -> str:
    return Argon2Hasher(memory_cost=SERVED_KIBIBYTES, time_cost=2, parallelism=1).hash(PASSWORD)


async def stored_hash(container: Container, username: str) -> str:
    async with container.open_identity()() as store:
        account = await store.find_account(username)
    assert account is not None
    assert account.user.password_hash is not None
    return account.user.password_hash


async def test_hashes_are_argon2id_of_at_least_owasps_parameters() -> None:
    """S14."""
    parameters = extract_parameters(await PwdlibPasswords().hash(PASSWORD))
    assert parameters.type.name == "ID"
    assert parameters.memory_cost >= 19_456
    assert parameters.time_cost >= 2
    assert parameters.parallelism >= 1


@pytest.mark.parametrize("older", [Argon2Hasher(memory_cost=8192, time_cost=1, parallelism=1), BcryptHasher(rounds=4)])
async def test_an_older_hash_is_replaced_at_sign_in(
    client: httpx.AsyncClient, stocked: Container, older: Argon2Hasher | BcryptHasher
) -> None:
    """S14: hashes with lower parameters, and bcrypt's of imported users, are upgraded."""
    await add_person(stocked, "anna", password_hash=older.hash(PASSWORD))
    body = {"username": "anna", "password": PASSWORD}
    assert (await client.post("/auth/login", json=body | {"password": "wrong"})).status_code == 401
    assert (await client.post("/auth/login", json=body)).status_code == 200
    upgraded = await stored_hash(stocked, "anna")
    assert extract_parameters(upgraded).memory_cost >= 19_456
    assert (await client.post("/auth/login", json=body)).status_code == 200
    assert await stored_hash(stocked, "anna") == upgraded


async def test_long_and_unicode_passwords_count_whole() -> None:
    """S14: nothing is cut off, neither at 72 bytes nor elsewhere."""
    passwords = PwdlibPasswords()
    long = "пароль-🔑" * 14
    hashed = await passwords.hash(long)
    assert (await passwords.check(long, hashed)).matches
    assert not (await passwords.check(long[:-1], hashed)).matches


async def test_what_is_no_hash_matches_nothing() -> None:
    passwords = PwdlibPasswords()
    for stored in ("", "plain", "$argon2id$broken", "$2b$12$short", "!"):
        assert not (await passwords.check("plain", stored)).matches


async def test_unknown_wrong_and_inactive_take_the_same_time(
    client: httpx.AsyncClient, stocked: Container, password_hash: str
) -> None:
    """S16: interleaved tries; the medians lie close together, far closer than the price of one hash."""
    await add_person(stocked, "anna", password_hash=password_hash)
    await add_person(stocked, "gone", is_active=False, password_hash=password_hash)
    await add_person(stocked, "hashless", password_hash=None)
    cases = {"unknown": "nobody", "wrong": "anna", "inactive": "gone", "hashless": "hashless"}
    times: dict[str, list[float]] = {case: [] for case in cases}
    for _ in range(40):
        async with stocked.database().transaction() as connection:
            await connection.execute(sa.delete(throttle_counters))
        for case, username in cases.items():
            password = PASSWORD if case == "inactive" else "wrong password"
            begun = time.perf_counter()
            reply = await client.post("/auth/login", json={"username": username, "password": password})
            times[case].append(time.perf_counter() - begun)
            assert reply.status_code == 401
    medians = [median(values) for values in times.values()]
    assert min(medians) > 0.003, "no hash was computed"
    assert max(medians) - min(medians) < 0.005
