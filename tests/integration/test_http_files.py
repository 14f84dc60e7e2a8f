"""Files over HTTP: in a folder beside SQLite, and in a real S3 store beside PostgreSQL."""

from typing import Any

import httpx
import pytest

from atg_entrypoints.container import Container
from tests.conftest import S3Server, stocked_url_of
from tests.contracts.files import put
from tests.contracts.http_files import limited
from tests.contracts.http_ranges import HttpRangesContract
from tests.contracts.http_uploads import PNG, HttpUploadsContract, SelfServedUploadsContract
from tests.integration.running import free_port
from tests.people import sign_in


@pytest.fixture
def in_s3(s3_server: S3Server, s3_bucket: str) -> dict[str, Any]:
    return {
        "s3_endpoint": s3_server.endpoint,
        "s3_access_key": s3_server.access_key,
        "s3_secret_key": s3_server.secret_key,
        "s3_bucket": s3_bucket,
    }


class TestFilesInAFolder(SelfServedUploadsContract, HttpRangesContract):
    @pytest.fixture
    def stocked_url(self, request: pytest.FixtureRequest) -> str:
        return stocked_url_of("sqlite", request)


class TestFilesInS3(HttpUploadsContract, HttpRangesContract):
    @pytest.fixture
    def stocked_url(self, request: pytest.FixtureRequest) -> str:
        return stocked_url_of("postgres", request)

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
        assert (ready.status_code, ready.json()["checks"]["store"]["status"]) == (503, "down")

    async def put_and_sign_in(self, client: httpx.AsyncClient, stocked: Container) -> None:
        await put(stocked.object_store(), "a.pdf", content_type="application/pdf")
        await sign_in(client, stocked)
