"""Visitor sessions: views of assets, the submission of an email, and progress (spec: campaigns)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Any
from uuid import UUID

from atg_core.campaigns.model import (
    ALL_DAYS,
    DAY,
    MAX_ADDRESSES_PER_DAY,
    Activity,
    Asset,
    AssetProgress,
    Counter,
    Event,
    EventType,
    Increment,
    Participant,
    PromoCode,
    Session,
    last_seen_increments,
)
from atg_core.campaigns.ports import VisitorSessions
from atg_core.campaigns.promo_codes import IssuePromoCode
from atg_core.campaigns.sent_along import bounded, metadata_of
from atg_core.clock import Clock
from atg_core.errors import TooMany
from atg_core.ids import NewId
from atg_core.unit_of_work import UnitOfWork
from atg_core.words import Language

_NOTHING: Mapping[str, Any] = {}


class TooManyAddresses(TooMany):
    """This session has named too many addresses today"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartSession:
    """Starts a visitor session in a campaign."""

    open: UnitOfWork[VisitorSessions]
    clock: Clock
    timezone: tzinfo
    new_id: NewId

    async def __call__(self, campaign: str, sent: Mapping[str, Any] = _NOTHING) -> Session:
        """`sent`: what the visitor sent along."""
        now = self.clock()
        today = now.astimezone(self.timezone).date()
        session = Session(
            id=self.new_id(), campaign=campaign, created_at=now, last_seen=now, metadata=metadata_of(sent)
        )
        event = Event(
            session_id=session.id, event_type=EventType.SESSION_STARTED, timestamp=now, raw_payload=bounded(sent)
        )
        started = Activity(
            events=[event],
            increments=[
                Increment(counter=Counter.SESSIONS, campaign=campaign),
                Increment(counter=Counter.LAST_SEEN, day=today, campaign=campaign),
            ],
        )
        async with self.open() as store:
            await store.add_session(session)
            await store.record(started)
        return session


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewed:
    """The result of a view. `promo_code`: of the view that completes the session, else None."""

    asset_slug: str
    awarded_points: int
    session: Session
    promo_code: PromoCode | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewAsset:
    """Records a view; the first of an asset in a session awards its points. Raises SessionNotFound, AssetNotFound."""

    open: UnitOfWork[VisitorSessions]
    issue_promo_code: IssuePromoCode
    clock: Clock
    timezone: tzinfo

    async def __call__(self, session_id: UUID, slug: str, sent: Mapping[str, Any] = _NOTHING) -> Viewed:
        """`sent`: what the visitor sent along."""
        now = self.clock()
        async with self.open() as store:
            session, asset = await store.session_and_asset(session_id, slug, now)
            times, is_complete = await store.record_view(session, asset, now)
            awarded = asset.points if times == 1 else 0
            activity = Activity(
                events=_events(session, asset, times, now, sent),
                increments=[*last_seen_increments(session, now, self.timezone), *self._increments(asset, times, now)],
            )
            code = await self.issue_promo_code.once(store, session, activity) if is_complete else None
            session = replace(session, last_seen=now, score=session.score + awarded)
            await store.record(activity, session)
        return Viewed(asset_slug=slug, awarded_points=awarded, session=session, promo_code=code)

    def _increments(self, asset: Asset, times: int, now: datetime) -> list[Increment]:
        days = (ALL_DAYS, now.astimezone(self.timezone).date())
        increments = [Increment(counter=Counter.VIEWS, day=day, asset_id=asset.id) for day in days]
        return [*increments, Increment(counter=Counter.FIRST_VIEWS, asset_id=asset.id)] if times == 1 else increments


