"""Files over HTTP: in memory, in a folder beside SQLite, and in a real S3 store beside PostgreSQL."""

from typing import Any

import httpx
import pytest

from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.contracts.databases import in_memory, on_postgres, on_sqlite
from tests.contracts.files.http_permissions import HttpPermissionsContract
from tests.contracts.files.http_proxied_parts import HttpProxiedPartsContract
from tests.contracts.files.http_ranges import HttpRangesContract
from tests.contracts.files.http_uploads import PNG, HttpUploadsContract, SelfServedUploadsContract
from tests.contracts.files.object_store import put
from tests.contracts.files.people import limited
from tests.integration.running import free_port
from tests.people import sign_in
from tests.servers import S3Server


@pytest.fixture
def in_s3(s3_server: S3Server, s3_bucket: str) -> dict[str, Any]:
    return {
        "s3_endpoint": s3_server.endpoint,
        "s3_access_key": s3_server.access_key,
        "s3_secret_key": s3_server.secret_key,
        "s3_bucket": s3_bucket,
    }


@in_memory
class TestFilesInMemory(SelfServedUploadsContract, HttpProxiedPartsContract, HttpPermissionsContract):
    pass


@on_sqlite
class TestFilesInAFolder(
    SelfServedUploadsContract, HttpProxiedPartsContract, HttpPermissionsContract, HttpRangesContract
):
    @pytest.mark.parametrize(("name", "status"), [("ы" * 125 + ".mp4", 200), ("ы" * 126 + ".mp4", 400)])
    async def test_a_name_that_the_folder_can_not_keep_is_refused_before_anything_is_signed(
        self, client: httpx.AsyncClient, stocked: Container, author: None, name: str, status: int
    ) -> None:
        key = f"stations/1/{name}"
        for path, more in (
            ("presign-upload", {}),
            ("presign-upload", {"form": True}),
            ("presign-upload", {"size": 1}),
            ("presign-upload/multipart", {"size": 1}),
            ("multipart/initiate", {}),
        ):
            reply = await client.post(f"/files/{path}", json={"key": key, **more})
            assert reply.status_code == status, reply.text
            if status == 400:
                assert (reply.json()["code"], reply.json()["errors"][0]["field"]) == ("invalid_key", "key")
        sent = await client.post("/files/upload", data={"key": key}, files={"file": ("a.mp4", b"x")})
        assert sent.status_code == (201 if status == 200 else 400)
        assert bool(await rows_of(stocked, "file_uploads")) is (status == 200)


@on_postgres
class TestFilesInS3(HttpUploadsContract, HttpProxiedPartsContract, HttpPermissionsContract, HttpRangesContract):
    @pytest.fixture
    def where_files_are(self, in_s3: dict[str, Any]) -> dict[str, Any]:
        return in_s3

    async def fetch(self, client: httpx.AsyncClient, method: str, url: str, **request: Any) -> httpx.Response:
        async with httpx.AsyncClient() as bare:
            return await bare.request(method, url, **request)

    async def test_urls_are_signed_for_the_address_that_browsers_see(
        self, client: httpx.AsyncClient, stocked: Container, in_s3: dict[str, Any]
    ) -> None:
        await self.put_and_sign_in(client, stocked)
        port = in_s3["s3_endpoint"].rsplit(":", 1)[1]
        limited(stocked, s3_public_endpoint=f"http://localhost:{port}")
        url = (await client.get("/files/presign?key=a.pdf")).json()["url"]
        assert url.startswith(f"http://localhost:{port}/")
        assert (await self.fetch(client, "GET", url)).content == b"content"

    async def test_a_store_that_is_away_is_503_and_nothing_else_suffers(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        """O4."""
        await self.put_and_sign_in(client, stocked)
        limited(stocked, s3_endpoint=f"http://127.0.0.1:{free_port()}")
        for path in ("stream/a.pdf", "presign?key=a.pdf", "exists?key=a.pdf", "folder-contents"):
            reply = await client.get(f"/files/{path}")
            assert (reply.status_code, reply.json()["code"]) == (503, "store_away")
            assert int(reply.headers["retry-after"]) >= 1
        sent = await client.post("/users/me/avatar", files={"file": ("a.png", PNG)})
        assert sent.status_code == 503
        assert (await client.get("/stations")).status_code == 200
        ready = await client.get("/ready")
        assert (ready.status_code, ready.json()["degraded"]) == (200, ["store"])

    async def put_and_sign_in(self, client: httpx.AsyncClient, stocked: Container) -> None:
        await put(stocked.object_store(), "a.pdf", content_type="application/pdf")
        await sign_in(client, stocked)
