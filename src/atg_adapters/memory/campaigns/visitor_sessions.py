"""Visitor sessions in memory, with participants, events and counters."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.campaigns.promo_codes import MemoryPromoCodes
from atg_core.campaigns.model import (
    IDLE_TIMEOUT,
    Activity,
    Asset,
    AssetProgress,
    EventType,
    Participant,
    PromoCode,
    Session,
)
from atg_core.campaigns.ports import AssetNotFound, ParticipantNotFound, SessionNotFound


class MemoryVisitorSessions(MemoryPromoCodes):
    """`VisitorSessions` within a transaction."""

    async def add_session(self, session: Session) -> None:
        self.database.insert("campaign_sessions", asdict(session))

    async def session(self, session_id: UUID, now: datetime) -> Session:
        row = self.database.tables["campaign_sessions"].get(session_id)
        if row is None or row["last_seen"] < now - IDLE_TIMEOUT:
            raise SessionNotFound
        return convert(row, Session)

    async def latest_session(self, participant_id: UUID) -> UUID | None:
        rows = self.database.rows("campaign_sessions", participant_id=participant_id)
        latest = max(rows, key=lambda row: row["last_seen"], default=None)
        return latest["id"] if latest else None

    async def code_and_latest_session(self, participant_id: UUID) -> tuple[PromoCode | None, UUID | None]:
        rows = self.database.rows("promo_codes", participant_id=participant_id)
        newest = max(rows, key=lambda row: row["issued_at"], default=None)
        code = convert(newest, PromoCode) if newest else None
        return code, await self.latest_session(participant_id)

    async def session_and_asset(self, session_id: UUID, slug: str, now: datetime) -> tuple[Session, Asset]:
        session = await self.session(session_id, now)
        row = next(self.database.rows("campaign_assets", campaign=session.campaign, slug=slug), None)
        if row is None:
            raise AssetNotFound
        return session, convert(row, Asset)

    async def record_view(self, session: Session, asset: Asset, now: datetime) -> tuple[int, bool]:
        key = (session.id, asset.id)
        before = self.database.tables["campaign_progress"].get(key)
        if before is None:
            view = {"session_id": session.id, "asset_id": asset.id, "viewed_at": now, "times_viewed": 1}
            self.database.insert("campaign_progress", {"id": key, **view, "points": asset.points})
            return 1, await self.is_complete(session)
        self.database.update("campaign_progress", key, times_viewed=before["times_viewed"] + 1)
        return int(before["times_viewed"]) + 1, False

    async def is_complete(self, session: Session) -> bool:
        assets = {row["id"] for row in self.database.rows("campaign_assets", campaign=session.campaign)}
        viewed = {row["asset_id"] for row in self.database.rows("campaign_progress", session_id=session.id)}
        return bool(assets) and assets <= viewed

    async def progress_of_session(self, session_id: UUID) -> list[AssetProgress]:
        return self._progress({session_id})

    async def progress_of_participant(self, participant_id: UUID) -> list[AssetProgress]:
        return self._progress(self._sessions_of(participant_id))

    def _sessions_of(self, participant_id: UUID) -> set[UUID]:
        return {row["id"] for row in self.database.rows("campaign_sessions", participant_id=participant_id)}

    def _progress(self, sessions: Collection[UUID]) -> list[AssetProgress]:
        campaigns = {self.database.tables["campaign_sessions"][session]["campaign"] for session in sessions}
        progress = []
        for asset in sorted(self.database.rows("campaign_assets"), key=lambda row: row["id"]):
            if asset["campaign"] not in campaigns:
                continue
            views = [
                row
                for row in self.database.rows("campaign_progress", asset_id=asset["id"])
                if row["session_id"] in sessions
            ]
            progress.append(
                AssetProgress(
                    asset_slug=asset["slug"],
                    name=asset["name"],
                    points=max((row["points"] for row in views), default=0),
                    viewed_at=min((row["viewed_at"] for row in views), default=None),
                    times_viewed=sum(row["times_viewed"] for row in views),
                )
            )
        return progress

    async def has_other_session(self, participant_id: UUID, session: Session) -> bool:
        rows = self.database.rows("campaign_sessions", participant_id=participant_id, campaign=session.campaign)
        return any(row["id"] != session.id for row in rows)

    async def get_or_add_participant(self, new: Participant) -> tuple[Participant, bool]:
        found = await self.find_participant(new.email)
        if found is None:
            self.database.insert("campaign_participants", asdict(new))
        return found or new, found is None

    async def participant(self, participant_id: UUID) -> Participant:
        row = self.database.tables["campaign_participants"].get(participant_id)
        if row is None:
            raise ParticipantNotFound
        return convert(row, Participant)

    async def find_participant(self, email: str) -> Participant | None:
        row = next(self.database.rows("campaign_participants", email=email), None)
        return convert(row, Participant) if row else None

    async def save_participant(self, participant: Participant) -> None:
        self.database.update("campaign_participants", participant.id, **asdict(participant))

    async def clear_pending_email(self, participant: Participant) -> None:
        pending = {"participant_id": participant.id, "pending_email": participant.email}
        for row in list(self.database.rows("campaign_sessions", **pending)):
            self.database.update("campaign_sessions", row["id"], pending_email=None)

    async def total_score(self, participant_id: UUID) -> int:
        return sum(asset.points for asset in self._progress(self._sessions_of(participant_id)))

    async def submitted_emails(self, session_id: UUID, since: datetime) -> dict[str, datetime]:
        rows = self.database.rows("view_events", session_id=session_id, event_type=EventType.EMAIL_SUBMITTED)
        first: dict[str, datetime] = {}
        for row in sorted((row for row in rows if row["timestamp"] > since), key=lambda row: row["timestamp"]):
            first.setdefault(row["raw_payload"]["email"], row["timestamp"])
        return first

    async def record(self, activity: Activity, session: Session | None = None) -> None:
        if session is not None:
            self.database.update("campaign_sessions", session.id, **asdict(session))
        for event in activity.events:
            self.database.insert("view_events", asdict(event))
        for each in activity.increments:
            named = {"counter": each.counter, "day": each.day, "asset_id": each.asset_id, "campaign": each.campaign}
            key = tuple(named.values())
            before = self.database.tables["campaign_counts"].get(key)
            if before is None:
                self.database.insert("campaign_counts", {"id": key, **named, "number": each.by})
            else:
                self.database.update("campaign_counts", key, number=before["number"] + each.by)
