"""No leak of conference credentials, start URLs or tokens (Z8)."""

import asyncio
import sqlite3
import traceback
from collections.abc import Callable, Coroutine, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from psycopg import sql

from atg_core.conferencing.model import Credentials
from atg_core.errors import AtgError
from atg_core.identity.model import Role
from atg_core.schedule.model import Viewer
from atg_entrypoints.container import Container, close, create_container
from atg_entrypoints.settings import Settings
from tests.conftest import SECRET
from tests.integration.running import free_port, serving
from tests.people import account, begin_session
from tests.zoom_api import ZoomApi
from tests.zoom_http import Fault

ACCOUNTS = "/admin/conference-accounts"
FIRST = {"account_id": "Unseen-account", "client_id": "Unseen-client", "client_secret": "Unseen-secret"}
SECOND = {"account_id": "Unseen-other-account", "client_id": "Unseen-other-client", "client_secret": "Unseen/other="}
UNSEEN = "Unseen"
ZOOM = {"provider": "zoom", "label": "Z", "provider_user_id": "host@example.com"}
WRONG: list[Any] = [
    FIRST | {"client_secret": ["Unseen-in-a-list"]},
    FIRST | {"client_secret": {"Unseen-name": "Unseen-in-an-object"}},
    FIRST | {"client_id": None},
    FIRST | {"client_secret": "Unseen" * 100},
    FIRST | {"client_secret": "Unseen\0"},
    FIRST | {"account_id": ""},
    {"client_secret": "Unseen-alone"},
    "Unseen-as-a-text",
    ["Unseen-as-a-list"],
    None,
]
BROKEN = [
    b'{"provider": "zoom", "label": "x", "credentials": {"client_secret": "Unseen-cut-o',
    b'{"credentials": {"client_secret": "Unseen-\xff"}}',
    b'{"credentials": {"client_secret": "Unseen-\\ud800"}}',
    b'{"credentials": {"client_secret": Unseen-without-quotes}}',
    b'["Unseen"]',
    b'"Unseen"',
]


@pytest.fixture
def zoom() -> Iterator[ZoomApi]:
    """That does not know these credentials, and says so with them."""
    with ZoomApi() as zoom:
        zoom.faults["token"] = [Fault(400, 1, f"Invalid client_secret {secret}") for secret in FIRST.values()]
        yield zoom


