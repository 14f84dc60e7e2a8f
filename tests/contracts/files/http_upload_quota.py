"""The upload quota over HTTP, over every store alike (spec: files)."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import httpx
from dependency_injector import providers

from atg_core.clock import utc_now
from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.contracts.files.http_objects import HttpObjectsContract
from tests.contracts.files.people import limited
from tests.contracts.identity.http_sign_in import bearer, log_in
from tests.people import PASSWORD, sign_in


async def counted(stocked: Container) -> int:
    """The bytes that count, of all users and days."""
    return sum(row["bytes"] for row in await rows_of(stocked, "upload_quotas"))


class HttpUploadQuotaContract(HttpObjectsContract):
    """`fetch` of HttpObjectsContract sends what was presigned."""

    async def send_form(
        self, client: httpx.AsyncClient, url: str, fields: dict[str, str], content: bytes
    ) -> httpx.Response:
        return await self.fetch(client, "POST", url, data=fields, files={"file": ("a.pdf", content)})

    async def test_no_more_than_the_quota_is_uploaded_in_a_day(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        """F14."""
        limited(stocked, upload_quota_bytes=1000)
        await sign_in(client, stocked, "an-author", role=Role.INSTRUCTOR)
        form = {"data": {"key": "a.pdf"}, "files": {"file": ("a.pdf", b"x" * 600)}}
        assert (await client.post("/files/upload", **form)).status_code == 201
        for size, status in ((401, 413), (400, 200), (1, 413)):
            reply = await client.post("/files/presign-upload", json={"key": "b.pdf", "size": size})
            assert reply.status_code == status
        assert reply.json()["code"] == "quota_exceeded"
        await sign_in(client, stocked, "another", role=Role.INSTRUCTOR)
        assert (await client.post("/files/presign-upload", json={"key": "b.pdf", "size": 1000})).status_code == 200

    async def test_a_size_that_was_not_announced_counts_once_the_file_is_there(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        """F14."""
        limited(stocked, upload_quota_bytes=1000, upload_max_bytes=900)
        await sign_in(client, stocked, "an-author", role=Role.INSTRUCTOR)
        signed = (await client.post("/files/presign-upload", json={"key": "a.pdf"})).json()
        await self.fetch(client, "PUT", signed["url"], headers=signed["headers"], content=b"x" * 900)
        refused = await client.post("/files/presign-upload", json={"key": "b.pdf", "size": 101})
        assert (refused.status_code, refused.json()["code"]) == (413, "quota_exceeded")

    async def test_a_signature_that_is_used_again_for_more_counts_as_much(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        limited(stocked, upload_quota_bytes=5000, upload_max_bytes=900)
        await sign_in(client, stocked, "an-author", role=Role.INSTRUCTOR)
        signed = (await client.post("/files/presign-upload", json={"key": "a.pdf"})).json()
        for size in (100, 900):
            content = b"x" * size
            sent = await self.fetch(client, "PUT", signed["url"], headers=signed["headers"], content=content)
            assert sent.status_code == 200
            await client.post("/files/presign-upload", json={"key": "b.pdf", "size": 1})
            assert size + 1 <= await counted(stocked) <= 1002

    async def test_uploads_at_once_do_not_exceed_the_quota(self, client: httpx.AsyncClient, stocked: Container) -> None:
        limited(stocked, upload_quota_bytes=5000)
        await sign_in(client, stocked, "an-author", role=Role.INSTRUCTOR)
        forms = [{"data": {"key": f"{number}.pdf"}, "files": {"file": ("a.pdf", b"x" * 1000)}} for number in range(10)]
        replies = await asyncio.gather(*(client.post("/files/upload", **form) for form in forms))
        statuses = Counter(reply.status_code for reply in replies)
        assert set(statuses) == {201, 413}
        assert await counted(stocked) == statuses[201] * 1000 <= 5000
        body = {"key": "b.pdf", "size": 600}
        signed = await asyncio.gather(*(client.post("/files/presign-upload", json=body) for _ in range(10)))
        assert 200 in [reply.status_code for reply in signed]
        assert await counted(stocked) <= 5000

    async def test_what_failed_or_was_given_up_is_given_back(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        limited(stocked, upload_quota_bytes=1000, upload_max_bytes=1000)
        await sign_in(client, stocked, "an-author", role=Role.INSTRUCTOR)
        too_large = {"data": {"key": "a.pdf"}, "files": {"file": ("a.pdf", b"x" * 1001)}}
        assert (await client.post("/files/upload", **too_large)).status_code == 413
        begun = await self.begin(client, 1000)
        assert (await client.post("/files/presign-upload", json={"key": "b.pdf", "size": 1})).status_code == 413
        await client.post("/files/presign-upload/multipart/abort", json={"upload_id": begun["upload_id"]})
        assert await counted(stocked) == 0
        assert (await client.post("/files/presign-upload", json={"key": "b.pdf", "size": 1000})).status_code == 200

    async def test_a_signature_that_was_not_used_is_given_back_when_it_ends(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        limited(stocked, upload_quota_bytes=1000)
        moment = utc_now().replace(hour=12)
        stocked.clock.override(providers.Object(lambda: moment))
        await sign_in(client, stocked, "an-author", role=Role.INSTRUCTOR)
        body = {"key": "a.pdf", "size": 900, "expiresIn": 1}
        assert (await client.post("/files/presign-upload", json=body)).status_code == 200
        assert (await client.post("/files/presign-upload", json=body)).status_code == 413
        moment += timedelta(minutes=14)
        assert (await client.post("/files/presign-upload", json=body)).status_code == 413, "it may still be sent"
        moment += timedelta(minutes=2)
        token = (await log_in(client, username="an-author", password=PASSWORD))["token"]
        assert (await client.post("/files/presign-upload", json=body, headers=bearer(token))).status_code == 200
        assert await counted(stocked) == 900

    async def begin(self, client: httpx.AsyncClient, size: int) -> dict[str, Any]:
        body = {"key": "lessons/long.mp4", "size": size}
        begun: dict[str, Any] = (await client.post("/files/presign-upload/multipart", json=body)).json()
        return begun
