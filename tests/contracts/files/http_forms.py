"""Forms with a file over HTTP (spec: files)."""

import httpx
import pytest

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.people import sign_in


class HttpFormsContract:
    """The fixtures `client` and `stocked` say over which store."""

    @pytest.fixture
    async def author(self, client: httpx.AsyncClient, stocked: Container) -> None:
        await sign_in(client, stocked, "an-author", role=Role.INSTRUCTOR)

    @pytest.mark.parametrize(
        ("parts", "status"),
        [
            (("key", "file", "contentType"), 201),
            (("key", "contentType", "file"), 201),
            (("file", "key"), 400),
            (("key", "file", "wrongType"), 400),
            (("key",), 400),
        ],
    )
    async def test_the_fields_of_a_form_precede_its_file(
        self, client: httpx.AsyncClient, author: None, parts: tuple[str, ...], status: int
    ) -> None:
        form: dict[str, tuple[str, tuple[str | None, bytes]]] = {
            "key": ("key", (None, b"a.pdf")),
            "file": ("file", ("a.pdf", b"%PDF-")),
            "contentType": ("contentType", (None, b"application/pdf")),
            "wrongType": ("contentType", (None, b"image/png")),
        }
        reply = await client.post("/files/upload", files=[form[part] for part in parts])
        assert reply.status_code == status, reply.text
        assert (await client.get("/files/exists?key=a.pdf")).status_code == (200 if status == 201 else 404)
