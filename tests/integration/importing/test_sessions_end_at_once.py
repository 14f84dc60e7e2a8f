"""What an import or a command changes counts at once in every process: servers that cache callers, and Redis."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from atg_core.identity.model import Caller
from atg_entrypoints.container import Container, close, create_container
from atg_entrypoints.settings import Settings
from tests.arranging import arrange, rows_of
from tests.conftest import SECRET
from tests.contracts.identity.http_sign_in import bearer
from tests.contracts.importing.accounts import SELF_MADE
from tests.contracts.importing.samples import BCRYPT
from tests.integration.command import Atg
from tests.integration.server_pair import Pair, two_processes
from tests.people import PASSWORD_HASH, begin_session

PEOPLE = ("deactivated", "promoted", "renewed", "revoked", "unchanged")


async def signed_in(container: Container, username: str) -> str:
    async with container.open_identity()() as store:
        found = await store.find_account(username)
    return await begin_session(container, found.user)


async def status(client: httpx.AsyncClient, token: str) -> int:
    return (await client.get("/auth/me", headers=bearer(token))).status_code


async def test_sessions_end_at_once_in_every_process(pair: Pair) -> None:
    """They are cached by both servers of SQLite, and those who change them are processes of their own."""
    async with two_processes(pair) as (container, clients):
        await arrange(container, users=[{"username": name, "password_hash": BCRYPT} for name in PEOPLE])
        tokens = {name: await signed_in(container, name) for name in PEOPLE}
        for client in clients:
            assert [await status(client, token) for token in tokens.values()] == [200] * len(PEOPLE)
        atg, file = Atg(pair.url, pair.home), pair.home / "users.csv"
        file.write_text(
            "username,is_active,role,password_hash\n"
            f'deactivated,false,user,{BCRYPT}\npromoted,true,admin,{BCRYPT}\nrenewed,true,user,"{PASSWORD_HASH}"\n'
            f"unchanged,true,user,{BCRYPT}\n",
            encoding="utf-8",
        )
        imported = atg("import", "users", str(file))
        assert (imported.returncode, imported.stderr) == (0, "")
        assert atg("sessions", "revoke", "--user", "revoked").stdout == "All sessions of revoked have ended.\n"
        for client in clients:
            statuses = {name: await status(client, token) for name, token in tokens.items()}
            assert statuses == dict.fromkeys(PEOPLE, 401) | {"unchanged": 200}
        events = await rows_of(container, "audit_events")
        assert sorted((row["action"], row["source"]) for row in events) == [
            ("all_sessions_revoked", "atg sessions revoke"),
            ("password_changed", f"import of {file}"),
            ("role_changed", f"import of {file}"),
            ("user_deactivated", f"import of {file}"),
        ]


async def test_who_signs_up_as_the_director_before_the_import_is_not_made_an_administrator(pair: Pair) -> None:
    async with two_processes(pair) as (container, clients):
        body = {"email": "director@example.com", "password": "a squatter's own words", "role": "teacher"}
        entered = (await clients[0].post("/auth/enter", json=body)).json()
        atg, file = Atg(pair.url, pair.home), pair.home / "users.csv"
        file.write_text("username,email,role\ndirector@example.com,director@example.com,admin\n", encoding="utf-8")
        refused = atg("import", "users", str(file))
        assert refused.returncode == 1
        assert f"{file}:2: username: {SELF_MADE}" in refused.stderr
        me = (await clients[1].get("/auth/me", headers=bearer(entered["token"]))).json()["user"]
        assert me["role"] == "teacher"
        taken = atg("import", "users", str(file), "--take-over")
        assert (taken.returncode, taken.stderr) == (0, "")
        for client in clients:
            assert await status(client, entered["token"]) == 401
        login = await clients[0].post("/auth/login", json={"username": body["email"], "password": body["password"]})
        assert login.status_code == 401
        [user] = await rows_of(container, "users")
        assert (user["role"], user["origin"], user["password_hash"]) == ("admin", "import", None)


async def test_who_signs_up_with_an_email_of_somebody_who_is_imported_later_loses_it(pair: Pair) -> None:
    async with two_processes(pair) as (container, clients):
        body = {"email": "boss@example.com", "password": "a squatter's own words", "role": "teacher"}
        entered = (await clients[0].post("/auth/enter", json=body)).json()
        assert await status(clients[1], entered["token"]) == 200
        await arrange(container, users=[{"username": "boss", "email": body["email"], "password_hash": BCRYPT}])
        login = await clients[0].post("/auth/login", json={"username": body["email"], "password": body["password"]})
        assert login.status_code == 401
        for client in clients:
            me = (await client.get("/auth/me", headers=bearer(entered["token"]))).json()["user"]
            assert me["email"] is None


@pytest.fixture
async def over_redis(sqlite_url: str, redis_server: str, tmp_path: Path) -> AsyncIterator[list[Container]]:
    """What two processes have: they share the database and Redis alone."""
    settings = Settings(database_url=sqlite_url, redis_url=redis_server, secret_key=SECRET, home=str(tmp_path))
    containers = [create_container(settings) for _ in range(2)]
    yield containers
    for container in containers:
        await close(container)


async def test_an_import_forgets_what_redis_has_cached(over_redis: list[Container]) -> None:
    importing, serving = over_redis
    await arrange(importing, users=[{"username": "anna"}])
    token = await signed_in(importing, "anna")

    async def caller() -> Caller:
        found: Caller = (await serving.authenticate()(token))[0]
        return found

    assert (await caller()).full_name is None
    await arrange(importing, users=[{"username": "anna", "full_name": "Анна"}])
    assert (await caller()).full_name == "Анна"
