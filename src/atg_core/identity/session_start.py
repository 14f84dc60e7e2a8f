"""Starting a session after authentication by password or OAuth."""

import secrets
from dataclasses import asdict, dataclass
from datetime import datetime

from atg_core.clock import Clock
from atg_core.identity.account_emails import QueueAccountEmail
from atg_core.identity.audit import Action, AuditEvent
from atg_core.identity.email_tokens import Purpose
from atg_core.identity.model import Device, Session, SessionLifetime, User
from atg_core.identity.ports import IdentityStore, Tokens, UserChanged
from atg_core.identity.refresh_tokens import FIRST, Rotation, TokenNumber
from atg_core.ids import NewId

MAX_SESSIONS = 50
"""Live sessions of a user; the oldest is evicted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPair:
    """`refresh`: None if only an access token is issued; `expires_in`: seconds of the access token."""

    access: str
    refresh: str | None
    expires_in: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginSession:
    """Starts a session, within the open transaction, of a user as it was read. Raises UserChanged.

    For a new address or device of an existing user, a notification with a revocation link is sent.
    """

    queue_account_email: QueueAccountEmail
    tokens: Tokens
    session_lifetime: SessionLifetime
    clock: Clock
    new_id: NewId

    async def __call__(
        self, store: IdentityStore, user: User, device: Device, *, has_second_factor: bool = False
    ) -> Session:
        session = self._session(user, device)
        found = await store.begin_session(session, self._event(session), user)
        if found is None or found.has_second_factor is not has_second_factor:
            raise UserChanged
        if found.live_sessions > MAX_SESSIONS:
            await store.evict_sessions(user.id, MAX_SESSIONS - 1, session.created_at, but=session.id)
        if found.is_new_device and user.email is not None:
            await self.queue_account_email(store, user, Purpose.REVOKE_SESSION, session_id=session.id)
        return session

    def _event(self, session: Session) -> AuditEvent:
        return AuditEvent(
            id=self.new_id(),
            at=self.clock(),
            action=Action.SIGNED_IN,
            actor_id=session.user_id,
            user_id=session.user_id,
            session_id=session.id,
            ip_address=session.ip_address,
            user_agent=session.user_agent,
        )

    def issue_tokens(self, user: User, session: Session) -> TokenPair:
        """The tokens of a new session."""
        return token_pair(self.tokens, user, session, FIRST, self.clock())

    def _session(self, user: User, device: Device) -> Session:
        now = self.clock()
        return Session(
            id=self.new_id(),
            user_id=user.id,
            expires_at=min(now + self.session_lifetime.idle, now + self.session_lifetime.absolute),
            created_at=now,
            last_activity=now,
            ip_address=device.ip_address,
            user_agent=device.user_agent,
            network=device.network,
            device_hash=device.hash,
            salt=secrets.token_bytes(16),
            **asdict(Rotation.begin(now)),
        )


def token_pair(tokens: Tokens, user: User, session: Session, number: TokenNumber, now: datetime) -> TokenPair:
    access = tokens.access(user, session, now)
    return TokenPair(access=access.text, refresh=tokens.refresh(session, number), expires_in=access.expires_in)
