"""`/openapi.json` is rendered once, and what it was made of is not kept."""

import httpx
from litestar._openapi.plugin import OpenAPIPlugin

from atg_entrypoints.container import Container
from atg_entrypoints.http.app import create_api


async def test_the_document_is_kept_as_bytes_alone(container: Container) -> None:
    api = create_api(container)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url="http://atg.test") as client:
        first, second = [await client.get("/openapi.json") for _ in range(2)]
        assert (await client.get("/openapi.json/x")).status_code == 404
        kept = api.plugins.get(OpenAPIPlugin)
        assert (kept._openapi, kept._openapi_schema) == (None, None)
    assert first.status_code == second.status_code == 200
    assert first.headers["content-type"] == second.headers["content-type"] == "application/vnd.oai.openapi+json"
    assert first.content == second.content
    assert first.json()["paths"].keys() == api.openapi_schema.to_schema()["paths"].keys()
