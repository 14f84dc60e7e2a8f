"""Promo codes: issued once for a session, mailed, asked for, redeemed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from urllib.parse import urlencode
from uuid import UUID

from atg_core.campaigns.codes import ConfirmationTokens
from atg_core.campaigns.model import (
    DAY,
    MOST_MAILS_A_DAY,
    Count,
    Counter,
    Event,
    EventType,
    PromoCode,
    PromoMail,
    Session,
    seen,
)
from atg_core.campaigns.ports import CampaignStore
from atg_core.clock import Clock
from atg_core.errors import NotFound
from atg_core.ids import NewId
from atg_core.jobs.model import Arguments
from atg_core.jobs.ports import Jobs
from atg_core.mailing.model import Language, Mail, MailDeferred, MailRefused, Message, Templates
from atg_core.opening import Open

SEND_PROMO_CODE = "send_promocode_email"
MAIL_LANE = "mail"
_ASIDE = timedelta(minutes=1)
LANGUAGE = "language"
"""Where a session keeps the language of its mails."""


class NotCompleted(NotFound):
    """not_completed"""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueCodes:
    """What follows within a transaction from a session that is complete: a code, and the mail with it."""

    jobs: Jobs
    clock: Clock
    new_id: NewId
    new_code: Callable[[datetime], str]

    async def __call__(self, store: CampaignStore, session: Session, counts: list[Count]) -> PromoCode | None:
        """The session's new code; None where it has one already, or is not complete."""
        if not await store.is_complete(session):
            return None
        now = self.clock()
        while await store.code_of_session(session.id) is None:
            code = PromoCode(id=self.new_id(), code=self.new_code(now), session_id=session.id, issued_at=now)
            if not await store.add_code(code):  # another has the same code: draw once more
                continue
            await store.record(_issued(session, code, now, existing=False))
            counts.append(Count(counter=Counter.CODES_ISSUED))
            return await self._send(store, session, code)
        return None

    async def again(self, store: CampaignStore, session: Session, code: PromoCode) -> None:
        """The code that the session has goes to the participant who is now behind it."""
        await store.record(_issued(session, code, self.clock(), existing=True))
        await self._send(store, session, code)

    async def _send(self, store: CampaignStore, session: Session, code: PromoCode) -> PromoCode:
        """Binds the code to the participant of the session, if there is one, and wants the mail, once for an address.

        An address that has got its mails of the day gets this one when the oldest of them is a day old.
        """
        if session.participant_id is None:
            return code
        participant, now = await store.participant(session.participant_id), self.clock()
        code = replace(code, participant_id=participant.id, email=participant.email)
        await store.save_code(code)
        mails = await store.mails_to(participant.email, now - DAY)
        wait_for = mails[MOST_MAILS_A_DAY - 1] + DAY if len(mails) >= MOST_MAILS_A_DAY else None
        language = str(session.metadata.get(LANGUAGE, Language.RU))
        if await store.add_mail(code, language=language, due_at=wait_for or now):
            await self.jobs.enqueue(
                SEND_PROMO_CODE,
                {"promo_code": str(code.id)},
                lane=None if wait_for else MAIL_LANE,
                not_before=wait_for,
            )
        return code


