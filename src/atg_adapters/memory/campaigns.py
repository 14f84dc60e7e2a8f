"""Campaigns in memory: what happens within a visitor's request."""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.database import DuplicateKey, MemoryDatabase
from atg_adapters.memory.promo_codes import MemoryPromoCodes
from atg_core.campaigns.model import IDLE, Asset, Count, Event, EventType, Participant, Session, Standing
from atg_core.campaigns.ports import AssetInUse, AssetNotFound, ParticipantNotFound, SessionNotFound, SlugTaken


class MemoryCampaigns(MemoryPromoCodes):
    """`CampaignStore` within a transaction."""

    async def add_session(self, session: Session) -> None:
        self.database.insert("campaign_sessions", asdict(session))

    async def session(self, session_id: UUID, now: datetime) -> Session:
        row = self.database.tables["campaign_sessions"].get(session_id)
        if row is None or not row["is_active"] or row["last_seen"] < now - IDLE:
            raise SessionNotFound
        return convert(row, Session)

    async def save_session(self, session: Session) -> None:
        self.database.update("campaign_sessions", session.id, **asdict(session))

    async def latest_session(self, participant_id: UUID) -> UUID | None:
        rows = self.database.rows("campaign_sessions", participant_id=participant_id)
        latest = max(rows, key=lambda row: row["last_seen"], default=None)
        return latest["id"] if latest else None

    async def asset(self, campaign: str, slug: str) -> Asset:
        row = next(self.database.rows("campaign_assets", campaign=campaign, slug=slug), None)
        if row is None:
            raise AssetNotFound
        return convert(row, Asset)

    async def note_view(self, session_id: UUID, asset_id: int, now: datetime) -> int:
        key = (session_id, asset_id)
        before = self.database.tables["campaign_progress"].get(key)
        if before is None:
            view = {"id": key, "session_id": session_id, "asset_id": asset_id, "viewed_at": now, "times_viewed": 1}
            self.database.insert("campaign_progress", view)
            return 1
        self.database.update("campaign_progress", key, times_viewed=before["times_viewed"] + 1)
        return int(before["times_viewed"]) + 1

    async def is_complete(self, session: Session) -> bool:
        assets = {row["id"] for row in self.database.rows("campaign_assets", campaign=session.campaign)}
        viewed = {row["asset_id"] for row in self.database.rows("campaign_progress", session_id=session.id)}
        return bool(assets) and assets <= viewed

    async def standings_of_session(self, session_id: UUID) -> list[Standing]:
        return self._standings({session_id})

    async def standings_of_participant(self, participant_id: UUID) -> list[Standing]:
        return self._standings(self._sessions_of(participant_id))

    def _sessions_of(self, participant_id: UUID) -> set[UUID]:
        return {row["id"] for row in self.database.rows("campaign_sessions", participant_id=participant_id)}

    def _standings(self, sessions: Collection[UUID]) -> list[Standing]:
        campaigns = {self.database.tables["campaign_sessions"][session]["campaign"] for session in sessions}
        standings = []
        for asset in sorted(self.database.rows("campaign_assets"), key=lambda row: row["id"]):
            if asset["campaign"] not in campaigns:
                continue
            views = [
                row
                for row in self.database.rows("campaign_progress", asset_id=asset["id"])
                if row["session_id"] in sessions
            ]
            standings.append(
                Standing(
                    asset_slug=asset["slug"],
                    name=asset["name"],
                    points=asset["points"],
                    viewed_at=min((row["viewed_at"] for row in views), default=None),
                    times_viewed=sum(row["times_viewed"] for row in views),
                )
            )
        return standings

    async def participant_of(self, new: Participant) -> tuple[Participant, bool]:
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

    async def confirm_pending(self, participant: Participant) -> None:
        pending = {"participant_id": participant.id, "pending_email": participant.email}
        for row in list(self.database.rows("campaign_sessions", **pending)):
            self.database.update("campaign_sessions", row["id"], pending_email=None)

    async def total_score(self, participant_id: UUID) -> int:
        sessions = self._sessions_of(participant_id)
        viewed = {row["asset_id"] for row in self.database.rows("campaign_progress") if row["session_id"] in sessions}
        return sum(self.database.tables["campaign_assets"][asset]["points"] for asset in viewed)

    async def emails_since(self, session_id: UUID, since: datetime) -> dict[str, datetime]:
        rows = self.database.rows("view_events", session_id=session_id, event_type=EventType.EMAIL_SUBMITTED)
        first: dict[str, datetime] = {}
        for row in sorted((row for row in rows if row["timestamp"] > since), key=lambda row: row["timestamp"]):
            first.setdefault(row["raw_payload"]["email"], row["timestamp"])
        return first

    async def record(self, *events: Event) -> None:
        for event in events:
            self.database.insert("view_events", {**asdict(event), "processed": False})

    async def count(self, *counts: Count) -> None:
        for each in counts:
            key = (each.counter, each.day, each.asset_id)
            before = self.database.tables["campaign_counts"].get(key)
            if before is None:
                named = {"id": key, "counter": each.counter, "day": each.day, "asset_id": each.asset_id}
                self.database.insert("campaign_counts", {**named, "number": each.by})
            else:
                self.database.update("campaign_counts", key, number=before["number"] + each.by)


class MemoryAssets:
    """`AssetStore` within a transaction."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def add(self, asset: Asset) -> Asset:
        values = {name: value for name, value in asdict(asset).items() if name != "id"}
        try:
            asset_id = self.database.insert("campaign_assets", values)
        except DuplicateKey:
            raise SlugTaken from None
        return convert(self.database.tables["campaign_assets"][asset_id], Asset)

    async def change(self, campaign: str, asset_id: int, values: Mapping[str, Any]) -> Asset:
        self._require(campaign, asset_id)
        try:
            self.database.update("campaign_assets", asset_id, **values)
        except DuplicateKey:
            raise SlugTaken from None
        return convert(self.database.tables["campaign_assets"][asset_id], Asset)

    async def delete(self, campaign: str, asset_id: int) -> None:
        self._require(campaign, asset_id)
        if any(self.database.rows("campaign_progress", asset_id=asset_id)):
            raise AssetInUse
        self.database.delete("campaign_assets", id=asset_id)

    def _require(self, campaign: str, asset_id: int) -> None:
        row = self.database.tables["campaign_assets"].get(asset_id)
        if row is None or row["campaign"] != campaign:
            raise AssetNotFound