class School:
    """An administrator and a teacher with lessons, who keep what is answered."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        self.told: list[str] = []

    async def begin(self, container: Container) -> None:
        self.tokens = {}
        for role in (Role.ADMIN, Role.TEACHER):
            person = account(role, role=role)
            async with container.open_identity()() as store:
                await store.add_account(person)
            self.tokens[role] = await begin_session(container, person.user)
        teacher, now = Viewer(id=person.user.id), container.clock()()
        group = (await container.edit_groups().add(teacher, "10A")).id
        values = {"group_id": group, "title": "x", "start_time": now, "end_time": now + timedelta(hours=1)}
        add = container.edit_lessons().add
        self.lessons = [(await add(teacher, **values, allow_overlap=True)).id for _ in range(3)]

    def ask(self, method: str, path: str, role: Role | None = Role.ADMIN, **of: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.tokens[role]}"} if role else {}
        reply = self.client.request(method, path, headers=headers | of.pop("headers", {}), **of)
        self.told.append(f"{reply.headers}\n{reply.text}")
        return reply


def dump(url: str) -> str:
    """Everything that is in every table."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            return "\n".join(connection.iterdump())
    with psycopg.connect(url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        reading = sql.SQL("SELECT t::text FROM {} t")
        return "\n".join(
            str(row) for (name,) in tables for row in connection.execute(reading.format(sql.Identifier(name)))
        )


def arranged(url: str, work: Callable[[Container], Coroutine[Any, Any, None]]) -> None:
    async def arrange() -> None:
        container = create_container(Settings(database_url=url, secret_key=SECRET))
        await work(container)
        await close(container)

    asyncio.run(arrange())


def test_credentials_and_links_are_in_no_reply_no_log_and_not_in_the_database(
    database_url: str, tmp_path: Path, zoom: ZoomApi
) -> None:
    """With everything in the log that can be told there."""
    environment = {
        "ATG_DATABASE_URL": database_url,
        "ATG_SECRET_KEY": SECRET,
        "ATG_LOG_LEVEL": "DEBUG",
        "ATG_ZOOM_API_URL": f"http://127.0.0.1:{free_port()}",
        "ATG_ZOOM_OAUTH_URL": zoom.url,
    }
    with serving(tmp_path, **environment) as server, httpx.Client(base_url=server.url, timeout=30) as client:
        school = School(client)
        arranged(database_url, school.begin)
        path = edit_accounts(school)
        assert school.ask("POST", f"/schedule/lessons/{school.lessons[0]}/start", Role.TEACHER).status_code == 502
        zoom.faults.clear()
        assert school.ask("POST", f"/schedule/lessons/{school.lessons[0]}/start", Role.TEACHER).status_code == 502
        assert [route for route, _ in zoom.asked if route == "token"], "Zoom was asked with them"
        school.ask("PUT", path, json={"is_enabled": False})
        links = open_links(school)
    everything = server.log
    assert '"event"' in everything
    assert "Traceback" not in everything
    assert not [
        line for line in everything.splitlines() if UNSEEN in line or any(link in line for link in links.values())
    ]
    assert not [text for text in school.told if UNSEEN in text]
    kept = dump(database_url)
    assert "gAAAA" in kept, "they are there, encrypted"
    assert UNSEEN not in kept
    assert links["feed"] not in kept
    files = [each for each in tmp_path.rglob("*") if each.is_file()]
    assert not [each for each in files if UNSEEN.encode() in each.read_bytes()]


def edit_accounts(school: School) -> str:
    """Adds, changes, and fails to; the path of an account whose credentials Zoom does not take."""
    added = school.ask("POST", ACCOUNTS, json=ZOOM | {"credentials": FIRST})
    assert added.status_code == 201
    path = f"{ACCOUNTS}/{added.json()['id']}"
    assert school.ask("PUT", path, json={"credentials": SECOND}).status_code == 200
    assert school.ask("PUT", path, json={"credentials": FIRST}).status_code == 200
    assert school.ask("POST", ACCOUNTS, json=ZOOM | {"credentials": FIRST}).status_code == 409
    for wrong in WRONG:
        assert school.ask("POST", ACCOUNTS, json=ZOOM | {"label": "W", "credentials": wrong}).status_code == 400
        assert school.ask("PUT", path, json={"credentials": wrong}).status_code == 400
    for method, where in (("POST", ACCOUNTS), ("PUT", path)):
        for body in BROKEN:
            headers = {"Content-Type": "application/json"}
            assert school.ask(method, where, content=body, headers=headers).status_code == 400
    for role, status in ((Role.TEACHER, 403), (None, 401)):
        assert school.ask("POST", ACCOUNTS, role, json=ZOOM | {"credentials": FIRST}).status_code == status
    assert school.ask("PUT", f"{ACCOUNTS}/99999", json={"credentials": FIRST}).status_code == 404
    for where in (ACCOUNTS, path, f"{ACCOUNTS}/usage", "/metrics"):
        assert school.ask("GET", where).status_code == 200
    return path


def open_links(school: School) -> dict[str, str]:
    """What lets its holder in, each as it is used."""
    assert school.ask("POST", ACCOUNTS, json={"provider": "local", "label": "L"}).status_code == 201
    begun = school.ask("POST", f"/schedule/lessons/{school.lessons[1]}/start", Role.TEACHER).json()
    links = {name: begun[f"zoom_{name}_url"].partition("token=")[2] for name in ("start", "join")}
    for token in (*links.values(), links["start"][:-1]):
        assert school.ask("GET", f"/meet?token={token}", None).status_code in {200, 404}
    feed = school.ask("POST", "/schedule/calendar/token", Role.TEACHER).json()
    links["feed"] = next(value for name, value in feed.items() if "token" in name)
    for token in (links["feed"], links["feed"][:-1]):
        assert school.ask("GET", f"/schedule/calendar.ics?token={token}", None).status_code in {200, 404}
    assert all(links.values())
    return links


async def test_no_error_tells_what_it_was_about(database_url: str, tmp_path: Path) -> None:
    """With everything that led to it."""
    settings = Settings(database_url=database_url, home=str(tmp_path), secret_key=SECRET)
    container, texts = create_container(settings), []
    credentials, keep = Credentials(**FIRST), container.edit_accounts()
    values = {"provider": "zoom", "label": "Z", "capacity": 1, "daily_limit": 100, "is_enabled": True}
    added = await keep.add(values, FIRST)
    host = container.conference_providers().for_account(added)
    other = create_container(Settings(database_url=database_url, secret_key=SECRET * 2))
    for failing in (
        keep.add(values, FIRST),
        keep.change(added.id + 1, {}, FIRST),
        keep.add({**values, "capacity": 0}, FIRST),
        other.reseal_credentials()(),
        other.edit_accounts().change(added.id, {"label": None}, FIRST),
    ):
        with pytest.raises(AtgError) as raised:
            await failing
        texts += traceback.format_exception(raised.value)
    texts += [
        str(each) + repr(each)
        for each in (credentials, added, host, container.conference_providers(), container.vault())
    ]
    assert UNSEEN not in "".join(texts)
    await close(container)
    await close(other)
