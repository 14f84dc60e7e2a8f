"""Each context is served by a process of its own."""

from pathlib import Path

import httpx
import pytest

from atg_entrypoints.settings import CONTEXTS
from tests.integration.running import serving

ROUTES = {
    "identity": ("GET", "/auth/me", 401),
    "catalog": ("GET", "/stations", 200),
    "learning": ("GET", "/users/me/stats", 401),
    "files": ("GET", "/files/info/none", 404),
    "campaigns": ("POST", "/session/start/", 201),
    "store": ("GET", "/api/lessons", 200),
    "schedule": ("GET", "/groups", 401),
    "conferencing": ("POST", "/webhooks/zoom", 401),
    "homework": ("GET", "/homework", 401),
    "gradebook": ("GET", "/me/gradebook", 401),
}
"""A route that only this context has."""


@pytest.mark.parametrize("context", CONTEXTS)
def test_a_context_is_served_alone(context: str, tmp_path: Path) -> None:
    with serving(tmp_path, ATG_CONTEXTS=context) as server, httpx.Client(base_url=server.url) as client:
        for name, (method, path, status) in ROUTES.items():
            reply = client.request(method, path)
            expected = status if name == context else 404
            assert reply.status_code == expected, path
            assert reply.headers["content-type"].startswith("application/")
        paths = client.get("/openapi.json").json()["paths"]
        assert {"/health", "/ready"} < set(paths)
        assert (ROUTES[context][1].rstrip("/") in paths) or context == "files"
        assert client.get("/ready").json()["ready"]
        assert "Traceback" not in server.log
