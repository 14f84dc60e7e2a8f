"""Replies of stores, and of proxies before them, that no store gives when it is asked to."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from atg_adapters.minio.object_store import S3ObjectStore
from atg_core.files.model import UploadPart
from atg_core.files.ports import StoreAway, WrongParts

PART = UploadPart(number=1, etag='"e"')
PARTS = (
    "<ListPartsResult><IsTruncated>false</IsTruncated>"
    "<Part><PartNumber>1</PartNumber><ETag>e</ETag><Size>1</Size></Part></ListPartsResult>"
)


class Store(ThreadingHTTPServer):
    """Lists the part; `status` and `reply` are what it says to all else."""

    daemon_threads = True
    status, reply = 200, ""


class Handler(BaseHTTPRequestHandler):
    server: Store

    def do_GET(self) -> None:
        self._answer(200, PARTS)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self._answer(self.server.status, self.server.reply)

    def _answer(self, status: int, body: str) -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        """To standard error it would be noise."""


@pytest.fixture
def server() -> Iterator[Store]:
    with Store(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def store(server: Store) -> S3ObjectStore:
    address = f"http://127.0.0.1:{server.server_port}"
    return S3ObjectStore(address, "", access_key="a", secret_key="s", bucket="atg", region="us-east-1")


@pytest.mark.parametrize(("code", "told"), [("InvalidPart", WrongParts), ("InternalError", StoreAway)])
async def test_an_error_after_a_200_is_an_error(
    server: Store, store: S3ObjectStore, code: str, told: type[Exception]
) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html"""
    server.reply = f"<Error><Code>{code}</Code></Error>"
    with pytest.raises(told):
        await store.complete_multipart("a", "upload", [PART], content_type="text/plain", max_bytes=9)


async def test_the_page_of_a_proxy_says_that_the_store_is_away(server: Store, store: S3ObjectStore) -> None:
    server.status, server.reply = 502, "<html>Bad gateway<br></html>"
    with pytest.raises(StoreAway):
        await store.begin_multipart("a", content_type="text/plain")
