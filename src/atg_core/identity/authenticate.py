"""Finding out who sends a request."""

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
    """The caller behind an access token. Raises InvalidToken, SessionExpired, SessionRevoked.

    The token alone is never enough: its session is looked up, so that a revoked one is refused at once.
    """

    callers: Callers
    cache: CallerCache
    tokens: Tokens
    clock: Clock

    async def __call__(self, token: str) -> tuple[Caller, AccessClaims]:
        now = self.clock()
        claims = self.tokens.read_access(token, now)
        caller, stamp = await self.cache.find(claims.sub, claims.sid)
        if caller is None:
            caller = await self.callers.find_caller(claims.sid, now)
            if caller is None or caller.id != claims.sub:
                raise SessionRevoked
            await self.cache.put(caller, stamp)
        return caller, claims
