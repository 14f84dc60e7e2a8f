"""The server as users run it: processes, sockets, signals, logs."""

import asyncio
import json
import re
import resource
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from pathlib import Path

import httpx
import pytest

from atg_core.identity.model import Role
from atg_entrypoints.container import close, create_container
from atg_entrypoints.settings import Settings
from tests.arranging import rows_of
from tests.conftest import SECRET
from tests.integration.command import run_atg
from tests.integration.running import free_port, serving
from tests.integration.server_pair import Pair, two_processes
from tests.people import PASSWORD, account, add_person, begin_session
from tests.school import school


@pytest.mark.alone
def test_a_demo_starts_from_nothing_and_again_from_what_it_left(tmp_path: Path) -> None:
    before = _cpu_of_children()
    with serving(tmp_path, "demo") as server:
        first = server.log
        passwords = dict(re.findall(r"^  (\w+)\s+(\S+)$", first, re.MULTILINE))
        assert set(passwords) == {"employee", *Role} - {"user"}
        assert f"{server.url}/docs" in first
        assert "fontTools" not in first, "how pictures were drawn"
        shown = httpx.get(
            f"{server.url}/files/video/stations/1/promo_video/Знакомство.mp4", headers={"range": "bytes=4-7"}
        )
        assert (shown.status_code, shown.content) == (206, b"ftyp")
        tokens = {}
        for username, password in passwords.items():
            login = httpx.post(f"{server.url}/auth/login", json={"username": username, "password": password})
            assert login.json()["user"]["username"] == username
            tokens[username] = login.json()["token"]
    filled = _cpu_of_children()
    with serving(tmp_path, "demo") as server:
        assert dict(re.findall(r"^  (\w+)\s+(\S+)$", server.log, re.MULTILINE)) == passwords
        me = httpx.get(f"{server.url}/auth/me", headers={"authorization": f"Bearer {tokens['student']}"})
        assert me.json()["user"]["username"] == "student"
        assert len(httpx.get(f"{server.url}/stations").json()["data"]) == 7
        lessons = httpx.get(f"{server.url}/api/lessons/").json()["items"]
        assert [lesson["title"] for lesson in lessons if lesson["text_content"]] == [
            lesson["title"] for lesson in lessons if lesson["is_free"]
        ]
        assert _sold(server.url, passwords["admin"]) == ["completed"] * 5 + ["pending"]
        stats = httpx.get(f"{server.url}/stats/").json()
        assert (stats["sessions"], stats["views_all_time"], stats["promo_codes_sent"]) == (7, 21, 1)
    assert _cpu_of_children() - filled < (filled - before) / 1.5, "a start on a filled folder imports nothing"
    mails = [mail.read_bytes() for mail in (tmp_path / "outbox").glob("*.eml")]
    assert sum(b"k.belov@example.com" in mail for mail in mails) == 1, "the others are about homework"
    assert server.process.returncode == 0


