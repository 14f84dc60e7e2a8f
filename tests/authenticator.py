"""An authenticator app, and the ways in of who has one."""

from typing import Any, Self

import httpx
import pyotp

from atg_core.clock import Clock, utc_now
from tests.people import PASSWORD

type Json = dict[str, Any]


class Authenticator:
    """Knows a secret; `recovery_codes` are those that were shown."""

    def __init__(self, secret: str, clock: Clock = utc_now) -> None:
        self.secret, self._clock = secret, clock
        self.recovery_codes: list[str] = []

    def code(self, *, later: int = 0) -> str:
        """That of so many time steps later; a code that confirms a setup is used up."""
        totp = pyotp.TOTP(self.secret)
        return totp.generate_otp(totp.timecode(self._clock()) + later)

    @classmethod
    async def of(cls, client: httpx.AsyncClient, clock: Clock = utc_now, **proof: str) -> Self:
        """Set up and confirmed by who is signed in, or by a ticket."""
        made = cls((await set_up(client, **proof)).json()["secret"], clock)
        ticket = {"ticket": proof["ticket"]} if "ticket" in proof else {}
        before = 0 if clock is utc_now else -1  # where time stands still, the codes after it are good at once
        body = {"code": made.code(later=before), **ticket}
        confirmed = await client.post("/auth/second-factor/confirm", json=body)
        assert confirmed.status_code == 200, confirmed.text
        assert confirmed.headers["cache-control"] == "no-store"
        made.recovery_codes = confirmed.json()["recovery_codes"]
        return made


async def set_up(client: httpx.AsyncClient, **proof: str) -> httpx.Response:
    reply = await client.post("/auth/second-factor/setup", json=proof or {"password": PASSWORD})
    assert reply.status_code == 200, reply.text
    return reply


def ticket_in(reply: httpx.Response, *, setup: bool = False) -> str:
    """Of a sign-in that lacks the second factor, and holds nothing else."""
    body = reply.json()
    assert (reply.status_code, body["code"], body["setup"]) == (401, "second_factor_required", setup), reply.text
    assert not {"token", "access_token", "refreshToken", "refresh_token", "user"} & body.keys()
    assert body["expiresIn"] == 300
    assert reply.headers["cache-control"] == "no-store"
    return str(body["ticket"])


async def ticket_of(client: httpx.AsyncClient, username: str = "anna", password: str = PASSWORD) -> str:
    return ticket_in(await client.post("/auth/login", json={"username": username, "password": password}))


async def second_step(client: httpx.AsyncClient, ticket: str, code: str) -> httpx.Response:
    return await client.post("/auth/second-factor", json={"ticket": ticket, "code": code})


def wrong(authenticator: Authenticator) -> str:
    """A code that is none of the valid ones."""
    valid = {authenticator.code(later=step) for step in range(-3, 4)}
    return next(code for number in range(10) if (code := f"{number}12345") not in valid)
