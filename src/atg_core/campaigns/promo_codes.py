"""Promo codes of campaigns: issued once for a session, mailed, shown and redeemed."""

import secrets
import string
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from urllib.parse import urlencode
from uuid import UUID

from atg_core.campaigns.email_confirmation import ConfirmationTokens
from atg_core.campaigns.model import (
    DAY,
    MAX_MAILS_PER_DAY,
    Activity,
    Counter,
    Event,
    EventType,
    Increment,
    PromoCode,
    PromoMail,
    Session,
    last_seen_increments,
)
from atg_core.campaigns.ports import VisitorSessions
from atg_core.clock import Clock
from atg_core.errors import Forbidden, NotFound
from atg_core.ids import NewId
from atg_core.jobs.model import Arguments
from atg_core.jobs.ports import JobQueue
from atg_core.mailing.model import MailDeferred, Mailer, MailRefused, MailTemplates, Message
from atg_core.rate_limit import RateLimit, RateLimiter
from atg_core.unit_of_work import UnitOfWork
from atg_core.words import Language

SEND_PROMO_CODE = "send_promocode_email"
MAIL_LANE = "mail"
_CLOCK_SKEW = timedelta(minutes=5)
"""By which the clock of the process that asked for a mail may be ahead: its job runs at once, and only once."""
_RETRY_AFTER = timedelta(minutes=1)
EMAIL_QUESTIONS = RateLimit(name="promo-questions", max_hits=10)
"""By email, of an address."""

_ALPHABET = string.ascii_uppercase + string.digits
_LENGTHS = (6, 7, 8)


class NotCompleted(NotFound):
    """not_completed"""


class NotAskedByEmail(Forbidden):
    """The code of an email is told to its session"""


def new_promo_code(now: datetime) -> str:
    """`PROMO-`, six to eight random characters and the time in UTC, such as PROMO-ABC123-120000."""
    drawn = "".join(secrets.choice(_ALPHABET) for _ in range(secrets.choice(_LENGTHS)))
    return f"PROMO-{drawn}-{now.astimezone(UTC):%H%M%S}"


def canonical(code: str) -> str:
    """The code as it was issued: people write it in any case and with spaces."""
    return "".join(code.split()).upper()


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuePromoCode:
    """Issues the code of a completed session, and enqueues its mail, within the transaction of the caller."""

    jobs: JobQueue
    clock: Clock
    new_id: NewId
    new_promo_code: Callable[[datetime], str]

    async def __call__(self, store: VisitorSessions, session: Session, activity: Activity) -> PromoCode | None:
        """The session's new code; None where it has one already, or is not complete."""
        return await self.once(store, session, activity) if await store.is_complete(session) else None

    async def once(self, store: VisitorSessions, session: Session, activity: Activity) -> PromoCode | None:
        """The new code of a complete session; None where it has one already."""
        now = self.clock()
        while await store.code_of_session(session.id) is None:
            code = PromoCode(id=self.new_id(), code=self.new_promo_code(now), session_id=session.id, issued_at=now)
            if not await store.add_code(code):  # the code is taken: draw another
                continue
            activity.events.append(_issued(session, code, now, existing=False))
            activity.increments.append(Increment(counter=Counter.CODES_ISSUED, campaign=session.campaign))
            return await self._send(store, session, code)
        return None

    async def resend(self, store: VisitorSessions, session: Session, code: PromoCode, activity: Activity) -> None:
        """Mails the code of a session to the participant that it was bound to since."""
        activity.events.append(_issued(session, code, self.clock(), existing=True))
        await self._send(store, session, code)

    async def _send(self, store: VisitorSessions, session: Session, code: PromoCode) -> PromoCode:
        """Binds the code to the participant of the session, if any, and enqueues the mail, once for an address.

        An address over its daily limit gets the mail when the oldest of those mails is a day old.
        """
        if session.participant_id is None:
            return code
        participant, now = await store.participant(session.participant_id), self.clock()
        code = replace(code, participant_id=participant.id, email=participant.email)
        await store.save_code(code)
        mails = await store.mail_times(participant.email, now - DAY)
        postponed_to = mails[MAX_MAILS_PER_DAY - 1] + DAY if len(mails) >= MAX_MAILS_PER_DAY else None
        language = session.language or Language.RU.value
        if await store.add_mail(code, language=language, due_at=postponed_to or now):
            await self.jobs.enqueue(
                SEND_PROMO_CODE,
                {"promo_code": str(code.id)},
                lane=None if postponed_to else MAIL_LANE,
                not_before=postponed_to,
            )
        return code