def _cpu_of_children() -> float:
    """Seconds of CPU that processes have taken which were started here and ended."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def _sold(url: str, password: str) -> list[str]:
    """The statuses of all purchases, as an administrator sees them."""
    login = httpx.post(f"{url}/auth/login", json={"username": "admin", "password": password})
    with httpx.Client(base_url=url, headers={"authorization": f"Bearer {login.json()['token']}"}) as admin:
        customers = admin.get("/api/users/").json()["items"]
        replies = [admin.get(f"/api/users/{customer['id']}/purchases") for customer in customers]
    return sorted(purchase["status"] for reply in replies for purchase in reply.json()["items"])


async def test_fifty_enrolls_at_once_over_two_processes_make_one_row(postgres_pair: Pair) -> None:
    async with two_processes(postgres_pair) as (container, clients):
        course = (await school(container)).course
        user = account()
        async with container.open_identity()() as store:
            await store.add_account(user)
        headers = {"authorization": f"Bearer {await begin_session(container, user.user)}"}
        replies = await asyncio.gather(
            *(client.post(f"/courses/{course}/enroll", headers=headers) for _ in range(25) for client in clients)
        )
        assert [reply.status_code for reply in replies] == [200] * 50
        assert len({reply.json()["enrollment"]["id"] for reply in replies}) == 1
        assert [row["user_id"] for row in await rows_of(container, "user_courses")] == [user.user.id]


async def test_signing_out_in_one_process_ends_the_session_in_the_other(postgres_pair: Pair) -> None:
    async with two_processes(postgres_pair) as (container, clients):
        await add_person(container)
        await _signed_out_everywhere(clients)


async def test_with_redis_too_signing_out_in_one_process_ends_the_session_in_the_other(
    postgres_url: str, redis_server: str, tmp_path: Path
) -> None:
    container = create_container(Settings(database_url=postgres_url, secret_key=SECRET))
    await add_person(container)
    await close(container)
    environment = {
        "ATG_DATABASE_URL": postgres_url,
        "ATG_SECRET_KEY": SECRET,
        "ATG_REDIS_URL": redis_server,
        "ATG_AUTO_MIGRATE": "false",
    }
    with serving(tmp_path, **environment) as one, serving(tmp_path, **environment) as two:
        async with (
            httpx.AsyncClient(base_url=one.url, timeout=30) as first,
            httpx.AsyncClient(base_url=two.url, timeout=30) as second,
        ):
            await _signed_out_everywhere([first, second])


async def _signed_out_everywhere(clients: list[httpx.AsyncClient]) -> None:
    one, two = clients
    login = await one.post("/auth/login", json={"username": "anna", "password": PASSWORD})
    headers = {"authorization": f"Bearer {login.json()['token']}"}
    for client in (one, two, two):
        assert (await client.get("/auth/me", headers=headers)).status_code == 200
    await one.post("/auth/logout", headers=headers)
    for client in (two, one):
        assert (await client.get("/auth/me", headers=headers)).status_code == 401


@pytest.mark.usefixtures("sqlite_url")
def test_two_workers_share_a_port_and_a_sqlite_database(tmp_path: Path) -> None:
    with serving(tmp_path, "serve", "--workers", "2") as server:
        assert all(httpx.get(f"{server.url}/stations").json() == {"data": []} for _ in range(10))
        assert 'path="/stations"' in httpx.get(f"{server.url}/metrics").text


@contextmanager
def black_hole() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken: list[socket.socket] = []

        def take() -> None:
            try:
                while True:
                    taken.append(listener.accept()[0])
            except OSError:
                return

        threading.Thread(target=take, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        for connection in taken:
            connection.close()


@pytest.mark.alone
@pytest.mark.parametrize("kind", ["silent", "absent"])
def test_without_its_database_a_server_lives_but_is_not_ready(tmp_path: Path, kind: str) -> None:
    """O1: /health asks nothing, /ready says 503 within 3 s; other routes say 503, never 500 or 401."""
    with black_hole() as port:
        database = f"postgresql://postgres@127.0.0.1:{port if kind == 'silent' else free_port()}/atg"
        off = {"ATG_DATABASE_URL": database, "ATG_AUTO_MIGRATE": "false"}
        with serving(tmp_path, **off) as server:
            begun = time.monotonic()
            ready = httpx.get(f"{server.url}/ready", timeout=10)
            assert time.monotonic() - begun < 3
            assert (ready.status_code, ready.json()["checks"]["database"]["status"]) == (503, "down")
            assert ready.headers["retry-after"]
            assert httpx.get(f"{server.url}/health", timeout=1).status_code == 200
            stations = httpx.get(f"{server.url}/stations", timeout=10)
            assert (stations.status_code, stations.json()["code"]) == (503, "database_away")
            assert stations.headers["retry-after"]
            login = httpx.post(f"{server.url}/auth/login", json={"username": "a", "password": "b"}, timeout=10)
            assert login.status_code == 503
        assert "Traceback" not in server.log


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"ATG_ENV": "production"}, "ATG_SECRET_KEY"),
        ({"ATG_ENV": "production", "ATG_SECRET_KEY": "short"}, "ATG_SECRET_KEY"),
        ({"ATG_ENV": "production", "ATG_SECRET_KEY": "change-me-change-me-change-me-change-me"}, "ATG_SECRET_KEY"),
        ({"ATG_ADMIN_USERNAME": "root", "ATG_ADMIN_PASSWORD": "password1"}, "ATG_ADMIN_PASSWORD"),
        ({"ATG_ADMIN_USERNAME": "root", "ATG_ADMIN_PASSWORD": "short"}, "ATG_ADMIN_PASSWORD"),
        ({"ATG_PORT": "many"}, "ATG_PORT"),
    ],
)
def test_a_weak_or_wrong_setting_is_named_and_nothing_starts(
    tmp_path: Path, environment: dict[str, str], named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S18: no default account, no sample secret."""
    monkeypatch.setattr("uvicorn.run", lambda *_, **__: pytest.fail("it is served"))
    run = run_atg(tmp_path, "serve", ATG_HOME=str(tmp_path), **environment)
    assert run.returncode == 2
    assert named in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.usefixtures("sqlite_url")
