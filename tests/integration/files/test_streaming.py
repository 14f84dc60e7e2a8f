"""Streaming from a running server: slow readers, readers that disconnect, and a store that fails."""

import shutil
import socket
import sys
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest

from tests.conftest import SECRET
from tests.integration.running import Server, serving
from tests.integration.wire import Wire
from tests.servers import S3Server

pytestmark = pytest.mark.alone

KEY = "public/large.bin"
SIZE = 30_000_000
LARGE = 80_000_000
"""More than twice what the buffers of connections hold, which grow to 33 MB on Linux."""


def asked(server: Server, *headers: str) -> socket.socket:
    """A connection on which the file was asked for, and of which nothing was read."""
    parts = urlsplit(server.url)
    connection = socket.create_connection((parts.hostname or "", parts.port or 80))
    lines = [f"GET /files/stream/{KEY} HTTP/1.1", "Host: atg.test", *headers, "", ""]
    connection.sendall("\r\n".join(lines).encode())
    return connection


def resident_bytes(server: Server) -> int:
    pages = Path(f"/proc/{server.process.pid}/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * 4096


@pytest.mark.usefixtures("sqlite_url")
@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_slow_readers_cost_little_memory(tmp_path: Path) -> None:
    """F8."""
    objects = tmp_path / "files" / "objects" / "public"
    objects.mkdir(parents=True)
    (objects / "large.bin").write_bytes(b"x" * SIZE)
    with serving(tmp_path, ATG_SECRET_KEY=SECRET, ATG_RATE_LIMIT="0") as server:
        assert len(httpx.get(f"{server.url}/files/stream/{KEY}").content) == SIZE
        before = resident_bytes(server)
        readers = [asked(server) for _ in range(200)]
        for _ in range(3):
            time.sleep(0.5)
            for reader in readers:
                reader.recv(65_536)
        assert resident_bytes(server) - before < 64 * 1024 * 1024
        for reader in readers:
            reader.close()
        assert httpx.get(f"{server.url}/health").status_code == 200


@pytest.fixture(scope="module")
def wire(s3_server: S3Server) -> Iterator[Wire]:
    parts = urlsplit(s3_server.endpoint)
    wire = Wire((parts.hostname or "", parts.port or 80))
    yield wire
    wire.cut()


@pytest.fixture(scope="module")
def over_s3(
    s3_server: S3Server, wire: Wire, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A server whose store is at the other end of the wire."""
    client, bucket = s3_server.client(), f"atg-test-{uuid4().hex[:12]}"
    client.make_bucket(bucket_name=bucket)
    client.put_object(bucket_name=bucket, object_name=KEY, data=BytesIO(b"x" * LARGE), length=LARGE)
    environment = {
        "ATG_SECRET_KEY": SECRET,
        "ATG_S3_ENDPOINT": f"http://127.0.0.1:{wire.port}",
        "ATG_S3_ACCESS_KEY": s3_server.access_key,
        "ATG_S3_SECRET_KEY": s3_server.secret_key,
        "ATG_S3_BUCKET": bucket,
    }
    home = tmp_path_factory.mktemp("streaming")
    shutil.copy(sqlite_template, home / "atg.db")
    with serving(home, **environment) as server:
        yield server
    client.remove_object(bucket_name=bucket, object_name=KEY)
    client.remove_bucket(bucket_name=bucket)


def test_when_the_reader_leaves_the_store_is_no_longer_read(over_s3: Server, wire: Wire) -> None:
    """F8: within a second; and a reader who does not read holds the store back."""
    with asked(over_s3) as reader:
        reader.recv(1000)
        time.sleep(0.5)
        held = wire.received
        assert held < LARGE / 2
    time.sleep(1)
    left = wire.received
    time.sleep(0.5)
    assert wire.received == left < LARGE / 2


def test_only_the_bytes_of_the_range_are_read_from_the_store(over_s3: Server, wire: Wire) -> None:
    before = wire.received
    reply = httpx.get(f"{over_s3.url}/files/stream/{KEY}", headers={"range": "bytes=1000000-1000099"})
    assert (reply.status_code, len(reply.content)) == (206, 100)
    assert wire.received - before < 10_000


def test_a_store_that_breaks_in_the_middle_breaks_the_connection(over_s3: Server, wire: Wire) -> None:
    """O4: the body never ends as if it were complete, and the service goes on."""
    with asked(over_s3) as reader:
        reader.settimeout(20)
        received = len(reader.recv(65_536))
        wire.cut()
        while data := reader.recv(1_000_000):
            received += len(data)
    assert 0 < received < LARGE
    assert httpx.get(f"{over_s3.url}/health").status_code == 200
    assert httpx.get(f"{over_s3.url}/files/stream/{KEY}", timeout=10).status_code == 503
    wire.mend()
    assert len(httpx.get(f"{over_s3.url}/files/stream/{KEY}", timeout=20).content) == LARGE
    assert "Traceback" not in over_s3.log
