"""Forged, foreign, tampered and expired access tokens."""

import base64
import hmac
import json
from datetime import timedelta
from typing import Any

import httpx
import jwt
import pytest

from atg_adapters.jwt.tokens import JwtTokens
from atg_core.clock import utc_now
from atg_core.identity.ports import InvalidToken, SessionExpired
from atg_entrypoints.container import Container
from tests.contracts.identity.store import session_of
from tests.people import account, add_person, sign_in


@pytest.fixture
def stocked_url() -> str:
    return "memory://"


def _segment(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _with_hs512(claims: dict[str, Any], key: bytes) -> str:
    signed = f"{_segment({'alg': 'HS512', 'typ': 'JWT', 'kid': 'main'})}.{_segment(claims)}"
    mac = hmac.digest(key, signed.encode(), "sha512")
    return f"{signed}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


def _forgeries(token: str, key: bytes) -> dict[str, str]:
    """S20, S21: tokens that must not be believed, by what is wrong with them."""
    claims, header = jwt.decode(token, options={"verify_signature": False}), {"kid": "main"}
    head, body, signature = token.split(".")

    def signed(changes: dict[str, Any] | None = None, secret: bytes = key, **headers: Any) -> str:
        changed = {name: value for name, value in (claims | (changes or {})).items() if value is not None}
        return jwt.encode(changed, secret, algorithm="HS256", headers=header | headers)

    return {
        "no signature, algorithm none": f"{_segment({'alg': 'none', 'typ': 'JWT', 'kid': 'main'})}.{body}.",
        "algorithm None in capitals": f"{_segment({'alg': 'NONE', 'typ': 'JWT', 'kid': 'main'})}.{body}.{signature}",
        "signature cut off": f"{head}.{body}.",
        "signature of another token": f"{head}.{body}.{signature[::-1]}",
        "another key": signed(secret=b"another key of more than thirty-two bytes"),
        "another algorithm with our key": _with_hs512(claims, key),
        "unknown kid": signed(kid="other"),
        "no kid": f"{_segment({'alg': 'HS256', 'typ': 'JWT'})}.{body}.{signature}",
        "role raised": f"{head}.{_segment(claims | {'role': 'admin'})}.{signature}",
        "refresh as access": signed({"type": "refresh"}),
        "wrong audience": signed({"aud": "other"}),
        "wrong issuer": signed({"iss": "other"}),
        "not yet valid": signed({"nbf": claims["iat"] + 3600}),
        "issued in the future": signed({"iat": claims["iat"] + 3600, "exp": claims["exp"] + 3600}),
        "no expiry": signed({"exp": None}),
        "no session": signed({"sid": None}),
        "no subject": signed({"sub": None}),
        "no jti": signed({"jti": None}),
        "a session that is no uuid": signed({"sid": "1"}),
        "an unknown role": signed({"role": "root"}),
        "key from the header": signed(
            secret=b"a key that the attacker has put into the header",
            jwk={"kty": "oct", "k": "YSBrZXkgdGhhdA"},
            jku="https://evil.example.com/keys",
        ),
        "kid that is a path": signed(kid="../../etc/passwd"),
        "not three parts": f"{head}.{body}",
        "not base64": "é.ü.ö".encode().decode("latin-1", "replace"),
    }


async def test_no_forged_token_is_believed_and_all_are_refused_alike(
    client: httpx.AsyncClient, stocked: Container
) -> None:
    """S20, S21: algorithm, key, kid, type, audience, issuer, times and claims are all checked."""
    token = await sign_in(client, stocked)
    key = stocked.settings().signing_keys["main"]
    forgeries = _forgeries(token, key)
    assert len(forgeries) >= 14
    bodies = set()
    for what, forged in forgeries.items():
        reply = await client.get("/auth/me", headers={"authorization": f"Bearer {forged}".encode()})
        assert reply.status_code == 401, what
        assert reply.headers["www-authenticate"] == "Bearer"
        bodies.add(reply.text)
    assert len(bodies) == 1
    assert (await client.get("/auth/me")).status_code == 200


async def test_another_users_session_does_not_fit_a_token(client: httpx.AsyncClient, stocked: Container) -> None:
    token = await sign_in(client, stocked, "anna")
    claims = jwt.decode(token, options={"verify_signature": False})
    other = await add_person(stocked, "boris")
    key = stocked.settings().signing_keys["main"]
    mixed = jwt.encode(claims | {"sub": str(other)}, key, algorithm="HS256", headers={"kid": "main"})
    assert (await client.get("/auth/me", headers={"authorization": f"Bearer {mixed}"})).status_code == 401


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic YTpi", "bearer", "Token x"])
async def test_what_is_no_bearer_token_is_not_signed_in(client: httpx.AsyncClient, header: str) -> None:
    reply = await client.get("/auth/me", headers={"authorization": header})
    assert (reply.status_code, reply.json()["code"]) == (401, "not_signed_in")


async def test_an_expired_token_says_so(client: httpx.AsyncClient, stocked: Container) -> None:
    token = await sign_in(client, stocked)
    claims = jwt.decode(token, options={"verify_signature": False})
    expired = jwt.encode(
        claims | {"iat": claims["iat"] - 1000, "exp": claims["iat"] - 1},
        stocked.settings().signing_keys["main"],
        algorithm="HS256",
        headers={"kid": "main"},
    )
    reply = await client.get("/auth/me", headers={"authorization": f"Bearer {expired}"})
    assert (reply.status_code, reply.json()["error"]) == (401, "Session expired")
    out = await client.post("/auth/logout", headers={"authorization": f"Bearer {expired}"})
    assert out.status_code == 200
    assert (await client.get("/auth/me")).status_code == 401


def test_the_first_key_signs_and_all_verify() -> None:
    old, new = b"the old key, of more than 32 bytes....", b"the new key, of more than 32 bytes...."
    user, now = account().user, utc_now()
    before, after = JwtTokens({"a": old}, access_ttl=900), JwtTokens({"b": new, "a": old}, access_ttl=900)
    token = before.access(user, session_of(user.id), now).text
    assert after.read_access(token, now).sub == user.id
    assert jwt.get_unverified_header(after.access(user, session_of(user.id), now).text)["kid"] == "b"
    assert after.read_access(token, now + timedelta(seconds=899)).username == user.username


class TestRememberedTokens:
    """Claims of verified tokens are remembered, what may change since is asked each time."""

    key, now = b"a key of more than thirty-two bytes.....", utc_now()

    def test_expiry_is_judged_by_the_clock_each_time(self) -> None:
        user, tokens = account().user, JwtTokens({"a": self.key}, access_ttl=900)
        token = tokens.access(user, session_of(user.id), self.now).text
        claims = tokens.read_access(token, self.now)
        assert tokens.read_access(token, self.now + timedelta(seconds=899)) == claims
        for _ in range(2):
            with pytest.raises(SessionExpired):
                tokens.read_access(token, self.now + timedelta(seconds=900))
            assert tokens.read_access(token, self.now + timedelta(seconds=900), allow_expired=True) == claims

    def test_only_so_many_are_remembered_and_the_oldest_is_verified_anew(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("atg_adapters.jwt.tokens._MOST_REMEMBERED", 2)
        verified: list[str] = []
        decode = jwt.decode
        monkeypatch.setattr(
            jwt, "decode", lambda token, *a, **more: verified.append(token) or decode(token, *a, **more)
        )
        tokens = JwtTokens({"a": self.key}, access_ttl=900)
        first, second, third = [
            tokens.access(user, session_of(user.id), self.now).text for user in (account().user for _ in range(3))
        ]
        for token in (first, second, first, third, first, second):
            tokens.read_access(token, self.now)
        assert verified == [first, second, third, second]

    def test_a_token_that_was_refused_is_not_remembered(self) -> None:
        user, tokens = account().user, JwtTokens({"a": self.key}, access_ttl=900)
        early = tokens.access(user, session_of(user.id), self.now + timedelta(minutes=2)).text
        with pytest.raises(InvalidToken):
            tokens.read_access(early, self.now)
        assert tokens.read_access(early, self.now + timedelta(minutes=2)).sub == user.id
