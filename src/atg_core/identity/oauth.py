"""Signing in, and up, with an account at a provider."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from atg_core.clock import Clock
from atg_core.errors import Unavailable
from atg_core.identity.audit import Action, AuditEvent
from atg_core.identity.beginning import BeginSession, TokenPair
from atg_core.identity.entering import OpenAccount
from atg_core.identity.model import CHOSEN_ROLES, Account, Device, Role, User
from atg_core.identity.ports import CallerCache, EmailTaken, IdentityStore, InvalidCredentials
from atg_core.identity.providers import (
    ATTEMPT_LIVES,
    AccountExists,
    Attempt,
    AttemptNotValid,
    Attempts,
    Claims,
    IdentityTaken,
    OAuthIdentity,
    ProviderNotFound,
    ProviderRefused,
    SignInProvider,
)
from atg_core.identity.signing import FAILURES_FROM_ADDRESS
from atg_core.ids import NewId
from atg_core.mailing.addresses import is_address
from atg_core.opening import Open
from atg_core.throttling import Limit, Throttle

USES_OF_STATE = Limit(name="oauth-state", most=1, minutes=int(ATTEMPT_LIVES.total_seconds()) // 60)
"""Counted in the database, where there is one: a state that one process has seen is used up in all."""
_REFUSALS = (AttemptNotValid, ProviderRefused, AccountExists, InvalidCredentials)
_MOST_TRIES = 5
_LONGEST_NAME = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginOAuth:
    """Sends a browser to a provider."""

    providers: Mapping[str, SignInProvider]
    attempts: Attempts
    clock: Clock

    def __call__(self, provider: str, role: Role | None) -> tuple[str, str]:
        """Where to, and what the browser keeps for the way back. Raises ProviderNotFound."""
        if provider not in self.providers:
            raise ProviderNotFound
        kept, attempt = self.attempts.begin(provider, role if role in CHOSEN_ROLES else None, self.clock())
        return self.providers[provider].start(attempt), kept


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinIdentity:
    """Finds out whose an account at a provider is, or makes it somebody's, within the transaction that is open.

    Only a verified email joins an account. Whoever made that account without ever confirming the email may be a
    stranger who waits for its owner: before it is joined its password, sessions and identities go.
    """

    open_account: OpenAccount
    clock: Clock
    new_id: NewId

    async def __call__(self, store: IdentityStore, provider: str, claims: Claims, role: Role | None) -> Account:
        """A locked and active user.

        Raises InvalidCredentials for an inactive one, AccountExists, RoleRequired for a newcomer without a role, and
        EmailTaken or IdentityTaken if somebody was faster: then a new transaction finds the account.
        """
        known = await store.find_identity(provider, claims.subject)
        if known:
            user = await self._locked(store, known)
            if await store.find_identity(provider, claims.subject) != known:  # forgotten while this one waited
                raise IdentityTaken
            return Account(user=user, profile=await store.profile(known))
        email = _usable(claims.email)
        found = await store.find_by_email(email) if email else None
        if found is None:
            return await self._open(store, provider, claims, email, role)
        if not claims.email_verified:
            raise AccountExists
        user = await self._own(store, await self._locked(store, found.user.id), email)
        await self._link(store, provider, claims, user)
        return Account(user=user, profile=await store.profile(user.id))

    async def _locked(self, store: IdentityStore, user_id: UUID) -> User:
        user = await store.lock_user(user_id)
        if not user.is_active:
            raise InvalidCredentials
        return user

    async def _own(self, store: IdentityStore, user: User, email: str | None) -> User:
        """The user, whose email is known to be their own from now on. Raises EmailTaken if it has become another."""
        if (user.email or "").lower() != email:
            raise EmailTaken
        if user.email_verified_at:
            return user
        now = self.clock()
        owned = replace(user, password_hash=None, email_verified_at=now, updated_at=now)
        await store.save_user(owned)
        await store.revoke_sessions(user.id, Action.OAUTH_LINKED, now)
        await store.end_mail_tokens(user.id, now)
        await store.forget_identities(user.id)
        await store.record(self._event(Action.EMAIL_CONFIRMED, user))
        return owned

    async def _open(
        self, store: IdentityStore, provider: str, claims: Claims, email: str | None, role: Role | None
    ) -> Account:
        account = await self.open_account(
            store,
            role,
            name=email or f"{provider}-{claims.subject}",
            email=email,
            full_name=(claims.name or "").replace("\x00", "").strip()[:_LONGEST_NAME] or None,
            verified=claims.email_verified,
        )
        await self._link(store, provider, claims, account.user)
        return account

    async def _link(self, store: IdentityStore, provider: str, claims: Claims, user: User) -> None:
        identity = OAuthIdentity(provider=provider, subject=claims.subject, user_id=user.id, created_at=self.clock())
        await store.add_identity(identity)
        await store.record(self._event(Action.OAUTH_LINKED, user))

    def _event(self, action: Action, user: User) -> AuditEvent:
        return AuditEvent(id=self.new_id(), at=self.clock(), action=action, actor_id=user.id, user_id=user.id)


def _usable(email: str | None) -> str | None:
    """In lower case, as all emails are kept; None for what is none."""
    return email.lower() if email and is_address(email) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishOAuth:
    """Signs in whoever comes back from a provider; whoever is new gets an account.

    What is refused is counted as failed sign-ins from the address are. Nothing changes then, but that the state is
    used up. No transaction is open while the provider is asked.
    """

    providers: Mapping[str, SignInProvider]
    attempts: Attempts
    throttle: Throttle
    open: Open[IdentityStore]
    join: JoinIdentity
    begin: BeginSession
    cache: CallerCache
    clock: Clock
    new_id: NewId

    async def __call__(
        self, provider: str, kept: str, answer: Mapping[str, str], device: Device
    ) -> tuple[TokenPair, Account]:
        """`kept`: by the browser since BeginOAuth; `answer`: the parameters with which it was sent back.

        Raises ProviderNotFound, TooMany, AttemptNotValid, what `SignInProvider.finish` and JoinIdentity raise.
        """
        if provider not in self.providers:
            raise ProviderNotFound
        (await self.throttle.look(FAILURES_FROM_ADDRESS, device.ip_address or "")).require()
        try:
            attempt = await self._use(provider, kept, answer)
            claims = await self.providers[provider].finish(answer, attempt)
            return await self._sign_in(provider, claims, attempt.role, device)
        except _REFUSALS:
            await self._note_refusal(device)
            raise

    async def _use(self, provider: str, kept: str, answer: Mapping[str, str]) -> Attempt:
        attempt = self.attempts.resume(kept, provider, answer.get("state", ""), self.clock())
        if not (await self.throttle.take(USES_OF_STATE, attempt.state)).allowed:
            raise AttemptNotValid
        return attempt

    async def _sign_in(
        self, provider: str, claims: Claims, role: Role | None, device: Device
    ) -> tuple[TokenPair, Account]:
        for _ in range(_MOST_TRIES):
            try:
                async with self.open() as store:
                    account = await self.join(store, provider, claims, role)
                    session = await self.begin(store, account.user, device)
            except (EmailTaken, IdentityTaken):  # somebody was faster, perhaps the same person: look again
                continue
            await self.cache.drop(account.user.id)
            return self.begin.first_tokens(account.user, session), account
        raise Unavailable

    async def _note_refusal(self, device: Device) -> None:
        await self.throttle.take(FAILURES_FROM_ADDRESS, device.ip_address or "")
        event = AuditEvent(
            id=self.new_id(),
            at=self.clock(),
            action=Action.OAUTH_REFUSED,
            actor_id=None,
            user_id=None,
            ip_address=device.ip_address,
            user_agent=device.user_agent,
        )
        async with self.open() as store:
            await store.record(event)
