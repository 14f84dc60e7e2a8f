"""The email by which a user signs in: confirming it, and changing it."""

from dataclasses import dataclass, replace
from uuid import UUID

from atg_core.clock import Clock
from atg_core.identity.accounts import usernames_of
from atg_core.identity.audit import Action, AuditEvent
from atg_core.identity.letters import SendLink
from atg_core.identity.links import LinkNotFound, MailToken, Purpose, hash_of
from atg_core.identity.model import CHOSEN_ROLES, Caller, User
from atg_core.identity.ports import CallerCache, IdentityStore, UsernameTaken
from atg_core.identity.sessions import RequirePassword
from atg_core.ids import NewId
from atg_core.opening import Open
from atg_core.throttling import Limit, Throttle

CONFIRMING_MAILS = Limit(name="confirming-mails", most=5, minutes=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeEmail:
    """Sends a link to a new address; the address becomes the user's when the link is followed.

    For the address that the user has, unless it is confirmed, the link confirms it. Whether another has the new one is
    not told before that. Raises WrongPassword, and TooMany after five wrong passwords in a minute, or five mails in an
    hour.
    """

    open: Open[IdentityStore]
    require_password: RequirePassword
    throttle: Throttle
    send_link: SendLink
    clock: Clock
    new_id: NewId

    async def __call__(self, caller: Caller, email: str, password: str) -> None:
        await self.require_password(caller.id, password, field="password")
        (await self.throttle.take(CONFIRMING_MAILS, str(caller.id))).require()
        async with self.open() as store:
            user = await store.lock_user(caller.id)
            if not _is_same(user.email, email):
                await self.send_link(store, user, Purpose.CHANGE_EMAIL, to=email)
                await store.record(_event(self, Action.EMAIL_CHANGE_ASKED, user.id))
            elif user.email_verified_at is None:
                await self.send_link(store, user, Purpose.CONFIRM_EMAIL)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmEmail:
    """What following a link to an address does. Followed again, it is as before.

    Raises LinkNotFound, and EmailTaken where the address has become another's meanwhile.
    """

    open: Open[IdentityStore]
    cache: CallerCache
    clock: Clock
    new_id: NewId

    async def __call__(self, token: str) -> None:
        async with self.open() as store:
            found = await store.mail_token_of(hash_of(token))
            if found is None or found.purpose not in {Purpose.CONFIRM_EMAIL, Purpose.CHANGE_EMAIL}:
                raise LinkNotFound
            user = await store.lock_user(found.user_id)
            if not await store.use_mail_token(found.id, self.clock()):
                if user.email_verified_at and _is_same(user.email, found.email):
                    return
                raise LinkNotFound
            await self._confirm(store, user, found)
        await self.cache.drop(user.id)

    async def _confirm(self, store: IdentityStore, user: User, token: MailToken) -> None:
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
        await store.end_mail_tokens(user.id, now)
        await store.record(_event(self, Action.EMAIL_CHANGED, user.id))


async def _move(store: IdentityStore, after: User, before: User) -> None:
    """Stores the user with the new email. Raises EmailTaken.

    Who came in by themselves is named after the email, so that the name goes with it: else whoever has the old address
    by then could not come in. An employer's people keep the name by which imports know them.
    """
    profile = await store.profile(after.id)
    if _is_same(profile.email, before.email):
        await store.save_profile(replace(profile, email=after.email, updated_at=after.updated_at))
    if after.role not in CHOSEN_ROLES or not _is_same(before.username, before.email):
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
    return (email or "").lower() == (other or "").lower()


def _event(use_case: ChangeEmail | ConfirmEmail, action: Action, user_id: UUID) -> AuditEvent:
    return AuditEvent(id=use_case.new_id(), at=use_case.clock(), action=action, actor_id=user_id, user_id=user_id)
