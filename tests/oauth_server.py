"""VK ID and Yandex for tests: an OAuth 2.0 server by authlib at their paths, honest or not.

    server = OAuthServer()
    server.people["vk"] = Person("7", "anna@example.com", "Анна Ким")     # who is signed in there
    server.hostile["yandex token"] = answering(500)                        # or `silence`, instead of answers
    server.altered["vk profile"] = lambda told: {**told, "user": {}}       # an answer that is changed
    ...                                                                    # ATG_VK_ID_URL=f"{server.url}/vk"

It checks what a server has to: the client and its secret, the exact redirect URI, the state's return, PKCE by S256
alone, codes for one use, and, as VK does, that the code's `device_id` comes with it. It is an ASGI application, for a
transport or for a server; `served()` is one on 127.0.0.1. Steps are `authorize`, `token` and `profile`.
"""

import asyncio
import json
import socket
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import uvicorn
from authlib.oauth2.rfc6749 import OAuth2Error
from joserfc import jwt
from joserfc.jwk import OctKey

from tests.oauth_authority import Asked, Authority, Client, Json, Person, Reply

VK_CLIENT, YANDEX_CLIENT = "51234567", "4760187d81bc4b7799476b42b5103713"
YANDEX_SECRET = "the secret of the application at Yandex"
KEY = OctKey.import_key("what nobody but the provider knows, and nobody checks")
CALLBACK = "http://atg.test/auth/oauth"

type Hostile = Callable[[], Awaitable[Reply]]


@dataclass
class OAuthServer:
    """`url`: where it is reached; `redirects`: the base of the registered redirect URIs."""

    url: str = "https://oauth.test"
    redirects: str = CALLBACK
    people: dict[str, Person | None] = field(default_factory=dict)
    hostile: dict[str, Hostile] = field(default_factory=dict)
    altered: dict[str, Callable[[Json], Any]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        registered = [
            Client(VK_CLIENT, "vk", f"{self.redirects}/vk/callback"),
            Client(YANDEX_CLIENT, "yandex", f"{self.redirects}/yandex/callback", YANDEX_SECRET),
        ]
        self.authority = Authority(registered, self._beside)

    @property
    def settings(self) -> dict[str, str]:
        """By the names of the settings' fields."""
        return {
            "vk_client_id": VK_CLIENT,
            "vk_id_url": f"{self.url}/vk",
            "yandex_client_id": YANDEX_CLIENT,
            "yandex_client_secret": YANDEX_SECRET,
            "yandex_oauth_url": f"{self.url}/yandex",
            "yandex_login_url": f"{self.url}/yandex",
        }

    def _beside(self, request: Asked) -> Json:
        """VK's ID token, and whose token it is."""
        code = request.authorization_code
        if request.client.provider != "vk":
            return {}
        claims = {"sub": code.person.subject, "aud": code.client_id, **({"nonce": code.nonce} if code.nonce else {})}
        return {
            "id_token": id_token(**claims),
            "user_id": int(code.person.subject),
            "state": request.form.get("state", ""),
        }

    async def _reply(self, path: str, asked: Asked) -> Reply:
        provider, _, rest = path.strip("/").partition("/")
        step = {"authorize": "authorize", "oauth2/auth": "token", "token": "token"}.get(rest, "profile")
        name = f"{provider} {step}"
        self.asked.append((name, asked.payload.data))
        if name in self.hostile:
            return await self.hostile[name]()
        status, told, headers = self._honest(provider, step, asked)
        if name in self.altered and isinstance(told, dict):
            told = self.altered[name](told)
        return status, told, headers

    def _honest(self, provider: str, step: str, asked: Asked) -> Reply:
        if step == "token":
            return self.authority.create_token_response(asked)
        if step == "profile":
            return self._profile(provider, asked)
        try:
            grant = self.authority.get_consent_grant(asked, self.people.get(provider))
        except OAuth2Error as error:
            return self.authority.handle_error_response(asked, error)
        status, told, headers = self.authority.create_authorization_response(asked, self.people.get(provider), grant)
        [location] = [value for header, value in headers if header == "Location"]
        if code := self.authority.codes.get(dict(parse_qsl(urlsplit(location).query)).get("code", "")):
            location += f"&device_id={code.device_id}" if provider == "vk" else "&cid=1"
        return status, told, [("Location", location)]

    def _profile(self, provider: str, asked: Asked) -> Reply:
        _, _, in_header = asked.headers.get("authorization", "").partition("OAuth ")
        client, person = self.authority.tokens.get(asked.form.get("access_token", in_header), (None, None))
        if client is None or person is None or client.provider != provider:
            return 401, {"error": "invalid_token"}, []
        first, _, last = person.name.partition(" ")
        if provider == "yandex":
            ids = {"id": person.subject, "client_id": client.client_id, "login": "vera", "psuid": "1.AA"}
            names = {"real_name": person.name, "display_name": first, "first_name": first, "last_name": last}
            email = {"default_email": person.email, "emails": [person.email]} if person.email else {}
            return 200, ids | names | email, []
        if asked.form.get("client_id") != client.client_id:
            return 200, {"error": "invalid_client"}, []
        told = {"user_id": person.subject, "first_name": first, "last_name": last, "verified": False}
        return 200, {"user": {**told, "email": person.email, "avatar": "https://vk.example/a.png"}}, []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        content, message = b"", {"more_body": True}
        while message.get("more_body"):
            message = await receive()
            content += message.get("body", b"")
        query = scope["query_string"].decode()
        parameters = dict(parse_qsl(query, keep_blank_values=True) + parse_qsl(content.decode()))
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        asked = Asked(scope["method"], f"https://oauth.test{scope['path']}?{query}", parameters, headers)
        status, told, given = await self._reply(scope["path"], asked)
        body = told if isinstance(told, bytes) else json.dumps(told).encode()
        kind = "text/html" if isinstance(told, bytes) else "application/json"
        raw = [(name.lower().encode(), value.encode()) for name, value in {"Content-Type": kind, **dict(given)}.items()]
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send({"type": "http.response.body", "body": body})


def id_token(**claims: Any) -> str:
    """One of VK's, signed with a key that nobody else has."""
    now = int(time.time())
    return jwt.encode({"alg": "HS256"}, {"iss": "VK", "iat": now, "exp": now + 3600, **claims}, KEY)


def answering(status: int, told: Any = b"<html><h1>Sorry</h1></html>", **headers: str) -> Hostile:
    """Bytes are sent as HTML, anything else as JSON."""

    async def answer() -> Reply:
        return status, told, list(headers.items())

    return answer


async def silence() -> Reply:
    """Nothing, for longer than anybody waits."""
    await asyncio.sleep(60)
    return 200, {}, []


@contextmanager
def served(**people: Person) -> Iterator[OAuthServer]:
    """The server on 127.0.0.1, for other processes."""
    listener = socket.create_server(("127.0.0.1", 0))
    oauth = OAuthServer(url=f"http://127.0.0.1:{listener.getsockname()[1]}", people=dict(people))
    server = uvicorn.Server(uvicorn.Config(oauth, log_level="warning", lifespan="off"))
    thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield oauth
    server.should_exit = True
    thread.join(timeout=10)