def _issued(session: Session, code: PromoCode, now: datetime, *, existing: bool) -> Event:
    payload = {"code": code.code, "existing": existing}
    return Event(session_id=session.id, event_type=EventType.PROMO_ISSUED, timestamp=now, raw_payload=payload)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowPromoCode:
    """Shows the code of a session, a participant or an email. Raises NotCompleted if there is none."""

    open: UnitOfWork[VisitorSessions]
    issue_promo_code: IssuePromoCode
    rate_limiter: RateLimiter
    promo_by_email: bool
    clock: Clock
    timezone: tzinfo

    async def of_session(self, session_id: UUID) -> PromoCode:
        """Issues the code if the session became complete by the removal of assets. Raises SessionNotFound."""
        activity, now = Activity(), self.clock()
        async with self.open() as store:
            session = await store.session(session_id, now)
            code = await store.code_of_session(session_id)
            issued = None if code else await self.issue_promo_code(store, session, activity)
            activity.events.append(await _checked(store, session_id, code or issued, now))
            activity.increments.extend(last_seen_increments(session, now, self.timezone))
            await store.record(activity, replace(session, last_seen=now))
        return _or_not_completed(code or issued)

    async def of_participant(self, participant_id: UUID) -> PromoCode:
        """Raises ParticipantNotFound."""
        async with self.open() as store:
            await store.participant(participant_id)
            code = await self._of_participant(store, participant_id)
        return _or_not_completed(code)

    async def require_question(self, address: str) -> None:
        """Whether a stranger may ask by email, from this address. Raises NotAskedByEmail, TooMany."""
        if not self.promo_by_email:
            raise NotAskedByEmail
        (await self.rate_limiter.hit(EMAIL_QUESTIONS, address)).require()

    async def of_email(self, email: str) -> PromoCode:
        """Raises NotFound for an email without a participant."""
        async with self.open() as store:
            participant = await store.find_participant(email)
            if participant is None:
                raise NotFound("not_found")
            code = await self._of_participant(store, participant.id)
        return _or_not_completed(code)

    async def _of_participant(self, store: VisitorSessions, participant_id: UUID) -> PromoCode | None:
        code, session_id = await store.code_and_latest_session(participant_id)
        if session_id is not None:
            checked = await _checked(store, session_id, code, self.clock())
            await store.record(Activity(events=[checked]))
        return code


async def _checked(store: VisitorSessions, session_id: UUID, code: PromoCode | None, now: datetime) -> Event:
    """The code is `issued` when it is asked for the first time; after that it `exists`."""
    result = "not_completed"
    if code is not None:
        result = "issued" if code.checked_at is None and await store.mark_checked(code, now) else "exists"
    return Event(
        session_id=session_id, event_type=EventType.PROMO_CHECKED, timestamp=now, raw_payload={"result": result}
    )


def _or_not_completed(code: PromoCode | None) -> PromoCode:
    if code is None:
        raise NotCompleted
    return code


@dataclass(frozen=True, slots=True, kw_only=True)
class RedeemPromoCode:
    """Redeems a code, in any case and with spaces, once. Raises PromoCodeNotFound, AlreadyUsed."""

    open: UnitOfWork[VisitorSessions]
    clock: Clock

    async def __call__(self, code: str) -> PromoCode:
        async with self.open() as store:
            return await store.redeem(canonical(code), self.clock())


@dataclass(frozen=True, slots=True, kw_only=True)
class SendPromoCode:
    """The job `send_promocode_email`: sends the mails of a code that are due; idempotent.

    `confirm_url`: where an address is confirmed. A deferred mail is retried outside the lane, so that it does not
    hold up the mails behind it.
    """

    open: UnitOfWork[VisitorSessions]
    jobs: JobQueue
    mailer: Mailer
    templates: MailTemplates
    confirmation_tokens: ConfirmationTokens
    confirm_url: str
    clock: Clock

    async def __call__(self, arguments: Arguments) -> None:
        """Raises MailAway, and MailDeferred outside the lane."""
        async with self.open() as store:
            mails = await store.unsent_mails(UUID(arguments["promo_code"]), self.clock() + _CLOCK_SKEW)
        for mail in mails:
            try:
                await self.mailer.send(self._message(mail))
            except MailRefused:
                async with self.open() as store:
                    await store.mark_mail_refused(mail, self.clock())
            except MailDeferred:
                if arguments.get("aside"):
                    raise
                later = self.clock() + _RETRY_AFTER
                await self.jobs.enqueue(SEND_PROMO_CODE, {**arguments, "aside": True}, not_before=later)
            else:
                await self._record_sent(mail)

    def _message(self, mail: PromoMail) -> Message:
        token = self.confirmation_tokens.token(mail.participant_id, self.clock())
        return self.templates.message(
            "promo_code",
            Language(mail.language),
            key=f"promo-code-{mail.id}",
            to=mail.email,
            values={"code": mail.code, "confirm_url": f"{self.confirm_url}?{urlencode({'token': token})}"},
        )

    async def _record_sent(self, mail: PromoMail) -> None:
        now = self.clock()
        async with self.open() as store:
            code, campaign = await store.mark_mail_sent(mail, now)
            increments = [Increment(counter=Counter.CODES_SENT, campaign=campaign)] if code.sent_at is None else []
            activity = Activity(increments=increments)
            if code.session_id is not None:
                sent = {"code": code.code, "email": mail.email}
                activity.events.append(
                    Event(
                        session_id=code.session_id,
                        event_type=EventType.PROMO_SENT,
                        timestamp=now,
                        raw_payload=sent,
                    )
                )
            await store.record(activity)
