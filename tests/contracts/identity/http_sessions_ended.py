"""Session revocation takes effect with the next request (S13)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httpx
import pytest

from atg_core.clock import utc_now
from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.contracts.identity.http_sign_in import bearer
from tests.mailed import Mailbox, token_in
from tests.people import PASSWORD, account, begin_session

NEW = "a wholly new one"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Boris has two sessions, `here` and `there`; `admin` is an administrator's."""

    client: httpx.AsyncClient
    box: Mailbox
    boris: str
    here: str
    there: str
    admin: str

    async def ask(self, method: str, path: str, token: str, body: object = None) -> httpx.Response:
        return await self.client.request(method, path, json=body, headers=bearer(token))

    async def administer(self, method: str, path: str = "", body: object = None) -> httpx.Response:
        return await self.ask(method, f"/admin/users/{self.boris}{path}", self.admin, body)


async def one(scene: Scene) -> httpx.Response:
    [there] = [
        session["id"]
        for session in (await scene.ask("GET", "/auth/sessions", scene.here)).json()["items"]
        if not session["current"]
    ]
    return await scene.ask("DELETE", f"/auth/sessions/{there}", scene.here)


async def reset(scene: Scene) -> httpx.Response:
    await scene.client.post("/auth/password/forgot", json={"email": "boris@example.com"})
    token = token_in(await scene.box.link("boris@example.com", "reset-password"))
    return await scene.client.post("/auth/password/reset", json={"token": token, "new": NEW})


CHANGE = {"current": PASSWORD, "new": NEW}
EVENTS: dict[str, tuple[bool, Callable[[Scene], Awaitable[httpx.Response]]]] = {
    "signing out": (False, lambda scene: scene.ask("POST", "/auth/logout", scene.there)),
    "signing out everywhere": (True, lambda scene: scene.ask("POST", "/auth/logout-all", scene.here)),
    "ending one": (False, one),
    "another password": (False, lambda scene: scene.ask("POST", "/auth/password", scene.here, CHANGE)),
    "a password by mail": (True, reset),
    "deactivating": (True, lambda scene: scene.administer("PUT", "", {"is_active": False})),
    "deleting": (True, lambda scene: scene.administer("DELETE")),
    "a password by an administrator": (True, lambda scene: scene.administer("PUT", "", {"password": NEW})),
    "an administrator's word": (True, lambda scene: scene.administer("POST", "/sessions/revoke")),
}
"""By what ends the session `there`, and whether `here` ends with it."""


class HttpSessionsEndedContract:
    """The fixtures `client` and `stocked` say over which database."""

    @pytest.fixture
    async def scene(self, client: httpx.AsyncClient, stocked: Container) -> Scene:
        box, tokens = Mailbox(stocked), []
        boris, admin = account("boris", email_verified_at=utc_now()), account("root", role=Role.ADMIN)
        async with stocked.open_identity()() as store:
            for person in (boris, admin):
                await store.add_account(person)
        for person in (boris, boris, admin):
            tokens.append(await begin_session(stocked, person.user))
            assert (await client.get("/auth/me", headers=bearer(tokens[-1]))).status_code == 200
        here, there, root = tokens
        return Scene(client=client, box=box, boris=str(boris.user.id), here=here, there=there, admin=root)

    @pytest.mark.parametrize("event", EVENTS)
    async def test_the_next_call_with_the_old_access_token_is_refused(self, scene: Scene, event: str) -> None:
        """S13: at once, although the caller was remembered before."""
        ends_here, happen = EVENTS[event]
        reply = await happen(scene)
        assert reply.is_success, reply.text
        after = await scene.ask("GET", "/auth/me", scene.there)
        assert (after.status_code, after.json()["error"]) == (401, "Session revoked")
        assert (await scene.ask("GET", "/auth/me", scene.here)).status_code == (401 if ends_here else 200)
        assert (await scene.ask("GET", "/auth/me", scene.admin)).status_code == 200
