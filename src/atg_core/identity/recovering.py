"""A new password for whoever has forgotten the old one, by a link that is mailed."""

import asyncio
from dataclasses import dataclass, replace

from atg_core.clock import Clock
from atg_core.errors import Invalid
from atg_core.identity.accounts import require_strong
from atg_core.identity.audit import Action, AuditEvent
from atg_core.identity.letters import SendLink
from atg_core.identity.links import MailToken, Purpose, hash_of
from atg_core.identity.ports import CallerCache, IdentityStore, Passwords
from atg_core.ids import NewId
from atg_core.jobs.model import Arguments
from atg_core.jobs.ports import Jobs
from atg_core.opening import Open
from atg_core.throttling import Limit, Throttle

MAIL_PASSWORD_RESET = "mail_password_reset"  # noqa: S105 - the name of a job
RESETS_OF_EMAIL = Limit(name="reset-email", most=3, minutes=60)
RESETS_FROM_ADDRESS = Limit(name="reset-address", most=30, minutes=60)
"""Wider than that of an email: a whole office shares an address, and nobody is told that it is reached."""


class InvalidResetToken(Invalid):
    """This link is not valid, or no longer"""

    def __init__(self) -> None:
        super().__init__(field="token")


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgotPassword:
    """Wants a link to be mailed, if there is such an account; does the same for any email, so that nothing is told.

    Nothing happens after three in an hour for an email, or thirty from an address.
    """

    throttle: Throttle
    jobs: Jobs

    async def __call__(self, email: str, ip_address: str | None) -> None:
        from_address = await self.throttle.take(RESETS_FROM_ADDRESS, ip_address or "")
        of_email = await self.throttle.take(RESETS_OF_EMAIL, email)
        if from_address.allowed and of_email.allowed:
            await self.jobs.enqueue(MAIL_PASSWORD_RESET, {"email": email, "ip_address": ip_address})


@dataclass(frozen=True, slots=True, kw_only=True)
class MailPasswordReset:
    """The job `mail_password_reset`: looks whose email it is, where nobody sees how long that takes."""

    open: Open[IdentityStore]
    send_link: SendLink
    clock: Clock
    new_id: NewId

    async def __call__(self, arguments: Arguments) -> None:
        async with self.open() as store:
            account = await store.find_by_email(arguments["email"])
            if account is None or not account.user.is_active:
                return
            await self.send_link(store, account.user, Purpose.RESET_PASSWORD)
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
    """Sets the password of whoever has the link, once, and ends all sessions and all other such links.

    Accounts elsewhere sign in no more: whoever opened this one, by an account of theirs, may not own the email.

    Raises WeakPassword, InvalidResetToken. Nothing is hashed for a token that is not good.
    """

    open: Open[IdentityStore]
    passwords: Passwords
    common_passwords: frozenset[str]
    gate: asyncio.Semaphore
    cache: CallerCache
    clock: Clock
    new_id: NewId

    async def require_live(self, token: str) -> MailToken:
        """Raises InvalidResetToken."""
        async with self.open() as store:
            found = await store.mail_token_of(hash_of(token))
        if found is None or found.purpose is not Purpose.RESET_PASSWORD or not found.is_live(self.clock()):
            raise InvalidResetToken
        return found

    async def __call__(self, token: str, new: str) -> None:
        found = await self.require_live(token)
        require_strong(new, self.common_passwords, field="new")
        async with self.gate:
            new_hash = await self.passwords.hash(new)
            await self._reset(found, new_hash)
        await self.cache.drop(found.user_id)

    async def _reset(self, token: MailToken, new_hash: str) -> None:
        now = self.clock()
        async with self.open() as store:
            # First the user, as whoever else ends links does, so that two can not block each other.
            user = await store.lock_user(token.user_id)
            if not user.is_active or not await store.use_mail_token(token.id, now):
                raise InvalidResetToken
            await store.save_user(replace(user, password_hash=new_hash, updated_at=now))
            await store.revoke_sessions(user.id, Action.PASSWORD_RESET, now)
            await store.end_mail_tokens(user.id, now)
            await store.forget_identities(user.id)
            event = AuditEvent(
                id=self.new_id(), at=now, action=Action.PASSWORD_RESET, actor_id=user.id, user_id=user.id
            )
            await store.record(event)