def test_the_first_administrator_is_made_once(tmp_path: Path) -> None:
    """And a server ends on SIGTERM with zero."""
    environment = {"ATG_ADMIN_USERNAME": "root", "ATG_ADMIN_PASSWORD": "a rather good one"}
    for _ in range(2):
        with serving(tmp_path, **environment) as server:
            body = {"username": "root", "password": environment["ATG_ADMIN_PASSWORD"]}
            login = httpx.post(f"{server.url}/auth/login", json=body)
            assert login.json()["user"]["role"] == "admin"
        assert server.process.returncode == 0
        assert "Traceback" not in server.log


def mailed_token(home: Path, path: str) -> str:
    """Of the link to a path in what was mailed by the server's own job."""
    for _ in range(100):
        for letter in (home / "outbox").glob("*.eml"):
            text = message_from_bytes(letter.read_bytes(), policy=policy.default).get_body(("plain",)).get_content()
            for token in re.findall(rf"{path}\?token=([A-Za-z0-9_-]{{43}})", text):
                return token
        time.sleep(0.1)
    raise AssertionError("no mail came")


@pytest.mark.usefixtures("sqlite_url")
def test_no_secret_gets_into_the_log_and_every_line_is_json(tmp_path: Path) -> None:
    """Z8: passwords, tokens and bodies stay out of the log, whatever happens to a request."""
    secrets = {"admin": "a rather good one"}
    environment = {"ATG_ADMIN_USERNAME": "admin", "ATG_ADMIN_PASSWORD": secrets["admin"], "ATG_LOG_LEVEL": "DEBUG"}
    with serving(tmp_path, **environment) as server, httpx.Client(base_url=server.url) as client:
        login = client.post("/auth/login", json={"username": "admin", "password": secrets["admin"]}).json()
        secrets |= {"access": login["token"], "refresh": login["refreshToken"]}
        secrets["wrong"] = "a wrong password, typed"
        client.post("/auth/login", json={"username": "admin", "password": secrets["wrong"]})
        client.post("/auth/login", content=f'{{"password": "{secrets["wrong"]}"')
        client.get("/auth/me", headers={"authorization": f"Bearer {secrets['access']}"})
        client.get(f"/stations?token={secrets['access']}")
        client.post("/auth/refresh", json={"refreshToken": secrets["refresh"]})
        client.post("/auth/refresh", json={"refreshToken": secrets["refresh"] + "x"})
        client.post("/auth/logout", json={"refreshToken": secrets["refresh"]})
        secrets["entered"], secrets["new"] = "a rather good one", "another password of hers"
        newcomer = {"email": "vera@example.com", "password": secrets["entered"], "role": "student"}
        assert client.post("/auth/enter", json=newcomer).status_code == 201
        assert client.post("/auth/password/forgot", json={"email": newcomer["email"]}).status_code == 200
        secrets["link"], secrets["guessed"] = mailed_token(tmp_path, "/auth/email/confirm"), "A" * 43
        secrets["reset"] = mailed_token(tmp_path, "/auth/password/reset")
        for path in ("email/confirm", "password/reset", "sessions/revoke"):
            client.get(f"/auth/{path}?token={secrets['guessed']}")
        assert client.get(f"/auth/email/confirm?token={secrets['link']}").status_code == 200
        assert client.post("/auth/email/confirm", data={"token": secrets["link"]}).status_code == 200
        assert client.get(f"/auth/password/reset?token={secrets['reset']}").status_code == 200
        client.post("/auth/password/reset/form", data={"token": secrets["guessed"], "new": secrets["wrong"]})
        again = client.post("/auth/login", json={"email": newcomer["email"], "password": secrets["entered"]}).json()
        feed = client.post("/schedule/calendar/token", headers={"authorization": f"Bearer {again['token']}"}).json()
        secrets["feed"] = feed["token"]
        assert client.get(f"/schedule/calendar.ics?token={secrets['feed']}").status_code == 200
        changed = client.post("/auth/password/reset", json={"token": secrets["reset"], "new": secrets["new"]})
        assert changed.status_code == 200
        client.get("/nope%0a%22injected%22: 1", headers={"x-request-id": "the-one"})
    for what, secret in secrets.items():
        assert secret not in server.log, what
    lines = [json.loads(line) for line in server.log.splitlines()]
    served = [line for line in lines if line.get("event") == "served"]
    assert len(served) >= 9
    assert served[-1]["request_id"] == "the-one"
    assert all({"method", "path", "status", "ms", "request_id", "timestamp", "level"} <= line.keys() for line in served)
