"""Emails about accounts: links with email tokens, and notices."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from atg_core.clock import Clock
from atg_core.identity.devices import device_name
from atg_core.identity.email_tokens import LIFETIMES, RETENTION, EmailToken, EmailTokenSigner, Purpose, hash_of
from atg_core.identity.model import Account, User
from atg_core.identity.ports import Callers, IdentityStore
from atg_core.ids import NewId
from atg_core.jobs.model import Arguments
from atg_core.jobs.ports import JobQueue
from atg_core.mailing.model import Mailer, MailRefused, MailTemplates, Message
from atg_core.time_zones import zone_or
from atg_core.unit_of_work import UnitOfWork
from atg_core.words import Language

SEND_ACCOUNT_MAIL = "send_account_mail"
_TEMPLATES = {
    Purpose.CONFIRM_EMAIL: "confirm_email",
    Purpose.CHANGE_EMAIL: "confirm_email",
    Purpose.RESET_PASSWORD: "reset_password",
    Purpose.REVOKE_SESSION: "new_device",
}
_TOLD = "email_change"
_TIME = {Language.RU: "%d.%m.%Y %H:%M %Z", Language.EN: "%Y-%m-%d %H:%M %Z"}


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueAccountEmail:
    """Creates an email token and enqueues its email, within the open transaction."""

    jobs: JobQueue
    email_token_signer: EmailTokenSigner
    clock: Clock
    new_id: NewId

    async def __call__(
        self,
        store: IdentityStore,
        user: User,
        purpose: Purpose,
        *,
        to: str | None = None,
        session_id: UUID | None = None,
    ) -> None:
        """`to`: the new address of an email change, of which the current address is notified."""
        email, now, token_id = to or user.email, self.clock(), self.new_id()
        if email is None:
            return
        token = EmailToken(
            id=token_id,
            purpose=purpose,
            token_hash=hash_of(self.email_token_signer.token(token_id, purpose)),
            user_id=user.id,
            email=email,
            session_id=session_id,
            created_at=now,
            expires_at=now + LIFETIMES[purpose],
        )
        await store.add_email_token(token)
        await self.jobs.enqueue(SEND_ACCOUNT_MAIL, {"token": str(token_id)})
        if purpose is Purpose.CHANGE_EMAIL and user.email:
            await self.jobs.enqueue(SEND_ACCOUNT_MAIL, {"token": str(token_id), "tell": user.email})


@dataclass(frozen=True, slots=True, kw_only=True)
class SendAccountEmail:
    """The job `send_account_mail`; a resent message is identical. `link_urls`: link targets by purpose."""

    open: UnitOfWork[IdentityStore]
    callers: Callers
    mailer: Mailer
    templates: MailTemplates
    email_token_signer: EmailTokenSigner
    link_urls: Mapping[Purpose, str]
    timezone: tzinfo
    clock: Clock

    async def __call__(self, arguments: Arguments) -> None:
        """Raises MailAway, MailDeferred. Skips tokens that are no longer valid."""
        async with self.open() as store:
            token = await store.find_email_token(UUID(arguments["token"]))
        if token is None or not token.is_live(self.clock()):
            return
        account = await self.callers.account(token.user_id)
        if not account.user.is_active:
            return
        told: str | None = arguments.get("tell")
        message = await (self._told(token, account, told) if told else self._with_link(token, account))
        try:
            await self.mailer.send(message)
        except MailRefused:
            return

    async def _with_link(self, token: EmailToken, account: Account) -> Message:
        text = self.email_token_signer.token(token.id, token.purpose)
        values: dict[str, Any] = {"link": f"{self.link_urls[token.purpose]}?{urlencode({'token': text})}"}
        values |= {"email": token.email, **await self._session(token, account)}
        return self._message(_TEMPLATES[token.purpose], token, account, token.email, values)

    async def _told(self, token: EmailToken, account: Account, to: str) -> Message:
        return self._message(_TOLD, token, account, to, {"email": token.email})

    async def _session(self, token: EmailToken, account: Account) -> dict[str, Any]:
        """Time, address and device of the session that the link revokes."""
        if token.session_id is None:
            return {}
        async with self.open() as store:
            found = await store.find_session(token.session_id)
        if found is None:
            return {}
        session = found[0]
        return {
            "time": self._written(session.created_at, account),
            "address": session.ip_address,
            "device": device_name(session.user_agent),
        }

    def _message(
        self, template: str, token: EmailToken, account: Account, to: str, values: Mapping[str, Any]
    ) -> Message:
        key = f"{template.replace('_', '-')}-{token.id}"
        return self.templates.message(template, _language(account), key=key, to=to, values=values)

    def _written(self, moment: datetime, account: Account) -> str:
        """In the reader's language and time zone."""
        zone = zone_or(account.profile.time_zone, self.timezone)
        return moment.astimezone(zone).strftime(_TIME[_language(account)])


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteExpiredEmailTokens:
    """The periodic job `forget_mail_tokens`; tickets and codes of sign-ins go at once."""

    open: UnitOfWork[IdentityStore]
    clock: Clock

    async def __call__(self) -> int:
        """Returns the number of all that was deleted."""
        async with self.open() as store:
            deleted = await store.delete_email_tokens(self.clock() - RETENTION)
            deleted += await store.delete_tickets(self.clock())
            return deleted + await store.delete_exchange_codes(self.clock())


def _language(account: Account) -> Language:
    chosen = account.profile.language.partition("-")[0].lower()
    return Language(chosen) if chosen in set(Language) else Language.RU
