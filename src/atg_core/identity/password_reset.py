"""Password reset by email."""

from dataclasses import dataclass, replace

from atg_core.client_address import network_of
from atg_core.clock import Clock
from atg_core.concurrency_limit import ConcurrencyLimit
from atg_core.errors import Invalid
from atg_core.identity.account_emails import QueueAccountEmail
from atg_core.identity.audit import Action, AuditEvent
from atg_core.identity.email_tokens import EmailToken, Purpose, hash_of
from atg_core.identity.password_policy import RequireStrongPassword
from atg_core.identity.ports import CallerCache, Callers, IdentityStore, Passwords
from atg_core.ids import NewId
from atg_core.jobs.model import Arguments
from atg_core.jobs.ports import JobQueue
from atg_core.rate_limit import RateLimit, RateLimiter
from atg_core.unit_of_work import UnitOfWork

MAIL_PASSWORD_RESET = "mail_password_reset"  # noqa: S105 - the name of a job
RESETS_OF_EMAIL = RateLimit(name="reset-email", max_hits=3, minutes=60)
RESETS_FROM_ADDRESS = RateLimit(name="reset-address", max_hits=30, minutes=60)
"""Wider than by email: many users share an address, and exceeding the limit is not reported."""


class InvalidResetToken(Invalid):
    """This link is not valid, or no longer"""

    def __init__(self) -> None:
        super().__init__(field="token")


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgotPassword:
    """Requests a password reset; does the same work for any email, so that accounts can not be enumerated.

    Silently ignored after three requests in an hour for an email, or thirty from an address.
    """

    sign_in_rate_limiter: RateLimiter
    jobs: JobQueue

    async def __call__(self, email: str, ip_address: str | None) -> None:
        from_address = await self.sign_in_rate_limiter.hit(RESETS_FROM_ADDRESS, network_of(ip_address))
        of_email = await self.sign_in_rate_limiter.hit(RESETS_OF_EMAIL, email)
        if from_address.allowed and of_email.allowed:
            await self.jobs.enqueue(MAIL_PASSWORD_RESET, {"email": email, "ip_address": ip_address})


@dataclass(frozen=True, slots=True, kw_only=True)
class MailPasswordReset:
    """The job `mail_password_reset`: looks up the account, where its timing is not observable."""

    open: UnitOfWork[IdentityStore]
    queue_account_email: QueueAccountEmail
    clock: Clock
    new_id: NewId

    async def __call__(self, arguments: Arguments) -> None:
        async with self.open() as store:
            account = await store.find_by_email(arguments["email"])
            if account is None or not account.user.is_active:
                return
            await self.queue_account_email(store, account.user, Purpose.RESET_PASSWORD)
            event = AuditEvent(
                id=self.new_id(),
                at=self.clock(),
                action=Action.PASSWORD_RESET_ASKED,
                actor_id=None,
                user_id=account.user.id,
                ip_address=arguments["ip_address"],
            )
            await store.record(event)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetPassword:
    """Sets a new password by token, once; revokes all sessions and pending email tokens.

    Linked OAuth identities are removed: whoever created the account with one may not own the email.

    Raises WeakPassword, InvalidResetToken. Nothing is hashed for an invalid token.
    """

    open: UnitOfWork[IdentityStore]
    passwords: Passwords
    require_strong_password: RequireStrongPassword
    callers: Callers
    hashing_limit: ConcurrencyLimit
    caller_cache: CallerCache
    clock: Clock
    new_id: NewId

    async def require_live(self, token: str) -> EmailToken:
        """Raises InvalidResetToken."""
        async with self.open() as store:
            found = await store.email_token_by_hash(hash_of(token))
        if found is None or found.purpose is not Purpose.RESET_PASSWORD or not found.is_live(self.clock()):
            raise InvalidResetToken
        return found

    async def __call__(self, token: str, new: str) -> None:
        found = await self.require_live(token)
        user = (await self.callers.account(found.user_id)).user
        await self.require_strong_password(new, (user.username, user.full_name, user.email), field="new")
        async with self.hashing_limit:
            new_hash = await self.passwords.hash(new)
            await self._reset(found, new_hash)
        await self.caller_cache.drop(found.user_id)

    async def _reset(self, token: EmailToken, new_hash: str) -> None:
        now = self.clock()
        async with self.open() as store:
            # The user is locked first, as everywhere, so that concurrent transactions can not deadlock.
            user = await store.lock_user(token.user_id)
            if not user.is_active or not await store.use_email_token(token.id, now):
                raise InvalidResetToken
            await store.save_user(replace(user, password_hash=new_hash, updated_at=now))
            await store.revoke_sessions(user.id, Action.PASSWORD_RESET, now)
            await store.revoke_email_tokens(user.id, now)
            await store.delete_identities(user.id)
            event = AuditEvent(
                id=self.new_id(), at=now, action=Action.PASSWORD_RESET, actor_id=user.id, user_id=user.id
            )
            await store.record(event)
