"""What an operator does about accounts, by the command line and the settings."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from atg_core.identity.model import Origin, Role
from atg_core.importing.accounts import SELF_MADE
from atg_entrypoints.container import Container, close, create_container
from atg_entrypoints.settings import Settings
from tests.arranging import rows_of
from tests.conftest import SECRET
from tests.integration.command import Atg
from tests.people import add_person, begin_session
from tests.unit.importing.test_oneroster import OLD as ONEROSTER
from tests.unit.importing.test_oneroster import write as write_bundle

PASSWORD = "a rather good one"
SETTINGS = {"ATG_ADMIN_USERNAME": "director", "ATG_ADMIN_PASSWORD": PASSWORD}


@pytest.fixture
def atg(database_url: str, tmp_path: Path) -> Atg:
    return Atg(database_url, tmp_path)


@pytest.fixture
async def container(atg: Atg) -> AsyncIterator[Container]:
    container = create_container(Settings(database_url=atg.database_url, secret_key=SECRET))
    yield container
    await close(container)


async def test_an_operator_ends_the_sessions_of_a_user(atg: Atg, container: Container) -> None:
    for name in ("anna", "boris"):
        await add_person(container, name)
        async with container.open_identity()() as store:
            await begin_session(container, (await store.find_account(name)).user)
    ended = atg("sessions", "revoke", "--user", "anna")
    assert (ended.returncode, ended.stdout) == (0, "All sessions of anna have ended.\n")
    names = {row["id"]: row["username"] for row in await rows_of(container, "users")}
    sessions = {names[row["user_id"]]: row["revoke_reason"] for row in await rows_of(container, "user_sessions")}
    assert sessions == {"anna": "all_sessions_revoked", "boris": None}
    [event] = await rows_of(container, "audit_events")
    assert (names[event["user_id"]], event["action"], event["actor_id"], event["source"]) == (
        *("anna", "all_sessions_revoked", None),
        "atg sessions revoke",
    )


def test_an_unknown_user_is_named(atg: Atg) -> None:
    unknown = atg("sessions", "revoke", "--user", "nobody")
    assert (unknown.returncode, unknown.stdout, unknown.stderr) == (2, "", "atg: There is no user nobody\n")


async def test_who_signed_up_with_the_username_of_the_first_administrator_is_not_taken_for_them(
    atg: Atg, container: Container
) -> None:
    await add_person(container, "director", origin=Origin.SELF, role=Role.TEACHER)
    (atg.home / "stations.csv").write_text("short_name,name\n")
    refused = atg("import", "stations", "stations.csv", **SETTINGS)
    assert refused.returncode == 2
    assert refused.stderr.startswith("atg: ATG_ADMIN_USERNAME: This is the username of an account that somebody opened")
    [user] = await rows_of(container, "users")
    assert (user["role"], user["origin"]) == ("teacher", "self")


async def test_an_email_that_is_the_username_of_the_first_administrator_is_no_hindrance(
    atg: Atg, container: Container
) -> None:
    await add_person(container, "squatter", email="director@example.com", origin=Origin.SELF, role=Role.TEACHER)
    settings = SETTINGS | {"ATG_ADMIN_USERNAME": "director@example.com"}
    (atg.home / "stations.csv").write_text("short_name,name\n")
    for _ in range(2):
        assert atg("import", "stations", "stations.csv", **settings).returncode == 0
    made = {row["username"]: (row["role"], row["origin"]) for row in await rows_of(container, "users")}
    assert made == {"squatter": ("teacher", "self"), "director@example.com": ("admin", "settings")}


async def test_an_administrator_of_the_command_line_is_recorded(atg: Atg, container: Container) -> None:
    made = atg("users", "create-admin", "--username", "root", "--password-stdin", given=f"{PASSWORD}\n")
    assert made.returncode == 0
    [user] = await rows_of(container, "users")
    [event] = await rows_of(container, "audit_events")
    assert user["origin"] == "command_line"
    assert (event["action"], event["source"]) == ("user_created", "atg users create-admin")


async def test_a_oneroster_bundle_changes_nobody_who_signed_up(atg: Atg, container: Container) -> None:
    write_bundle(atg.home / "bundle", ONEROSTER)
    await add_person(container, "anna", email="squatter@example.org", origin=Origin.SELF, role=Role.STUDENT)
    refused = atg("import", "oneroster", str(atg.home / "bundle"))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert f"users.csv:2: username: {SELF_MADE}" in refused.stderr
    assert atg("import", "oneroster", str(atg.home / "bundle"), "--take-over").returncode == 0
    origins = {row["username"]: row["origin"] for row in await rows_of(container, "users")}
    assert set(origins.values()) == {"import"}
