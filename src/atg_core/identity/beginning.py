"""Beginning a session for whoever has proved who they are, by a password or otherwise."""

import secrets
from dataclasses import asdict, dataclass
from datetime import datetime

from atg_core.clock import Clock
from atg_core.identity.audit import Action, AuditEvent
from atg_core.identity.letters import SendLink
from atg_core.identity.links import Purpose
from atg_core.identity.model import Device, Session, SessionLifetime, User
from atg_core.identity.ports import IdentityStore, Tokens
from atg_core.identity.rotation import FIRST, Rotation, TokenNumber
from atg_core.ids import NewId

MOST_SESSIONS = 50
"""How many sessions a user may have at once; the oldest goes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPair:
    """`refresh` is None where the caller gets an access token only; `expires_in` are the access token's seconds."""

    access: str
    refresh: str | None
    expires_in: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginSession:
    """A session, within the transaction that is open and in which the user was locked and found to be active.

    Where the account was used before, but never from this address or device, its owner is asked by mail.
    """

    send_link: SendLink
    tokens: Tokens
    lifetime: SessionLifetime
    clock: Clock
    new_id: NewId

    async def __call__(self, store: IdentityStore, user: User, device: Device) -> Session:
        session = self._session(user, device)
        is_new = user.email is not None and await store.is_new_device(user.id, device)
        await store.evict_sessions(user.id, MOST_SESSIONS - 1, session.created_at)
        await store.add_session(session)
        event = AuditEvent(
            id=self.new_id(),
            at=self.clock(),
            action=Action.SIGNED_IN,
            actor_id=user.id,
            user_id=user.id,
            session_id=session.id,
            ip_address=device.ip_address,
            user_agent=device.user_agent,
        )
        await store.record(event)
        if is_new:
            await self.send_link(store, user, Purpose.REVOKE_SESSION, session_id=session.id)
        return session

    def first_tokens(self, user: User, session: Session) -> TokenPair:
        """What whoever began the session is given."""
        return token_pair(self.tokens, user, session, FIRST, self.clock())

    def _session(self, user: User, device: Device) -> Session:
        now = self.clock()
        return Session(
            id=self.new_id(),
            user_id=user.id,
            expires_at=min(now + self.lifetime.idle, now + self.lifetime.absolute),
            created_at=now,
            last_activity=now,
            ip_address=device.ip_address,
            user_agent=device.user_agent,
            device_hash=device.hash,
            salt=secrets.token_bytes(16),
            **asdict(Rotation.begin(now)),
        )


def token_pair(tokens: Tokens, user: User, session: Session, number: TokenNumber, now: datetime) -> TokenPair:
    access = tokens.access(user, session, now)
    return TokenPair(access=access.text, refresh=tokens.refresh(session, number), expires_in=access.expires_in)
