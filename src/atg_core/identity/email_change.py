"""Email verification and email change."""

from dataclasses import dataclass, replace
from uuid import UUID

from atg_core.clock import Clock
from atg_core.identity.account_emails import QueueAccountEmail
from atg_core.identity.accounts import usernames_of
from atg_core.identity.audit import Action, AuditEvent
from atg_core.identity.email_tokens import EmailToken, LinkNotFound, Purpose, hash_of
from atg_core.identity.model import Caller, User
from atg_core.identity.ports import CallerCache, IdentityStore, UsernameTaken
from atg_core.identity.sessions import RequirePassword
from atg_core.ids import NewId
from atg_core.rate_limit import RateLimit, RateLimiter
from atg_core.text import canonical_email
from atg_core.unit_of_work import UnitOfWork

CONFIRMATION_EMAILS = RateLimit(name="confirming-mails", max_hits=5, minutes=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeEmail:
    """Sends a verification link to a new address; following it changes the email.

    For the current address, if it is not verified, the link verifies it. Whether the new address is taken is not
    disclosed before. Raises WrongPassword, and TooMany after five wrong passwords in a minute or five emails in an
    hour.
    """

    open: UnitOfWork[IdentityStore]
    require_password: RequirePassword
    sign_in_rate_limiter: RateLimiter
    queue_account_email: QueueAccountEmail
    clock: Clock
    new_id: NewId

    async def __call__(self, caller: Caller, email: str, password: str) -> None:
        await self.require_password(caller.id, password, field="password")
        (await self.sign_in_rate_limiter.hit(CONFIRMATION_EMAILS, str(caller.id))).require()
        async with self.open() as store:
            user = await store.lock_user(caller.id)
            if not _is_same(user.email, email):
                await self.queue_account_email(store, user, Purpose.CHANGE_EMAIL, to=email)
                await store.record(_event(self, Action.EMAIL_CHANGE_ASKED, user.id))
            elif user.email_verified_at is None:
                await self.queue_account_email(store, user, Purpose.CONFIRM_EMAIL)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmEmail:
    """Verifies or changes an email by token, when its owner presses the button of the page behind the link; idempotent.

    Raises LinkNotFound, and EmailTaken if the address was taken meanwhile.
    """

    open: UnitOfWork[IdentityStore]
    caller_cache: CallerCache
    clock: Clock
    new_id: NewId

    async def require_live(self, token: str) -> str:
        """The email that the token would verify; changes nothing, since mail scanners follow links.

        Raises LinkNotFound. A used token stays valid until expiry, but has no effect.
        """
        async with self.open() as store:
            found = await self._found(store, token)
        if found.expires_at <= self.clock():
            raise LinkNotFound
        return found.email

    async def _found(self, store: IdentityStore, token: str) -> EmailToken:
        found = await store.email_token_by_hash(hash_of(token))
        if found is None or found.purpose not in {Purpose.CONFIRM_EMAIL, Purpose.CHANGE_EMAIL}:
            raise LinkNotFound
        return found

    async def __call__(self, token: str) -> None:
        async with self.open() as store:
            found = await self._found(store, token)
            user = await store.lock_user(found.user_id)
            if not await store.use_email_token(found.id, self.clock()):
                if user.email_verified_at and _is_same(user.email, found.email):
                    return
                raise LinkNotFound
            await self._confirm(store, user, found)
        await self.caller_cache.drop(user.id)

    async def _confirm(self, store: IdentityStore, user: User, token: EmailToken) -> None:
        now = self.clock()
        if not user.is_active:
            raise LinkNotFound
        if _is_same(user.email, token.email):
            await store.save_user(replace(user, email_verified_at=user.email_verified_at or now, updated_at=now))
            await store.record(_event(self, Action.EMAIL_CONFIRMED, user.id))
            return
        if token.purpose is Purpose.CONFIRM_EMAIL:  # of an address that is no longer the user's
            raise LinkNotFound
        await _move(store, replace(user, email=token.email, email_verified_at=now, updated_at=now), user)
        await store.revoke_email_tokens(user.id, now)
        await store.record(_event(self, Action.EMAIL_CHANGED, user.id))


async def _move(store: IdentityStore, after: User, before: User) -> None:
    """Stores the user with the new email. Raises EmailTaken.

    Self-made accounts have their email as username, which changes along: otherwise a later owner of the old address
    could not sign up. Others keep the username by which imports identify them.
    """
    profile = await store.profile(after.id)
    if _is_same(profile.email, before.email):
        await store.save_profile(replace(profile, email=after.email, updated_at=after.updated_at))
    if not after.is_self_made or not _is_same(before.username, before.email):
        await store.save_user(after)
        return
    for username in usernames_of(after.email or ""):
        try:
            await store.save_user(replace(after, username=username))
        except UsernameTaken:
            continue
        return
    raise UsernameTaken


def _is_same(email: str | None, other: str | None) -> bool:
    return canonical_email(email or "") == canonical_email(other or "")


def _event(use_case: ChangeEmail | ConfirmEmail, action: Action, user_id: UUID) -> AuditEvent:
    return AuditEvent(id=use_case.new_id(), at=use_case.clock(), action=action, actor_id=user_id, user_id=user_id)
