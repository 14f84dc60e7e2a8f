"""What campaigns are kept in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from atg_core.campaigns.model import Asset, Count, Event, Participant, PromoCode, PromoMail, Session, Standing
from atg_core.campaigns.popularity import AssetViews
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
    """Codes and the mails that carry them, within one transaction."""

    async def code_of_session(self, session_id: UUID) -> PromoCode | None: ...

    async def code_of_participant(self, participant_id: UUID) -> PromoCode | None:
        """The newest."""

    async def add_code(self, code: PromoCode) -> bool:
        """False where the session has one, or another has the same code."""

    async def save_code(self, code: PromoCode) -> None: ...

    async def redeem(self, code: str, now: datetime) -> PromoCode:
        """Once. Raises PromoCodeNotFound, AlreadyUsed."""

    async def mails_to(self, email: str, since: datetime) -> list[datetime]:
        """When mails to an address were due since then or will be, latest first."""

    async def add_mail(self, code: PromoCode, *, language: str, due_at: datetime) -> bool:
        """False where the code has gone to this address before, or is about to."""

    async def unsent_mails(self, promo_code_id: UUID, now: datetime) -> list[PromoMail]:
        """Those that are due."""

    async def mail_sent(self, mail: PromoMail, now: datetime) -> tuple[PromoCode, bool]:
        """The code that was mailed, and whether for the first time."""

    async def mail_refused(self, mail: PromoMail, now: datetime) -> None:
        """No further try."""


class CampaignStore(PromoCodes, Protocol):
    """Within one transaction, in which jobs are enqueued, too.

    A session that was read is held until its end, and so is a participant.
    """

    async def add_session(self, session: Session) -> None: ...

    async def session(self, session_id: UUID, now: datetime) -> Session:
        """Raises SessionNotFound, also for one that is over."""

    async def save_session(self, session: Session) -> None: ...

    async def latest_session(self, participant_id: UUID) -> UUID | None:
        """The one that was heard of last."""

    async def asset(self, campaign: str, slug: str) -> Asset:
        """Raises AssetNotFound, also for one of another campaign."""

    async def note_view(self, session_id: UUID, asset_id: int, now: datetime) -> int:
        """How often the session has viewed it, this time included: of several at once, one alone is the first."""

    async def is_complete(self, session: Session) -> bool:
        """Whether every asset of the campaign was viewed, and there is one."""

    async def standings_of_session(self, session_id: UUID) -> list[Standing]:
        """Over all assets of its campaign, in the order of their ids."""

    async def standings_of_participant(self, participant_id: UUID) -> list[Standing]:
        """Over all assets of the campaigns of the participant's sessions, in the order of their ids."""

    async def participant_of(self, new: Participant) -> tuple[Participant, bool]:
        """The participant of this email, the new one if there is none, and whether it is."""

    async def participant(self, participant_id: UUID) -> Participant:
        """Raises ParticipantNotFound."""

    async def find_participant(self, email: str) -> Participant | None: ...

    async def save_participant(self, participant: Participant) -> None: ...

    async def confirm_pending(self, participant: Participant) -> None:
        """The participant's address is no longer pending in any session."""

    async def total_score(self, participant_id: UUID) -> int:
        """Points of the distinct assets over all sessions of the participant."""

    async def emails_since(self, session_id: UUID, since: datetime) -> dict[str, datetime]:
        """The addresses that the session has named, and when first."""

    async def record(self, *events: Event) -> None: ...

    async def count(self, *counts: Count) -> None:
        """The last thing in a transaction: rows that everybody counts in are held as shortly as can be."""


class AssetStore(Protocol):
    """What marketers edit, within one transaction."""

    async def add(self, asset: Asset) -> Asset:
        """With its number. Raises SlugTaken."""

    async def change(self, campaign: str, asset_id: int, values: Mapping[str, Any]) -> Asset:
        """Raises AssetNotFound, SlugTaken."""

    async def delete(self, campaign: str, asset_id: int) -> None:
        """Raises AssetNotFound, AssetInUse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Over all campaigns. `active_sessions`: heard of within 30 days."""

    views_today: int
    views_all_time: int
    sessions: int
    active_sessions: int
    participants: int
    codes_issued: int
    codes_sent: int
    assets: Sequence[AssetViews]


class Record(StrEnum):
    """What administrators may look at."""

    PARTICIPANTS = "participants"
    SESSIONS = "sessions"
    PROGRESS = "progress"
    EVENTS = "events"
    PROMO_CODES = "promo-codes"


class Campaigns(Protocol):
    """Plain reads."""

    async def totals(self, today: date, active_since: date) -> Totals: ...

    async def assets(self, campaign: str, *, limit: int, offset: int) -> tuple[list[Asset], int]:
        """By id."""

    async def asset(self, campaign: str, asset_id: int) -> Asset:
        """Raises AssetNotFound."""

    async def listed(
        self, record: Record, filters: Mapping[str, Any], *, limit: int, offset: int
    ) -> tuple[list[Mapping[str, Any]], int]:
        """Newest first, with all fields of the record; `filters`: values by field."""
