"""Reading campaigns on SQL: what dashboards and administrators see."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa

from atg_adapters.sql.campaign_assets import asset_of
from atg_adapters.sql.database import Database, fields_of
from atg_adapters.sql.tables.campaigns import (
    campaign_assets,
    campaign_counts,
    campaign_participants,
    campaign_progress,
    campaign_sessions,
    promo_codes,
    view_events,
)
from atg_core.campaigns.model import EVER, Asset, Counter
from atg_core.campaigns.popularity import AssetViews
from atg_core.campaigns.ports import Record, Totals

_assets, _counts, _people = campaign_assets.c, campaign_counts.c, campaign_participants.c
_sessions, _seen = campaign_sessions.c, campaign_progress.c
_limit: sa.BindParameter[int] = sa.bindparam("limit")
_offset: sa.BindParameter[int] = sa.bindparam("offset")


def _sum_of(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((condition, _counts.number), else_=0)), 0)


_of = _counts.counter
_today = _counts.day == sa.bindparam("today", type_=sa.Date)
_ever = _counts.day == EVER
_active = _counts.day > sa.bindparam("active_since", type_=sa.Date)
_TOTALS = sa.select(
    _sum_of((_of == Counter.VIEWS) & _today).label("views_today"),
    _sum_of((_of == Counter.VIEWS) & _ever).label("views_all_time"),
    _sum_of(_of == Counter.SESSIONS).label("sessions"),
    _sum_of((_of == Counter.SEEN) & _active).label("active_sessions"),
    _sum_of(_of == Counter.PARTICIPANTS).label("participants"),
    _sum_of(_of == Counter.CODES_ISSUED).label("codes_issued"),
    _sum_of(_of == Counter.CODES_SENT).label("codes_sent"),
).where(_ever | _active)
_VIEWS = (
    sa.select(
        _assets.id.label("asset_id"),
        _assets.slug,
        _assets.name,
        _sum_of((_of == Counter.VIEWS) & _today).label("today"),
        _sum_of((_of == Counter.VIEWS) & _ever).label("views"),
        _sum_of(_of == Counter.FIRST_VIEWS).label("first_views"),
    )
    .outerjoin(campaign_counts, sa.and_(_counts.asset_id == _assets.id, _ever | _today))
    .group_by(_assets.id)
    .order_by(_assets.id)
)
_ASSETS = sa.select(campaign_assets).where(_assets.campaign == sa.bindparam("of_campaign"))
_ASSET = _ASSETS.where(_assets.id == sa.bindparam("key"))
_PAGE_OF_ASSETS = _ASSETS.order_by(_assets.id).limit(_limit).offset(_offset)
_NUMBER_OF_ASSETS = _ASSETS.with_only_columns(sa.func.count())

_viewed_by = (
    sa.select(_seen.asset_id)
    .join(campaign_sessions, _sessions.id == _seen.session_id)
    .where(_sessions.participant_id == _people.id)
)
_total_score = (
    sa.select(sa.func.coalesce(sa.func.sum(_assets.points), 0))
    .where(_assets.id.in_(_viewed_by.correlate(campaign_participants)))
    .scalar_subquery()
)
_RECORDS: Mapping[Record, sa.Select[Any]] = {
    Record.PARTICIPANTS: sa.select(campaign_participants, _total_score.label("total_score")).order_by(
        _people.created_at.desc(), _people.id
    ),
    Record.SESSIONS: sa.select(campaign_sessions).order_by(_sessions.created_at.desc(), _sessions.id),
    Record.PROGRESS: sa.select(campaign_progress, _assets.slug.label("asset_slug"))
    .join(campaign_assets)
    .order_by(_seen.viewed_at.desc(), _seen.session_id, _seen.asset_id),
    Record.EVENTS: sa.select(view_events).order_by(view_events.c.id.desc()),
    Record.PROMO_CODES: sa.select(promo_codes).order_by(promo_codes.c.issued_at.desc(), promo_codes.c.id),
}
_TABLES = {
    Record.PARTICIPANTS: campaign_participants,
    Record.SESSIONS: campaign_sessions,
    Record.PROGRESS: campaign_progress,
    Record.EVENTS: view_events,
    Record.PROMO_CODES: promo_codes,
}


class SqlCampaignReads:
    """`Campaigns`: plain reads."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def totals(self, today: date, active_since: date) -> Totals:
        async with self.database.reader() as connection:
            totals = (await connection.execute(_TOTALS, {"today": today, "active_since": active_since})).one()
            views = await connection.execute(_VIEWS, {"today": today})
            assets = [AssetViews(**_whole(row)) for row in views]
            return Totals(**_whole(totals), assets=assets)

    async def assets(self, campaign: str, *, limit: int, offset: int) -> tuple[list[Asset], int]:
        page = {"of_campaign": campaign, "limit": limit, "offset": offset}
        async with self.database.reader() as connection:
            total = (await connection.execute(_NUMBER_OF_ASSETS, {"of_campaign": campaign})).scalar_one()
            return [asset_of(row) for row in await connection.execute(_PAGE_OF_ASSETS, page)], total

    async def asset(self, campaign: str, asset_id: int) -> Asset:
        return asset_of(await self.database.row(_ASSET, {"of_campaign": campaign, "key": asset_id}))

    async def listed(
        self, record: Record, filters: Mapping[str, Any], *, limit: int, offset: int
    ) -> tuple[list[Mapping[str, Any]], int]:
        table = _TABLES[record]
        wanted = [_matches(table.c[field], value) for field, value in filters.items()]
        async with self.database.reader() as connection:
            total = (
                await connection.execute(sa.select(sa.func.count()).select_from(table).where(*wanted))
            ).scalar_one()
            rows = await connection.execute(_RECORDS[record].where(*wanted).limit(limit).offset(offset))
            return [fields_of(row) for row in rows], total


def _matches(column: sa.Column[Any], value: Any) -> sa.ColumnElement[bool]:
    """A moment is asked for by whether there is one."""
    if isinstance(value, bool) and not isinstance(column.type, sa.Boolean):
        return column.is_not(None) if value else column.is_(None)
    same: sa.ColumnElement[bool] = column == value
    return same


def _whole(row: Any) -> dict[str, Any]:
    """PostgreSQL sums big numbers to decimals."""
    texts = ("slug", "name")
    return {name: value if name in texts else int(value) for name, value in fields_of(row).items()}
