"""The configurations of `deploy/nginx` with a real nginx: it sends the files that ATG names."""

import json
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from tests.conftest import SECRET
from tests.integration.fronting import DEPLOYED, fronting, nginx_or_skip
from tests.integration.running import serving

pytestmark = pytest.mark.alone

ADMIN = {"username": "root", "password": "a rather good one"}
KEY = "lessons/1/Схема №1 + 100%.pdf"
CONTENT = bytes(range(256)) * 1000


@pytest.fixture(scope="module")
def home(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("nginx")
    shutil.copy(sqlite_template, home / "atg.db")
    return home


@pytest.fixture(scope="module")
def front(home: Path) -> Iterator[httpx.Client]:
    """A client of nginx in front of ATG; skips where there is no nginx."""
    environment = {
        "ATG_SECRET_KEY": SECRET,
        "ATG_ADMIN_USERNAME": ADMIN["username"],
        "ATG_ADMIN_PASSWORD": ADMIN["password"],
        "ATG_ACCEL_REDIRECT": "/_files/",
        "ATG_CORS_ORIGINS": "https://app.example.com",
    }
    with serving(home, **environment) as server, fronting(home, server.url) as url:
        transport = httpx.HTTPTransport(retries=5)
        with httpx.Client(base_url=url, transport=transport) as client:
            yield client


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


@pytest.mark.parametrize("name", ["host.conf", "compose.conf"])
def test_nginx_takes_the_configuration_as_it_is_deployed(name: str, tmp_path: Path) -> None:
    """Certificates included; in an image, and among the sites of a host."""
    nginx = nginx_or_skip()
    certificate = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    files = ["-subj", "/CN=atg", "-keyout", f"{tmp_path}/key.pem", "-out", f"{tmp_path}/fullchain.pem"]
    subprocess.run(["openssl", *certificate, *files], check=True, capture_output=True, timeout=30)
    site = (DEPLOYED / name).read_text(encoding="utf-8")
    for deployed, here in (("/etc/ssl/atg/", tmp_path), ("/etc/nginx/atg/", DEPLOYED), ("/var/log/nginx/", tmp_path)):
        assert deployed in site
        site = site.replace(deployed, f"{here}/")
    (tmp_path / "nginx.conf").write_text(f"pid {tmp_path}/nginx.pid; events {{}} http {{ {site} }}", encoding="utf-8")
    tested = subprocess.run(
        [nginx, "-t", "-q", "-e", f"{tmp_path}/error.log", "-c", f"{tmp_path}/nginx.conf"],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert (tested.returncode, tested.stderr) == (0, "")
