"""OAuth sign-in and sign-up with an account at a provider."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from atg_core.attempts import Attempt, AttemptLimiter, counting
from atg_core.clock import Clock
from atg_core.errors import Unavailable
from atg_core.identity.admission import AdmitUser, IssuedTicket
from atg_core.identity.audit import Action, AuditEvent
from atg_core.identity.enter import OpenAccount
from atg_core.identity.exchange_codes import ExchangeCode
from atg_core.identity.frontend_addresses import ReturnAddresses
from atg_core.identity.model import SELF_ASSIGNED_ROLES, Account, Device, Role, Session, User
from atg_core.identity.oauth_providers import (
    AUTHORIZATION_LIFETIME,
    AccountExists,
    AttemptNotValid,
    AuthorizationRequest,
    AuthorizationRequests,
    Claims,
    IdentityTaken,
    OAuthIdentity,
    ProviderNotFound,
    ProviderRefused,
    SignInProvider,
)
from atg_core.identity.ports import CallerCache, EmailTaken, IdentityStore, InvalidCredentials
from atg_core.identity.session_start import TokenPair
from atg_core.identity.sign_in import FAILURES_FROM_ADDRESS
from atg_core.ids import NewId
from atg_core.mailing.addresses import is_address
from atg_core.rate_limit import RateLimit
from atg_core.text import canonical_email, plain_name
from atg_core.unit_of_work import UnitOfWork

USES_OF_STATE = RateLimit(name="oauth-state", max_hits=1, minutes=int(AUTHORIZATION_LIFETIME.total_seconds()) // 60)
"""Counted in the database, so that a state is used once over all processes."""
_REFUSALS = (AttemptNotValid, ProviderRefused, AccountExists, InvalidCredentials)
_MAX_TRIES = 5
_LONGEST_NAME = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class StartOAuth:
    """Starts the authorization code flow (RFC 6749, section 4.1)."""

    oauth_providers: Mapping[str, SignInProvider]
    authorization_requests: AuthorizationRequests
    return_addresses: ReturnAddresses
    clock: Clock

    def __call__(self, provider: str, role: Role | None, return_to: str | None = None) -> tuple[str, str]:
        """The authorization URL, and the value of the cookie that binds the request to the browser.

        `return_to`: where a frontend elsewhere waits for a code. Raises ProviderNotFound, AddressNotAllowed.
        """
        if provider not in self.oauth_providers:
            raise ProviderNotFound
        if return_to is not None:
            self.return_addresses.require(return_to)
        cookie, authorization = self.authorization_requests.begin(
            provider, role if role in SELF_ASSIGNED_ROLES else None, return_to, self.clock()
        )
        return self.oauth_providers[provider].start(authorization), cookie


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkIdentity:
    """Finds the account linked to an identity at a provider, or links or creates one, within the open transaction.

    Only a verified email links to an existing account. If that account never verified its email, somebody else may have
    created it (account pre-hijacking): its password, sessions and identities are removed before linking.
    """

    open_account: OpenAccount
    enter_roles: frozenset[Role]
    clock: Clock
    new_id: NewId

    async def __call__(self, store: IdentityStore, provider: str, claims: Claims, role: Role | None) -> Account:
        """The account of a locked and active user.

        Raises InvalidCredentials for an inactive one, AccountExists, RoleRequired for a new user without a role, and
        EmailTaken or IdentityTaken on a concurrent creation: then a new transaction finds the account.
        """
        known = await store.find_identity(provider, claims.subject)
        if known:
            user = await self._locked(store, known)
            if await store.find_identity(provider, claims.subject) != known:  # deleted while this transaction waited
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
        """The user, with a verified email. Raises EmailTaken if the email has changed."""
        if canonical_email(user.email or "") != email:
            raise EmailTaken
        if user.email_verified_at:
            return user
        now = self.clock()
        owned = replace(user, password_hash=None, email_verified_at=now, updated_at=now)
        await store.save_user(owned)
        await store.revoke_sessions(user.id, Action.OAUTH_LINKED, now)
        await store.revoke_email_tokens(user.id, now)
        await store.delete_identities(user.id)
        await store.record(self._event(Action.EMAIL_CONFIRMED, user))
        return owned

    async def _open(
        self, store: IdentityStore, provider: str, claims: Claims, email: str | None, role: Role | None
    ) -> Account:
        account = await self.open_account(
            store,
            role if role in self.enter_roles else None,
            name=email or f"{provider}-{claims.subject}",
            email=email,
            full_name=plain_name(claims.name or "")[:_LONGEST_NAME] or None,
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
    """The email as it is kept; None if it is invalid."""
    return canonical_email(email) if email and is_address(email) else None


def _is_refusal(_attempt: Attempt, error: BaseException | None) -> bool:
    return isinstance(error, _REFUSALS)


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishOAuth:
    """Completes the authorization code flow: signs in, or creates an account.

    A refusal counts as a failed sign-in from the address and changes nothing, except that the state is used. No
    transaction is open while the provider is called.
    """

    oauth_providers: Mapping[str, SignInProvider]
    authorization_requests: AuthorizationRequests
    sign_in_rate_limiter: AttemptLimiter
    open: UnitOfWork[IdentityStore]
    link_identity: LinkIdentity
    admit_user: AdmitUser
    caller_cache: CallerCache
    clock: Clock
    new_id: NewId

    async def __call__(
        self, provider: str, cookie: str, callback: Mapping[str, str], device: Device
    ) -> tuple[TokenPair, Account]:
        """`cookie`: set by StartOAuth; `callback`: the query parameters of the redirect.

        Raises ProviderNotFound, TooMany, AttemptNotValid, SecondFactorRequired, what `SignInProvider.finish` and
        LinkIdentity raise.
        """

        async def admit(store: IdentityStore, user: User) -> Session | IssuedTicket:
            return await self.admit_user(store, user, device)

        account, admitted = await self._finish(provider, cookie, callback, device, admit)
        return self.admit_user.issue_tokens(account.user, admitted), account

    def return_address(self, provider: str, cookie: str, state: str) -> str | None:
        """Where this attempt leads back to; None if nowhere, or if it was not begun in this browser."""
        try:
            return self.authorization_requests.resume(cookie, provider, state, self.clock()).return_to
        except AttemptNotValid:
            return None

    async def code(self, provider: str, cookie: str, callback: Mapping[str, str], device: Device) -> str:
        """A code for the frontend to which this attempt leads back. Raises what signing in raises here."""

        async def issue(store: IdentityStore, user: User) -> str:
            text, code = ExchangeCode.new(user.id, device, self.clock())
            await store.add_exchange_code(code)
            return text

        _, text = await self._finish(provider, cookie, callback, device, issue)
        return text

    async def _finish[Outcome](
        self,
        provider: str,
        cookie: str,
        callback: Mapping[str, str],
        device: Device,
        conclude: Callable[[IdentityStore, User], Awaitable[Outcome]],
    ) -> tuple[Account, Outcome]:
        """`conclude`: what follows for the locked user, in the transaction that links or creates the account."""
        if provider not in self.oauth_providers:
            raise ProviderNotFound
        attempt = Attempt(limit=FAILURES_FROM_ADDRESS, key=device.network or "")
        async with counting(self.sign_in_rate_limiter, attempt, counts=_is_refusal):
            try:
                authorization = await self._use(provider, cookie, callback)
                claims = await self.oauth_providers[provider].finish(callback, authorization)
                return await self._sign_in(provider, claims, authorization.role, conclude)
            except _REFUSALS:
                await self._note_refusal(device)
                raise

    async def _use(self, provider: str, cookie: str, callback: Mapping[str, str]) -> AuthorizationRequest:
        authorization = self.authorization_requests.resume(cookie, provider, callback.get("state", ""), self.clock())
        if not (await self.sign_in_rate_limiter.hit(USES_OF_STATE, authorization.state)).allowed:
            raise AttemptNotValid
        return authorization

    async def _sign_in[Outcome](
        self,
        provider: str,
        claims: Claims,
        role: Role | None,
        conclude: Callable[[IdentityStore, User], Awaitable[Outcome]],
    ) -> tuple[Account, Outcome]:
        for _ in range(_MAX_TRIES):
            try:
                async with self.open() as store:
                    account = await self.link_identity(store, provider, claims, role)
                    outcome = await conclude(store, account.user)
            except (EmailTaken, IdentityTaken):  # created concurrently: retry
                continue
            await self.caller_cache.drop(account.user.id)
            return account, outcome
        raise Unavailable

    async def _note_refusal(self, device: Device) -> None:
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
