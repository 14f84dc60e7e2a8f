"""How many statements requests of campaigns cost."""

import httpx

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.arranging import arrange
from tests.people import sign_in
from tests.statements import counted


async def test_campaigns_take_few_statements_however_many_visitors(
    client: httpx.AsyncClient, remembering: Container
) -> None:
    slugs = [f"asset-{number}" for number in range(10)]
    await arrange(remembering, assets=[{"slug": slug, "name": slug, "campaign": "ten"} for slug in slugs])
    for number in range(5):
        session = (await client.post("/session/start", json={"campaign": "ten"})).json()["session_id"]
        for slug in slugs[number:]:
            await client.post("/view", json={"session_id": session, "asset_slug": slug})
        left = await client.post("/user/email", json={"session_id": session, "email": f"v{number % 2}@example.com"})
    view = {"session_id": session, "asset_slug": slugs[0]}
    await sign_in(client, remembering, role=Role.ADMIN)
    await client.get("/auth/me")
    new = (await client.post("/session/start", json={"campaign": "ten"})).json()["session_id"]
    with counted(remembering) as statements:
        assert (await client.post("/view", json={**view, "session_id": new})).json()["awarded_points"] == 10
    assert len(statements) <= 5, statements
    for method, path, most in (
        ("POST", "/session/start", 3),
        ("POST", "/view", 5),
        ("GET", f"/progress?session_id={session}", 4),
        ("GET", f"/progress?user_id={left.json()['user_id']}", 4),
        ("GET", f"/promo?user_id={left.json()['user_id']}", 4),
        ("GET", "/stats", 2),
        ("GET", "/campaigns/ten/assets", 2),
        *(("GET", f"/admin/campaigns/{name}", 2) for name in ("participants", "sessions", "progress", "events")),
        ("GET", "/admin/campaigns/promo-codes", 2),
        ("GET", "/admin/campaigns/events?campaign=ten", 2),
        ("GET", "/stats?campaign=ten", 2),
        ("GET", "/admin/campaigns", 2),
        ("GET", "/admin/campaigns/ten/days", 2),
    ):
        with counted(remembering) as statements:
            assert (await client.request(method, path, json=view)).is_success, path
        assert 1 <= len(statements) <= most, (path, statements)
