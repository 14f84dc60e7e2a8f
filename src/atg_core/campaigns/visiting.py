"""Visitors: they start a session, look at assets, leave an email, and see how far they are."""

from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from uuid import UUID

from atg_core.campaigns.codes import ConfirmationTokens
from atg_core.campaigns.model import (
    DAY,
    EVER,
    MOST_ADDRESSES_A_DAY,
    Asset,
    Count,
    Counter,
    Event,
    EventType,
    Participant,
    PromoCode,
    Session,
    Standing,
    seen,
)
from atg_core.campaigns.ports import CampaignStore
from atg_core.campaigns.promo import LANGUAGE, IssueCodes
from atg_core.clock import Clock
from atg_core.errors import TooMany
from atg_core.ids import NewId
from atg_core.mailing.model import Language
from atg_core.opening import Open


class TooManyAddresses(TooMany):
    """This session has named too many addresses today"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartSession:
    open: Open[CampaignStore]
    clock: Clock
    timezone: tzinfo
    new_id: NewId

    async def __call__(self, campaign: str) -> Session:
        now = self.clock()
        today = now.astimezone(self.timezone).date()
        session = Session(id=self.new_id(), campaign=campaign, created_at=now, last_seen=now)
        async with self.open() as store:
            await store.add_session(session)
            await store.record(Event(session_id=session.id, event_type=EventType.SESSION_STARTED, timestamp=now))
            await store.count(Count(counter=Counter.SESSIONS), Count(counter=Counter.SEEN, day=today))
        return session


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewed:
    """What came of a view. `promo_code`: in the one reply that completes the set."""

    asset_slug: str
    awarded_points: int
    session: Session
    promo_code: PromoCode | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewAsset:
    """Raises SessionNotFound, AssetNotFound."""

    open: Open[CampaignStore]
    issue: IssueCodes
    clock: Clock
    timezone: tzinfo

    async def __call__(self, session_id: UUID, slug: str) -> Viewed:
        now = self.clock()
        async with self.open() as store:
            session = await store.session(session_id, now)
            asset = await store.asset(session.campaign, slug)
            times = await store.note_view(session_id, asset.id, now)
            awarded = asset.points if times == 1 else 0
            counts = [*seen(session, now, self.timezone), *self._counts(asset, times, now)]
            session = replace(session, last_seen=now, score=session.score + awarded)
            await store.save_session(session)
            await store.record(*_events(session, asset, times, now))
            code = await self.issue(store, session, counts) if times == 1 else None
            await store.count(*counts)
        return Viewed(asset_slug=slug, awarded_points=awarded, session=session, promo_code=code)

    def _counts(self, asset: Asset, times: int, now: datetime) -> list[Count]:
        days = (EVER, now.astimezone(self.timezone).date())
        counts = [Count(counter=Counter.VIEWS, day=day, asset_id=asset.id) for day in days]
        return [*counts, Count(counter=Counter.FIRST_VIEWS, asset_id=asset.id)] if times == 1 else counts


def _events(session: Session, asset: Asset, times: int, now: datetime) -> list[Event]:
    payloads = {EventType.VIEWED_ASSET: {"asset_slug": asset.slug, "times_viewed": times}}
    if times == 1:
        payloads[EventType.FIRST_VIEW_AWARDED] = {"asset_slug": asset.slug, "awarded_points": asset.points}
    return [
        Event(session_id=session.id, asset_id=asset.id, event_type=event_type, timestamp=now, raw_payload=payload)
        for event_type, payload in payloads.items()
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitEmail:
    """Binds a session to the participant of an email, in lower case; the same once more changes nothing.

    Raises SessionNotFound, TooManyAddresses.
    """

    open: Open[CampaignStore]
    issue: IssueCodes
    clock: Clock
    timezone: tzinfo
    new_id: NewId

    async def __call__(self, session_id: UUID, email: str, language: Language) -> tuple[Participant, int]:
        """The participant and the total score."""
        now = self.clock()
        async with self.open() as store:
            session = await store.session(session_id, now)
            named = await store.emails_since(session_id, now - DAY)
            if email not in named and len(named) >= MOST_ADDRESSES_A_DAY:
                raise TooManyAddresses(retry_after=int((min(named.values()) + DAY - now).total_seconds()) + 1)
            new = Participant(id=self.new_id(), email=email, created_at=now)
            participant, made = await store.participant_of(new)
            counts = seen(session, now, self.timezone)
            if made:
                counts.append(Count(counter=Counter.PARTICIPANTS))
            bound = self._bound(session, participant, language, now)
            await store.save_session(bound)
            if session.participant_id != participant.id:
                await store.record(
                    Event(
                        session_id=session_id,
                        event_type=EventType.EMAIL_SUBMITTED,
                        timestamp=now,
                        raw_payload={"email": email},
                    )
                )
                code = await store.code_of_session(session_id)
                await (self.issue.again(store, bound, code) if code else self.issue(store, bound, counts))
            await store.count(*counts)
            return participant, await store.total_score(participant.id)

    @staticmethod
    def _bound(session: Session, participant: Participant, language: Language, now: datetime) -> Session:
        return replace(
            session,
            participant_id=participant.id,
            pending_email=None if participant.is_verified else participant.email,
            last_seen=now,
            metadata={**session.metadata, LANGUAGE: language.value},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmEmail:
    """Whoever has the link reads the mail of the address. Raises InvalidToken, ParticipantNotFound."""

    open: Open[CampaignStore]
    tokens: ConfirmationTokens
    clock: Clock

    async def __call__(self, token: str) -> Participant:
        now = self.clock()
        participant_id = self.tokens.participant(token, now)
        async with self.open() as store:
            participant = await store.participant(participant_id)
            if not participant.is_verified:
                participant = replace(participant, is_verified=True, verified_at=now)
                await store.save_participant(participant)
                await store.confirm_pending(participant)
        return participant


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowProgress:
    """How far a session is, or a participant over all sessions.

    Raises SessionNotFound, ParticipantNotFound.
    """

    open: Open[CampaignStore]
    clock: Clock
    timezone: tzinfo

    async def of_session(self, session_id: UUID) -> list[Standing]:
        now = self.clock()
        async with self.open() as store:
            session = await store.session(session_id, now)
            await store.save_session(replace(session, last_seen=now))
            standings = await store.standings_of_session(session_id)
            await store.record(Event(session_id=session_id, event_type=EventType.PROGRESS_VIEWED, timestamp=now))
            await store.count(*seen(session, now, self.timezone))
        return standings

    async def of_participant(self, participant_id: UUID) -> list[Standing]:
        async with self.open() as store:
            await store.participant(participant_id)
            latest = await store.latest_session(participant_id)
            if latest is not None:
                await store.record(
                    Event(session_id=latest, event_type=EventType.PROGRESS_VIEWED, timestamp=self.clock())
                )
            return await store.standings_of_participant(participant_id)
