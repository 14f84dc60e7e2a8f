"""The authlib authorization server of the fake OAuth providers."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from authlib.oauth2.rfc6749 import AuthorizationServer, OAuth2Request
from authlib.oauth2.rfc6749.errors import InvalidGrantError, InvalidRequestError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7636 import CodeChallenge

type Json = dict[str, Any]
type Reply = tuple[int, Any, list[tuple[str, str]]]


@dataclass(frozen=True)
class Person:
    """Somebody with an account at a provider."""

    subject: str
    email: str | None = None
    name: str = "Вера Лис"


@dataclass(frozen=True)
class Client:
    """An application that is registered at a provider; without a secret it is a public one, as VK's are."""

    client_id: str
    provider: str
    redirect_uri: str
    secret: str = ""

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == self.redirect_uri

    def get_default_redirect_uri(self) -> str:
        return self.redirect_uri

    def check_client_secret(self, secret: str) -> bool:
        return bool(self.secret) and secrets.compare_digest(self.secret, secret)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == ("client_secret_post" if self.secret else "none")

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"

    def get_allowed_scope(self, scope: str | None) -> str:
        return scope or ""


@dataclass(frozen=True)
class Code:
    code: str
    client_id: str
    redirect_uri: str
    scope: str
    person: Person
    nonce: str | None
    device_id: str
    code_challenge: str
    code_challenge_method: str

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope


class Asked(OAuth2Request):
    """A request, as authlib wants it."""

    def __init__(self, method: str, uri: str, parameters: dict[str, str], headers: dict[str, str]) -> None:
        super().__init__(method, uri, headers=headers)
        self.payload = BasicOAuth2Payload(parameters)

    @property
    def form(self) -> dict[str, str]:
        return self.payload.data


class ByS256(CodeChallenge):
    """No other way, and never without."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        asked = grant.request.payload.data
        if not asked.get("code_challenge") or asked.get("code_challenge_method") != "S256":
            raise InvalidRequestError("Missing 'code_challenge'")
        super().validate_code_challenge(grant, redirect_uri)


class ByCode(AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_post", "none")

    def save_authorization_code(self, code: str, request: Asked) -> None:
        asked = request.payload.data
        self.server.codes[code] = Code(
            code=code,
            client_id=request.client.client_id,
            redirect_uri=asked["redirect_uri"],
            scope=request.scope,
            person=request.user,
            nonce=asked.get("nonce"),
            device_id=secrets.token_urlsafe(8),
            code_challenge=asked["code_challenge"],
            code_challenge_method=asked["code_challenge_method"],
        )

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        """One use, also if that fails."""
        found = self.server.codes.pop(code, None)
        if found is None or found.client_id != client.client_id:
            return None
        if client.provider == "vk" and self.request.form.get("device_id") != found.device_id:
            raise InvalidGrantError("device_id is missing or invalid")
        return found

    def delete_authorization_code(self, authorization_code: Code) -> None:
        """It is gone since it was read."""

    def authenticate_user(self, authorization_code: Code) -> Person:
        return authorization_code.person


class Authority(AuthorizationServer):
    """The server of authlib, without a framework. `beside`: what is given along with a token."""

    def __init__(self, clients: list[Client], beside: Callable[[Asked], Json]) -> None:
        super().__init__()
        self.clients, self.beside = {client.client_id: client for client in clients}, beside
        self.codes: dict[str, Code] = {}
        self.tokens: dict[str, tuple[Client, Person]] = {}
        self.register_grant(ByCode, [ByS256(required=True)])
        self.register_token_generator("default", BearerTokenGenerator(lambda **_: secrets.token_urlsafe(32)))

    def query_client(self, client_id: str) -> Client | None:
        return self.clients.get(client_id)

    def save_token(self, token: Json, request: Asked) -> None:
        self.tokens[token["access_token"]] = (request.client, request.user)
        token |= self.beside(request)

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""

    def create_oauth2_request(self, request: Asked) -> Asked:
        return request

    def handle_response(self, status: int, body: Any, headers: list[tuple[str, str]]) -> Reply:
        return status, body, headers
