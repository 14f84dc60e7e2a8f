"""Queries of campaigns in memory: totals, assets and records for administrators."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from msgspec import convert

from atg_adapters.memory.campaigns.visitor_sessions import MemoryVisitorSessions
from atg_adapters.memory.database import MemoryDatabase, Row
from atg_core.campaigns.asset_ranking import AssetViews
from atg_core.campaigns.model import ALL_DAYS, Asset, Counter
from atg_core.campaigns.ports import AssetNotFound, CampaignDay, CampaignTotals, Record, Totals

_TABLES: Mapping[Record, tuple[str, Callable[[Row], Any]]] = {
    Record.PARTICIPANTS: ("campaign_participants", lambda row: row["created_at"]),
    Record.SESSIONS: ("campaign_sessions", lambda row: row["created_at"]),
    Record.PROGRESS: ("campaign_progress", lambda row: row["viewed_at"]),
    Record.EVENTS: ("view_events", lambda row: row["id"]),
    Record.PROMO_CODES: ("promo_codes", lambda row: row["issued_at"]),
}


class MemoryCampaignQueries:
    """`CampaignQueries`."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def totals(self, today: date, active_since: date, campaign: str | None = None) -> Totals:
        def total(counter: Counter, day: date = ALL_DAYS, **of: Any) -> int:
            return sum(row["number"] for row in self.database.rows("campaign_counts", counter=counter, day=day, **of))

        mine: dict[str, Any] = {} if campaign is None else {"campaign": campaign}
        seen = self.database.rows("campaign_counts", counter=Counter.LAST_SEEN, **mine)
        assets = [row["id"] for row in self.database.rows("campaign_assets", **mine)]
        return Totals(
            views_today=sum(total(Counter.VIEWS, today, asset_id=asset) for asset in assets),
            views_all_time=sum(total(Counter.VIEWS, asset_id=asset) for asset in assets),
            sessions=total(Counter.SESSIONS, **mine),
            active_sessions=sum(row["number"] for row in seen if row["day"] > active_since),
            participants=total(Counter.PARTICIPANTS, campaign=campaign or ""),
            codes_issued=total(Counter.CODES_ISSUED, **mine),
            codes_sent=total(Counter.CODES_SENT, **mine),
            assets=[
                AssetViews(
                    asset_id=row["id"],
                    slug=row["slug"],
                    name=row["name"],
                    today=total(Counter.VIEWS, today, asset_id=row["id"]),
                    views=total(Counter.VIEWS, asset_id=row["id"]),
                    first_views=total(Counter.FIRST_VIEWS, asset_id=row["id"]),
                )
                for row in sorted(self.database.rows("campaign_assets", **mine), key=lambda row: row["id"])
            ],
        )

    async def campaigns(
        self, today: date, active_since: date, *, limit: int, offset: int
    ) -> tuple[list[CampaignTotals], int]:
        visited = self.database.rows("campaign_counts", counter=Counter.SESSIONS, day=ALL_DAYS)
        stocked = {row["campaign"] for row in self.database.rows("campaign_assets")}
        names = sorted((stocked | {row["campaign"] for row in visited}) - {""})
        found = [await self._campaign(name, today, active_since) for name in names[offset : offset + limit]]
        return found, len(names)

    async def _campaign(self, campaign: str, today: date, active_since: date) -> CampaignTotals:
        totals = await self.totals(today, active_since, campaign)
        return CampaignTotals(
            campaign=campaign,
            assets=len(totals.assets),
            points=sum(row["points"] for row in self.database.rows("campaign_assets", campaign=campaign)),
            views_today=totals.views_today,
            views_all_time=totals.views_all_time,
            sessions=totals.sessions,
            active_sessions=totals.active_sessions,
            participants=totals.participants,
            codes_issued=totals.codes_issued,
            codes_sent=totals.codes_sent,
        )

    async def days(self, campaign: str, days: Mapping[date, tuple[datetime, datetime]]) -> list[CampaignDay]:
        return [self._day(campaign, day, *bounds) for day, bounds in days.items()]

    def _day(self, campaign: str, day: date, begins: datetime, ends: datetime) -> CampaignDay:
        assets = {row["id"] for row in self.database.rows("campaign_assets", campaign=campaign)}
        views = self.database.rows("campaign_counts", counter=Counter.VIEWS, day=day)
        sessions = [
            row
            for row in self.database.rows("campaign_sessions", campaign=campaign)
            if begins <= row["created_at"] < ends
        ]
        ids = {row["id"] for row in sessions}
        codes = [row for row in self.database.rows("promo_codes") if row["session_id"] in ids]
        return CampaignDay(
            day=day,
            views=sum(row["number"] for row in views if row["asset_id"] in assets),
            sessions=len(sessions),
            viewed=len(ids & {row["session_id"] for row in self.database.rows("campaign_progress")}),
            completed=len(codes),
            participants=sum(row["participant_id"] is not None for row in sessions),
            sent=sum(row["sent_at"] is not None for row in codes),
            used=sum(row["used_at"] is not None for row in codes),
        )

    async def assets(self, campaign: str, *, limit: int, offset: int) -> tuple[list[Asset], int]:
        rows = sorted(self.database.rows("campaign_assets", campaign=campaign), key=lambda row: row["id"])
        return convert(rows[offset : offset + limit], list[Asset]), len(rows)

    async def asset(self, campaign: str, asset_id: int) -> Asset:
        row = self.database.tables["campaign_assets"].get(asset_id)
        if row is None or row["campaign"] != campaign:
            raise AssetNotFound
        return convert(row, Asset)

    async def listed(
        self, record: Record, filters: Mapping[str, Any], *, active_since: datetime, limit: int, offset: int
    ) -> tuple[list[Mapping[str, Any]], int]:
        table, moment = _TABLES[record]
        rows = [await self._with_more(record, row, active_since) for row in self.database.rows(table)]
        found = [row for row in rows if self._matches(record, row, filters)]
        found.sort(key=moment, reverse=True)
        return list(found[offset : offset + limit]), len(found)

    async def all_listed(
        self, record: Record, filters: Mapping[str, Any], *, active_since: datetime
    ) -> AsyncGenerator[Sequence[Mapping[str, Any]]]:
        everything = len(self.database.tables[_TABLES[record][0]])
        yield (await self.listed(record, filters, active_since=active_since, limit=everything, offset=0))[0]

    async def _with_more(self, record: Record, row: Row, active_since: datetime) -> Row:
        if record is Record.PARTICIPANTS:
            return {**row, "total_score": await MemoryVisitorSessions(self.database).total_score(row["id"])}
        if record is Record.SESSIONS:
            return {**row, "is_active": row["last_seen"] >= active_since}
        if record is Record.PROGRESS:
            return {**row, "asset_slug": self.database.tables["campaign_assets"][row["asset_id"]]["slug"]}
        return row

    def _matches(self, record: Record, row: Row, filters: Mapping[str, Any]) -> bool:
        """Times are filtered by whether they are set."""
        return all(
            value in self._campaigns_of(record, row)
            if name == "campaign"
            else (row[name] is not None) is value
            if name.endswith("_at")
            else row[name] == value
            for name, value in filters.items()
        )

    def _campaigns_of(self, record: Record, row: Row) -> set[str]:
        """Of the record's sessions."""
        if record is Record.SESSIONS:
            return {row["campaign"]}
        named = {"participant_id": row["id"]} if record is Record.PARTICIPANTS else {"id": row["session_id"]}
        return {session["campaign"] for session in self.database.rows("campaign_sessions", **named)}
