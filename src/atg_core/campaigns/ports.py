"""Ports of campaigns: stores and queries, with the errors they raise."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from atg_core.campaigns.asset_ranking import AssetViews
from atg_core.campaigns.model import Activity, Asset, AssetProgress, Participant, PromoCode, PromoMail, Session
from atg_core.errors import Conflict, NotFound


class SessionNotFound(NotFound):
    """Session not found"""


class ParticipantNotFound(NotFound):
    """User not found"""


class AssetNotFound(NotFound):
    """Asset not found"""


class SlugTaken(Conflict):
    """There is an asset with this slug already"""


class AssetInUse(Conflict):
    """This asset was viewed; what visitors did is kept"""


class PromoCodeNotFound(NotFound):
    """Promo code not found"""


class AlreadyUsed(Conflict):
    """already_used"""


class PromoCodes(Protocol):
    """Promo codes and their mails, within one transaction."""

    async def code_of_session(self, session_id: UUID) -> PromoCode | None: ...

    async def add_code(self, code: PromoCode) -> bool:
        """False if the session has a code, or the code is taken."""

    async def save_code(self, code: PromoCode) -> None: ...

    async def redeem(self, code: str, now: datetime) -> PromoCode:
        """Once. Raises PromoCodeNotFound, AlreadyUsed."""

    async def mail_times(self, email: str, since: datetime) -> list[datetime]:
        """When mails to an address are due, from `since` on, latest first."""

    async def add_mail(self, code: PromoCode, *, language: str, due_at: datetime) -> bool:
        """False if there is a mail with this code to this address."""

    async def unsent_mails(self, promo_code_id: UUID, now: datetime) -> list[PromoMail]:
        """The mails of a code that are due and neither sent nor refused."""

    async def mark_checked(self, code: PromoCode, now: datetime) -> bool:
        """Whether the code was asked for the first time."""

    async def mark_mail_sent(self, mail: PromoMail, now: datetime) -> tuple[PromoCode, str]:
        """The code as it was before, and the campaign of its session, empty for none."""

    async def mark_mail_refused(self, mail: PromoMail, now: datetime) -> None:
        """It is not sent again."""


class VisitorSessions(PromoCodes, Protocol):
    """Visitor sessions, participants, events and counters, within one transaction, in which jobs are enqueued, too.

    A session that was read is locked until its end, and so is a participant.
    """

    async def add_session(self, session: Session) -> None: ...

    async def session(self, session_id: UUID, now: datetime) -> Session:
        """Raises SessionNotFound, also for one that is over."""

    async def latest_session(self, participant_id: UUID) -> UUID | None:
        """The one with the latest request."""

    async def code_and_latest_session(self, participant_id: UUID) -> tuple[PromoCode | None, UUID | None]:
        """The participant's newest code, and the session with the latest request."""

    async def session_and_asset(self, session_id: UUID, slug: str, now: datetime) -> tuple[Session, Asset]:
        """Raises SessionNotFound, and AssetNotFound also for an asset of another campaign."""

    async def record_view(self, session: Session, asset: Asset, now: datetime) -> tuple[int, bool]:
        """The number of views of the asset in the session, this included, and whether this one completes the session.

        Atomic.
        """

    async def is_complete(self, session: Session) -> bool:
        """Whether every asset of the campaign was viewed, and there is one."""

    async def progress_of_session(self, session_id: UUID) -> list[AssetProgress]:
        """Of all assets of its campaign, by id."""

    async def progress_of_participant(self, participant_id: UUID) -> list[AssetProgress]:
        """Of all assets of the campaigns of the participant's sessions, by id."""

    async def has_other_session(self, participant_id: UUID, session: Session) -> bool:
        """Whether the participant has another session in the campaign of this one."""

    async def get_or_add_participant(self, new: Participant) -> tuple[Participant, bool]:
        """The participant with this email, added if there is none, and whether it was added."""

    async def participant(self, participant_id: UUID) -> Participant:
        """Raises ParticipantNotFound."""

    async def find_participant(self, email: str) -> Participant | None: ...

    async def save_participant(self, participant: Participant) -> None: ...

    async def clear_pending_email(self, participant: Participant) -> None:
        """Clears the pending email that is this participant's address in all their sessions."""

    async def total_score(self, participant_id: UUID) -> int:
        """Points of the distinct assets over all sessions of the participant."""

    async def submitted_emails(self, session_id: UUID, since: datetime) -> dict[str, datetime]:
        """The addresses that the session submitted since then, with the time of the first submission."""

    async def record(self, activity: Activity, session: Session | None = None) -> None:
        """Saves the session, if one is given, adds the events, and then increments the counters.

        To be called last in a transaction: many requests update the counters, so locks should be short.
        """


class Assets(Protocol):
    """Assets of campaigns, within one transaction."""

    async def add(self, asset: Asset) -> Asset:
        """With its id. Raises SlugTaken."""

    async def change(self, campaign: str, asset_id: int, values: Mapping[str, Any]) -> Asset:
        """Raises AssetNotFound, SlugTaken."""

    async def delete(self, campaign: str, asset_id: int) -> None:
        """Raises AssetNotFound, AssetInUse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Totals of a campaign, or of all. `active_sessions`: with a request within 30 days."""

    views_today: int
    views_all_time: int
    sessions: int
    active_sessions: int
    participants: int
    codes_issued: int
    codes_sent: int
    assets: Sequence[AssetViews]


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignTotals:
    """A campaign in the list of all. `points`: of all of its assets."""

    campaign: str
    assets: int
    points: int
    views_today: int
    views_all_time: int
    sessions: int
    active_sessions: int
    participants: int
    codes_issued: int
    codes_sent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignDay:
    """The funnel of the sessions that began on a day; `views`: of all sessions on that day.

    `viewed`: with a view; `completed`: with a code; `participants`: with an email; `sent`, `used`: of their codes.
    """

    day: date
    views: int = 0
    sessions: int = 0
    viewed: int = 0
    completed: int = 0
    participants: int = 0
    sent: int = 0
    used: int = 0


class Record(StrEnum):
    """The records that administrators can list."""

    PARTICIPANTS = "participants"
    SESSIONS = "sessions"
    PROGRESS = "progress"
    EVENTS = "events"
    PROMO_CODES = "promo-codes"


class CampaignQueries(Protocol):
    """Reads for the API."""

    async def totals(self, today: date, active_since: date, campaign: str | None = None) -> Totals:
        """Of a campaign, None: of all."""

    async def campaigns(
        self, today: date, active_since: date, *, limit: int, offset: int
    ) -> tuple[list[CampaignTotals], int]:
        """By name: every campaign with an asset or a session."""

    async def days(self, campaign: str, days: Mapping[date, tuple[datetime, datetime]]) -> list[CampaignDay]:
        """`days`: when each begins, and when the next one does. In their order."""

    async def assets(self, campaign: str, *, limit: int, offset: int) -> tuple[list[Asset], int]:
        """By id."""

    async def asset(self, campaign: str, asset_id: int) -> Asset:
        """Raises AssetNotFound."""

    async def listed(
        self, record: Record, filters: Mapping[str, Any], *, active_since: datetime, limit: int, offset: int
    ) -> tuple[list[Mapping[str, Any]], int]:
        """A page, newest first, with all fields of the record, and the total.

        `filters`: values by field; times by whether they are set; `campaign`: of the record's session; `is_active`:
        sessions with a request since then.
        """

    def all_listed(
        self, record: Record, filters: Mapping[str, Any], *, active_since: datetime
    ) -> AsyncGenerator[Sequence[Mapping[str, Any]]]:
        """All of the same, as they were at one moment, in batches."""
