"""Statements of the totals of campaigns, from counters, and of their funnel by day."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from atg_adapters.sql.tables.campaigns import (
    campaign_assets,
    campaign_counts,
    campaign_progress,
    campaign_sessions,
    promo_codes,
)
from atg_adapters.sql.types import UtcDateTime
from atg_core.campaigns.model import ALL_DAYS, Counter

_assets, _counts, _sessions = campaign_assets.c, campaign_counts.c, campaign_sessions.c
_codes = promo_codes.c
_campaign: sa.BindParameter[str] = sa.bindparam("of_campaign")


def _sum_of(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((condition, _counts.number), else_=0)), 0)


_of = _counts.counter
_today = _counts.day == sa.bindparam("today", type_=sa.Date)
_ever = _counts.day == ALL_DAYS
_views_today, _views_ever = (_of == Counter.VIEWS) & _today, (_of == Counter.VIEWS) & _ever
_first_views = (_of == Counter.FIRST_VIEWS) & _ever
_active = (_of == Counter.LAST_SEEN) & (_counts.day > sa.bindparam("active_since", type_=sa.Date))
_of_no_asset = (Counter.SESSIONS, Counter.PARTICIPANTS, Counter.CODES_ISSUED, Counter.CODES_SENT)
_is_counted = _active | sa.or_(*((_of == each) & _ever for each in _of_no_asset))
# Who is in many campaigns is one of all: that number is kept under no campaign.
_of_all = (_of != Counter.PARTICIPANTS) | (_counts.campaign == "")
_NUMBERS = (
    _sum_of(_of == Counter.SESSIONS).label("sessions"),
    _sum_of(_active).label("active_sessions"),
    _sum_of(_of == Counter.PARTICIPANTS).label("participants"),
    _sum_of(_of == Counter.CODES_ISSUED).label("codes_issued"),
    _sum_of(_of == Counter.CODES_SENT).label("codes_sent"),
)
TOTALS = sa.select(
    _sum_of(_views_today).label("views_today"), _sum_of(_views_ever).label("views_all_time"), *_NUMBERS
).where(_views_today | _views_ever | (_is_counted & _of_all))

_views = (
    sa.select(
        _counts.asset_id,
        _sum_of(_views_today).label("today"),
        _sum_of(_views_ever).label("views"),
        _sum_of(_first_views).label("first_views"),
    )
    .where(_views_today | _views_ever | _first_views)
    .group_by(_counts.asset_id)
    .subquery()
)
VIEWS = (
    sa.select(
        _assets.id.label("asset_id"),
        _assets.slug,
        _assets.name,
        *(sa.func.coalesce(_views.c[name], 0).label(name) for name in ("today", "views", "first_views")),
    )
    .outerjoin(_views, _views.c.asset_id == _assets.id)
    .order_by(_assets.id)
)
OF_ONE = (
    sa.select(*_NUMBERS).where(_is_counted, _counts.campaign == _campaign),
    VIEWS.where(_assets.campaign == _campaign),
)
"""The same two of one campaign, whose views are those of its assets."""

_stocked = (
    sa.select(
        _assets.campaign,
        sa.func.count().label("assets"),
        sa.func.sum(_assets.points).label("points"),
        sa.func.sum(sa.func.coalesce(_views.c.today, 0)).label("views_today"),
        sa.func.sum(sa.func.coalesce(_views.c.views, 0)).label("views_all_time"),
    )
    .outerjoin(_views, _views.c.asset_id == _assets.id)
    .group_by(_assets.campaign)
    .subquery()
)
_visited = (
    sa.select(_counts.campaign, *_NUMBERS)
    .where(_is_counted, _counts.campaign != "")
    .group_by(_counts.campaign)
    .subquery()
)
_names = sa.union(
    sa.select(_assets.campaign),
    sa.select(_counts.campaign).where(_of == Counter.SESSIONS, _ever, _counts.campaign != ""),
).subquery()
NUMBER_OF_CAMPAIGNS = sa.select(sa.func.count()).select_from(_names)
CAMPAIGNS = (
    sa.select(
        _names.c.campaign,
        *(
            sa.func.coalesce(source.c[column.name], 0).label(column.name)
            for source in (_stocked, _visited)
            for column in source.c
            if column.name != "campaign"
        ),
    )
    .select_from(_names)
    .outerjoin(_stocked, _stocked.c.campaign == _names.c.campaign)
    .outerjoin(_visited, _visited.c.campaign == _names.c.campaign)
    .order_by(_names.c.campaign)
    .limit(sa.bindparam("limit"))
    .offset(sa.bindparam("offset"))
)

VIEWS_BY_DAY = (
    sa.select(_counts.day, sa.func.sum(_counts.number).label("views"))
    .join(campaign_assets, _assets.id == _counts.asset_id)
    .where(_of == Counter.VIEWS, _assets.campaign == _campaign)
    .where(_counts.day.between(sa.bindparam("first", type_=sa.Date), sa.bindparam("last", type_=sa.Date)))
    .group_by(_counts.day)
)
_was_viewed = sa.exists().where(campaign_progress.c.session_id == _sessions.id)


def funnel(days: Sequence[tuple[datetime, datetime]]) -> sa.Select[Any]:
    """Of the sessions that began between each two instants: `number` says between which."""
    columns = (sa.column("number", sa.Integer), sa.column("begins", UtcDateTime), sa.column("ends", UtcDateTime))
    periods = sa.values(*columns, name="periods").data([(number, *day) for number, day in enumerate(days)]).cte()
    begun = (_sessions.created_at >= periods.c.begins) & (_sessions.created_at < periods.c.ends)
    return (
        sa.select(
            periods.c.number,
            sa.func.count().label("sessions"),
            sa.func.sum(sa.case((_was_viewed, 1), else_=0)).label("viewed"),
            sa.func.count(_codes.id).label("completed"),
            sa.func.count(_sessions.participant_id).label("participants"),
            sa.func.count(_codes.sent_at).label("sent"),
            sa.func.count(_codes.used_at).label("used"),
        )
        .select_from(periods)
        .join(campaign_sessions, begun)
        .outerjoin(promo_codes, _codes.session_id == _sessions.id)
        .where(_sessions.campaign == _campaign)
        .group_by(periods.c.number)
    )
