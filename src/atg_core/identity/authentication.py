"""Authentication of requests by access token."""

from dataclasses import dataclass

from atg_core.clock import Clock
from atg_core.identity.model import Caller
from atg_core.identity.ports import (
    AccessClaims,
    CallerCache,
    Callers,
    SessionRevoked,
    Tokens,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Authenticate:
    """The caller of an access token. Raises InvalidToken, SessionExpired, SessionRevoked.

    The session is looked up for each request, so that revocation takes effect at once.
    """

    callers: Callers
    caller_cache: CallerCache
    tokens: Tokens
    clock: Clock

    async def __call__(self, token: str) -> tuple[Caller, AccessClaims]:
        now = self.clock()
        claims = self.tokens.read_access(token, now)
        caller, stamp = await self.caller_cache.find(claims.sub, claims.sid)
        if caller is None:
            caller = await self.callers.find_caller(claims.sid, now)
            if caller is None or caller.id != claims.sub:
                raise SessionRevoked
            await self.caller_cache.put(caller, stamp)
        return caller, claims