def _events(session: Session, asset: Asset, times: int, now: datetime, sent: Mapping[str, Any]) -> list[Event]:
    payloads = {EventType.VIEWED_ASSET: {**bounded(sent), "asset_slug": asset.slug, "times_viewed": times}}
    if times == 1:
        payloads[EventType.FIRST_VIEW_AWARDED] = {"asset_slug": asset.slug, "awarded_points": asset.points}
    return [
        Event(session_id=session.id, asset_id=asset.id, event_type=event_type, timestamp=now, raw_payload=payload)
        for event_type, payload in payloads.items()
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitEmail:
    """Binds a session to the participant with this email (in lower case), added if there is none; idempotent.

    Raises SessionNotFound, TooManyAddresses.
    """

    open: UnitOfWork[VisitorSessions]
    issue_promo_code: IssuePromoCode
    clock: Clock
    timezone: tzinfo
    new_id: NewId

    async def __call__(
        self, session_id: UUID, email: str, language: Language, sent: Mapping[str, Any] = _NOTHING
    ) -> tuple[Participant, int]:
        """The participant and the total score. `sent`: what the visitor sent along."""
        now = self.clock()
        async with self.open() as store:
            session = await store.session(session_id, now)
            named = await store.submitted_emails(session_id, now - DAY)
            if email not in named and len(named) >= MAX_ADDRESSES_PER_DAY:
                raise TooManyAddresses(retry_after=int((min(named.values()) + DAY - now).total_seconds()) + 1)
            new = Participant(id=self.new_id(), email=email, created_at=now)
            participant, made = await store.get_or_add_participant(new)
            activity = Activity(increments=last_seen_increments(session, now, self.timezone))
            if made:
                activity.increments.append(Increment(counter=Counter.PARTICIPANTS))
            if "metadata" in sent:
                metadata = metadata_of(sent, participant.metadata)
                await store.save_participant(replace(participant, metadata=metadata))
            bound = self._bound(session, participant, language, now)
            if session.participant_id != participant.id:
                activity.increments.extend(await _moves(store, session, participant))
                activity.events.append(
                    Event(
                        session_id=session_id,
                        event_type=EventType.EMAIL_SUBMITTED,
                        timestamp=now,
                        raw_payload={**bounded(sent), "email": email},
                    )
                )
                code = await store.code_of_session(session_id)
                await (
                    self.issue_promo_code.resend(store, bound, code, activity)
                    if code
                    else self.issue_promo_code(store, bound, activity)
                )
            await store.record(activity, bound)
            return participant, await store.total_score(participant.id)

    @staticmethod
    def _bound(session: Session, participant: Participant, language: Language, now: datetime) -> Session:
        return replace(
            session,
            participant_id=participant.id,
            pending_email=None if participant.is_verified else participant.email,
            last_seen=now,
            language=language.value,
        )


async def _moves(store: VisitorSessions, session: Session, participant: Participant) -> list[Increment]:
    """How the number of the campaign's participants changes when the session goes over to this one."""
    by = 0 if await store.has_other_session(participant.id, session) else 1
    if session.participant_id is not None and not await store.has_other_session(session.participant_id, session):
        by -= 1
    return [Increment(counter=Counter.PARTICIPANTS, campaign=session.campaign, by=by)] if by else []


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowProgress:
    """Progress of a session, or of a participant over all their sessions.

    Raises SessionNotFound, ParticipantNotFound.
    """

    open: UnitOfWork[VisitorSessions]
    clock: Clock
    timezone: tzinfo

    async def of_session(self, session_id: UUID) -> list[AssetProgress]:
        now = self.clock()
        async with self.open() as store:
            session = await store.session(session_id, now)
            progress = await store.progress_of_session(session_id)
            activity = _progress_viewed(session_id, now)
            activity.increments.extend(last_seen_increments(session, now, self.timezone))
            await store.record(activity, replace(session, last_seen=now))
        return progress

    async def of_participant(self, participant_id: UUID) -> list[AssetProgress]:
        async with self.open() as store:
            await store.participant(participant_id)
            latest = await store.latest_session(participant_id)
            if latest is not None:
                await store.record(_progress_viewed(latest, self.clock()))
            return await store.progress_of_participant(participant_id)


def _progress_viewed(session_id: UUID, now: datetime) -> Activity:
    return Activity(events=[Event(session_id=session_id, event_type=EventType.PROGRESS_VIEWED, timestamp=now)])
