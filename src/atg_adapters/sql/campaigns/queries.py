"""Queries of campaigns on SQL: totals, assets and records for administrators."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from atg_adapters.sql.campaigns import reports
from atg_adapters.sql.campaigns.assets import asset_of
from atg_adapters.sql.database import Database, fields_of
from atg_adapters.sql.tables.campaigns import (
    campaign_assets,
    campaign_participants,
    campaign_progress,
    campaign_sessions,
    promo_codes,
    view_events,
)
from atg_core.campaigns.asset_ranking import AssetViews
from atg_core.campaigns.model import Asset
from atg_core.campaigns.ports import CampaignDay, CampaignTotals, Record, Totals

_assets, _people = campaign_assets.c, campaign_participants.c
_sessions, _seen, _codes = campaign_sessions.c, campaign_progress.c, promo_codes.c
_BATCH = 1_000
_limit: sa.BindParameter[int] = sa.bindparam("limit")
_offset: sa.BindParameter[int] = sa.bindparam("offset")

_ASSETS = sa.select(campaign_assets).where(_assets.campaign == sa.bindparam("of_campaign"))
_ASSET = _ASSETS.where(_assets.id == sa.bindparam("key"))
_PAGE_OF_ASSETS = _ASSETS.order_by(_assets.id).limit(_limit).offset(_offset)
_NUMBER_OF_ASSETS = _ASSETS.with_only_columns(sa.func.count())

_best_views = (
    sa.select(sa.func.max(_seen.points).label("points"))
    .join(campaign_sessions, _sessions.id == _seen.session_id)
    .where(_sessions.participant_id == _people.id)
    .group_by(_seen.asset_id)
    .correlate(campaign_participants)
    .subquery()
)
_total_score = sa.select(sa.func.coalesce(sa.func.sum(_best_views.c.points), 0)).scalar_subquery()
_RECORDS: Mapping[Record, sa.Select[Any]] = {
    Record.PARTICIPANTS: sa.select(campaign_participants, _total_score.label("total_score")).order_by(
        _people.created_at.desc(), _people.id
    ),
    Record.SESSIONS: sa.select(campaign_sessions).order_by(_sessions.created_at.desc(), _sessions.id),
    Record.PROGRESS: sa.select(campaign_progress, _assets.slug.label("asset_slug"))
    .join(campaign_assets)
    .order_by(_seen.viewed_at.desc(), _seen.session_id, _seen.asset_id),
    Record.EVENTS: sa.select(view_events).order_by(view_events.c.id.desc()),
    Record.PROMO_CODES: sa.select(promo_codes).order_by(_codes.issued_at.desc(), _codes.id),
}
_TABLES = {
    Record.PARTICIPANTS: campaign_participants,
    Record.SESSIONS: campaign_sessions,
    Record.PROGRESS: campaign_progress,
    Record.EVENTS: view_events,
    Record.PROMO_CODES: promo_codes,
}
_SESSION_OF: Mapping[Record, sa.ColumnElement[bool]] = {
    Record.PARTICIPANTS: _sessions.participant_id == _people.id,
    Record.PROGRESS: _sessions.id == _seen.session_id,
    Record.EVENTS: _sessions.id == view_events.c.session_id,
    Record.PROMO_CODES: _sessions.id == _codes.session_id,
}


class SqlCampaignQueries:
    """`CampaignQueries`."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def totals(self, today: date, active_since: date, campaign: str | None = None) -> Totals:
        asked = {"today": today, "active_since": active_since, "of_campaign": campaign}
        numbers_of, views_of = (reports.TOTALS, reports.VIEWS) if campaign is None else reports.OF_ONE
        async with self.database.reader() as connection:
            numbers = (await connection.execute(numbers_of, asked)).one()
            assets = [AssetViews(**_whole(row)) for row in await connection.execute(views_of, asked)]
        views = {
            "views_today": sum(each.today for each in assets),
            "views_all_time": sum(each.views for each in assets),
        }
        return Totals(**{**views, **_whole(numbers)}, assets=assets)

    async def campaigns(
        self, today: date, active_since: date, *, limit: int, offset: int
    ) -> tuple[list[CampaignTotals], int]:
        page = {"today": today, "active_since": active_since, "limit": limit, "offset": offset}
        async with self.database.reader() as connection:
            total: int = (await connection.execute(reports.NUMBER_OF_CAMPAIGNS)).scalar_one()
            rows = await connection.execute(reports.CAMPAIGNS, page)
            return [CampaignTotals(**_whole(row)) for row in rows], total

    async def days(self, campaign: str, days: Mapping[date, tuple[datetime, datetime]]) -> list[CampaignDay]:
        if not days:
            return []
        found = {day: CampaignDay(day=day) for day in days}
        asked = {"of_campaign": campaign, "first": min(days), "last": max(days)}
        async with self.database.reader() as connection:
            views = {row.day: int(row.views) for row in await connection.execute(reports.VIEWS_BY_DAY, asked)}
            for row in await connection.execute(reports.funnel(list(days.values())), {"of_campaign": campaign}):
                numbers = _whole(row)
                day = list(days)[numbers.pop("number")]
                found[day] = CampaignDay(day=day, **numbers)
        return [replace(each, views=views.get(day, 0)) for day, each in found.items()]

    async def assets(self, campaign: str, *, limit: int, offset: int) -> tuple[list[Asset], int]:
        page = {"of_campaign": campaign, "limit": limit, "offset": offset}
        async with self.database.reader() as connection:
            total = (await connection.execute(_NUMBER_OF_ASSETS, {"of_campaign": campaign})).scalar_one()
            return [asset_of(row) for row in await connection.execute(_PAGE_OF_ASSETS, page)], total

    async def asset(self, campaign: str, asset_id: int) -> Asset:
        return asset_of(await self.database.row(_ASSET, {"of_campaign": campaign, "key": asset_id}))

    async def listed(
        self, record: Record, filters: Mapping[str, Any], *, active_since: datetime, limit: int, offset: int
    ) -> tuple[list[Mapping[str, Any]], int]:
        selected, wanted = _selected(record, filters, active_since)
        counting = sa.select(sa.func.count()).select_from(_TABLES[record]).where(*wanted)
        async with self.database.reader() as connection:
            total = (await connection.execute(counting)).scalar_one()
            rows = await connection.execute(selected.limit(limit).offset(offset))
            return [fields_of(row) for row in rows], total

    async def all_listed(
        self, record: Record, filters: Mapping[str, Any], *, active_since: datetime
    ) -> AsyncGenerator[Sequence[Mapping[str, Any]]]:
        selected, _ = _selected(record, filters, active_since)
        # Both are closed when the reader leaves early.
        async with self.database.snapshot() as connection, aclosing(connection.batches(selected, _BATCH)) as batches:
            async for batch in batches:
                yield [fields_of(row) for row in batch]


def _selected(
    record: Record, filters: Mapping[str, Any], active_since: datetime
) -> tuple[sa.Select[Any], list[sa.ColumnElement[bool]]]:
    """All that match, and what makes them match."""
    is_active = _sessions.last_seen >= active_since
    wanted = [_matches(record, field, value, is_active) for field, value in filters.items()]
    selected = _RECORDS[record].where(*wanted)
    return selected.add_columns(is_active.label("is_active")) if record is Record.SESSIONS else selected, wanted


def _matches(record: Record, field: str, value: Any, is_active: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Times are filtered by whether they are set."""
    columns = _TABLES[record].c
    if field == "is_active":
        return is_active if value else sa.not_(is_active)
    if field == "campaign" and field not in columns:
        return sa.exists().where(_SESSION_OF[record], _sessions.campaign == value)
    column = columns[field]
    if isinstance(value, bool) and not isinstance(column.type, sa.Boolean):
        return column.is_not(None) if value else column.is_(None)
    same: sa.ColumnElement[bool] = column == value
    return same


def _whole(row: Any) -> dict[str, Any]:
    """PostgreSQL sums big numbers to decimals."""
    texts = ("slug", "name", "campaign")
    return {name: value if name in texts else int(value) for name, value in fields_of(row).items()}
