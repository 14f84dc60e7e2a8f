"""Reading campaigns in memory: what dashboards and administrators see."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from msgspec import convert

from atg_adapters.memory.campaigns import MemoryCampaigns
from atg_adapters.memory.database import MemoryDatabase, Row
from atg_core.campaigns.model import EVER, Asset, Counter
from atg_core.campaigns.popularity import AssetViews
from atg_core.campaigns.ports import AssetNotFound, Record, Totals

_TABLES: Mapping[Record, tuple[str, Callable[[Row], Any]]] = {
    Record.PARTICIPANTS: ("campaign_participants", lambda row: row["created_at"]),
    Record.SESSIONS: ("campaign_sessions", lambda row: row["created_at"]),
    Record.PROGRESS: ("campaign_progress", lambda row: row["viewed_at"]),
    Record.EVENTS: ("view_events", lambda row: row["id"]),
    Record.PROMO_CODES: ("promo_codes", lambda row: row["issued_at"]),
}


class MemoryCampaignReads:
    """`Campaigns`: plain reads."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def totals(self, today: date, active_since: date) -> Totals:
        def total(counter: Counter, day: date = EVER, asset_id: int | None = None) -> int:
            rows = self.database.rows("campaign_counts", counter=counter, day=day)
            return sum(row["number"] for row in rows if asset_id in {None, row["asset_id"]})

        seen = self.database.rows("campaign_counts", counter=Counter.SEEN)
        return Totals(
            views_today=total(Counter.VIEWS, today),
            views_all_time=total(Counter.VIEWS),
            sessions=total(Counter.SESSIONS),
            active_sessions=sum(row["number"] for row in seen if row["day"] > active_since),
            participants=total(Counter.PARTICIPANTS),
            codes_issued=total(Counter.CODES_ISSUED),
            codes_sent=total(Counter.CODES_SENT),
            assets=[
                AssetViews(
                    asset_id=row["id"],
                    slug=row["slug"],
                    name=row["name"],
                    today=total(Counter.VIEWS, today, row["id"]),
                    views=total(Counter.VIEWS, asset_id=row["id"]),
                    first_views=total(Counter.FIRST_VIEWS, asset_id=row["id"]),
                )
                for row in sorted(self.database.rows("campaign_assets"), key=lambda row: row["id"])
            ],
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
        self, record: Record, filters: Mapping[str, Any], *, limit: int, offset: int
    ) -> tuple[list[Mapping[str, Any]], int]:
        table, moment = _TABLES[record]
        rows = [row for row in self.database.rows(table) if _matches(row, filters)]
        rows.sort(key=moment, reverse=True)
        shown: list[Mapping[str, Any]] = [await self._with_more(record, row) for row in rows[offset : offset + limit]]
        return shown, len(rows)

    async def _with_more(self, record: Record, row: Row) -> Row:
        if record is Record.PARTICIPANTS:
            return {**row, "total_score": await MemoryCampaigns(self.database).total_score(row["id"])}
        if record is Record.PROGRESS:
            return {**row, "asset_slug": self.database.tables["campaign_assets"][row["asset_id"]]["slug"]}
        return row


def _matches(row: Row, filters: Mapping[str, Any]) -> bool:
    """A moment is asked for by whether there is one."""
    return all(
        (row[name] is not None) is value if name.endswith("_at") else row[name] == value
        for name, value in filters.items()
    )
