"""The configuration of `deploy/nginx.conf` with a real nginx: it sends the files that ATG names."""

import json
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from tests.conftest import SECRET, optional
from tests.integration.running import free_port, serving

pytestmark = pytest.mark.alone

DEPLOYED = Path(__file__).parents[3] / "deploy" / "nginx.conf"
ADMIN = {"username": "root", "password": "a rather good one"}
KEY = "lessons/1/Схема №1 + 100%.pdf"
CONTENT = bytes(range(256)) * 1000


def configuration(folder: Path, port: int, upstream: str) -> str:
    """The site as it is deployed, without what this machine does not have: certificates, and the usual paths."""
    site = DEPLOYED.read_text(encoding="utf-8")
    for deployed, here in (
        ("listen 443 ssl;", f"listen 127.0.0.1:{port};"),
        ("server 127.0.0.1:8000;", f"server {upstream.removeprefix('http://')};"),
        ("/var/lib/atg/files/objects/", f"{folder}/files/objects/"),
        ("/var/log/nginx/", f"{folder}/"),
    ):
        assert deployed in site
        site = site.replace(deployed, here)
    site = "\n".join(line for line in site.splitlines() if "ssl_certificate" not in line)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    return f"daemon off; pid {folder}/nginx.pid; user root; events {{}} http {{ {temporary} {site} }}"


@pytest.fixture(scope="module")
def home(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("nginx")
    shutil.copy(sqlite_template, home / "atg.db")
    return home


@pytest.fixture(scope="module")
def front(home: Path) -> Iterator[httpx.Client]:
    """A client of nginx in front of ATG; skips where there is no nginx."""
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin")
    if nginx is None:
        optional("nginx", "no nginx is installed")
    environment = {
        "ATG_SECRET_KEY": SECRET,
        "ATG_ADMIN_USERNAME": ADMIN["username"],
        "ATG_ADMIN_PASSWORD": ADMIN["password"],
        "ATG_ACCEL_REDIRECT": "/_files/",
        "ATG_CORS_ORIGINS": "https://app.example.com",
    }
    port = free_port()
    with serving(home, **environment) as server:
        (home / "nginx.conf").write_text(configuration(home, port, server.url), encoding="utf-8")
        process = subprocess.Popen([str(nginx), "-e", f"{home}/error.log", "-c", f"{home}/nginx.conf"])
        try:
            transport = httpx.HTTPTransport(retries=5)
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", transport=transport) as client:
                yield client
        finally:
            process.terminate()
            process.wait(timeout=10)


@pytest.fixture
def fronted(front: httpx.Client) -> Iterator[httpx.Client]:
    """Nobody is signed in yet."""
    yield front
    front.headers.pop("authorization", None)


def test_nginx_sends_what_atg_allows(fronted: httpx.Client) -> None:
    token = fronted.post("/auth/login", json=ADMIN).json()["token"]
    fronted.headers["authorization"] = f"Bearer {token}"
    sent = fronted.post("/files/upload", data={"key": KEY}, files={"file": ("a.pdf", CONTENT)})
    assert sent.status_code == 201
    path = f"/files/stream/{quote(KEY)}"
    whole = fronted.get(path)
    assert (whole.status_code, whole.content) == (200, CONTENT)
    assert "x-accel-redirect" not in whole.headers
    assert whole.headers["content-type"] == "application/pdf"
    assert whole.headers["content-disposition"].startswith("inline")
    assert whole.headers["x-content-type-options"] == "nosniff"
    part = fronted.get(path, headers={"range": "bytes=100-199", "origin": "https://app.example.com"})
    assert part.headers["access-control-allow-origin"] == "https://app.example.com"
    assert "Content-Range" in part.headers["access-control-expose-headers"]
    assert (part.status_code, part.content) == (206, CONTENT[100:200])
    assert fronted.get(path, headers={"range": "bytes=256000-"}).status_code == 416
    assert fronted.get(path, headers={"if-none-match": whole.headers["etag"]}).status_code == 304
    assert fronted.get(f"/_files/{quote(KEY)}").status_code == 404
    assert fronted.get("/files/stream/absent").status_code == 404
    del fronted.headers["authorization"]
    assert fronted.get(path).status_code == 401


def test_the_log_of_nginx_has_no_queries(fronted: httpx.Client, home: Path) -> None:
    """Z8: the token of a link that was mailed is in one."""
    assert fronted.get("/auth/password/reset", params={"token": "the-token"}).status_code == 404
    assert fronted.get("/health").status_code == 200
    log = (home / "access.log").read_text(encoding="utf-8")
    assert '"GET /auth/password/reset" 404' in log
    assert "the-token" not in log


def test_a_body_that_is_not_complete_does_not_reach_atg(fronted: httpx.Client, home: Path) -> None:
    head = "POST /auth/login HTTP/1.1\r\nhost: atg\r\ncontent-type: application/json\r\ncontent-length: 60\r\n\r\n"
    with socket.create_connection((fronted.base_url.host, fronted.base_url.port or 80)) as trickling:
        trickling.sendall(head.encode() + b'{"username": ')
        assert fronted.post("/auth/login", json=ADMIN | {"password": "wrong password"}).status_code == 401
    assert fronted.post("/auth/login", content=b"x" * 2_000_000).status_code == 413
    assert fronted.get("/health").status_code == 200
    [log] = home.glob("server-*.log")
    logged = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert [each["status"] for each in logged if each.get("path") == "/auth/login"][-1] == 401
    assert 499 not in {each.get("status") for each in logged}