def _issued(session: Session, code: PromoCode, now: datetime, *, existing: bool) -> Event:
    payload = {"code": code.code, "existing": existing}
    return Event(session_id=session.id, event_type=EventType.PROMO_ISSUED, timestamp=now, raw_payload=payload)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPromo:
    """The code of a session, of a participant, or of an email. Raises NotCompleted where there is none."""

    open: Open[CampaignStore]
    issue: IssueCodes
    clock: Clock
    timezone: tzinfo

    async def of_session(self, session_id: UUID) -> PromoCode:
        """A session that is complete, but for assets that are gone, gets its code now. Raises SessionNotFound."""
        counts: list[Count] = []
        now = self.clock()
        async with self.open() as store:
            session = await store.session(session_id, now)
            code = await store.code_of_session(session_id)
            issued = None if code else await self.issue(store, session, counts)
            await store.save_session(replace(session, last_seen=now))
            await store.record(_checked(session_id, now, "exists" if code else "issued" if issued else "not_completed"))
            await store.count(*counts, *seen(session, now, self.timezone))
        return _or_not_completed(code or issued)

    async def of_participant(self, participant_id: UUID) -> PromoCode:
        """Raises ParticipantNotFound."""
        async with self.open() as store:
            await store.participant(participant_id)
            code = await self._of_participant(store, participant_id)
        return _or_not_completed(code)

    async def of_email(self, email: str) -> PromoCode:
        """Raises NotFound for an email that nobody has left."""
        async with self.open() as store:
            participant = await store.find_participant(email)
            if participant is None:
                raise NotFound("not_found")
            code = await self._of_participant(store, participant.id)
        return _or_not_completed(code)

    async def _of_participant(self, store: CampaignStore, participant_id: UUID) -> PromoCode | None:
        code = await store.code_of_participant(participant_id)
        session_id = await store.latest_session(participant_id)
        if session_id is not None:
            await store.record(_checked(session_id, self.clock(), "exists" if code else "not_completed"))
        return code


def _checked(session_id: UUID, now: datetime, result: str) -> Event:
    return Event(
        session_id=session_id, event_type=EventType.PROMO_CHECKED, timestamp=now, raw_payload={"result": result}
    )


def _or_not_completed(code: PromoCode | None) -> PromoCode:
    if code is None:
        raise NotCompleted
    return code


@dataclass(frozen=True, slots=True, kw_only=True)
class RedeemPromo:
    """Raises PromoCodeNotFound, AlreadyUsed."""

    open: Open[CampaignStore]
    clock: Clock

    async def __call__(self, code: str) -> PromoCode:
        async with self.open() as store:
            return await store.redeem(code, self.clock())


@dataclass(frozen=True, slots=True, kw_only=True)
class SendPromoCode:
    """The job `send_promocode_email`: mails a code to where it is to go; done again, it sends what was not sent.

    `confirm_url`: where an address is confirmed. An address that the server puts off steps out of the lane, so that
    those behind it do not wait.
    """

    open: Open[CampaignStore]
    jobs: Jobs
    mail: Mail
    templates: Templates
    tokens: ConfirmationTokens
    confirm_url: str
    clock: Clock

    async def __call__(self, arguments: Arguments) -> None:
        """Raises MailAway, and out of its lane MailDeferred."""
        async with self.open() as store:
            mails = await store.unsent_mails(UUID(arguments["promo_code"]), self.clock())
        for mail in mails:
            try:
                await self.mail.send(self._message(mail))
            except MailRefused:
                async with self.open() as store:
                    await store.mail_refused(mail, self.clock())
            except MailDeferred:
                if arguments.get("aside"):
                    raise
                later = self.clock() + _ASIDE
                await self.jobs.enqueue(SEND_PROMO_CODE, {**arguments, "aside": True}, not_before=later)
            else:
                await self._note(mail)

    def _message(self, mail: PromoMail) -> Message:
        token = self.tokens.token(mail.participant_id, self.clock())
        return self.templates.message(
            "promo_code",
            Language(mail.language),
            key=f"promo-code-{mail.id}",
            to=mail.email,
            values={"code": mail.code, "confirm_url": f"{self.confirm_url}?{urlencode({'token': token})}"},
        )

    async def _note(self, mail: PromoMail) -> None:
        now = self.clock()
        async with self.open() as store:
            code, first = await store.mail_sent(mail, now)
            if code.session_id is not None:
                sent = {"code": code.code, "email": mail.email}
                await store.record(
                    Event(
                        session_id=code.session_id,
                        event_type=EventType.PROMO_SENT,
                        timestamp=now,
                        raw_payload=sent,
                    )
                )
            if first:
                await store.count(Count(counter=Counter.CODES_SENT))
