"""What campaigns have brought, for administrators: all of them with their totals, and the funnel of one by day."""

from collections.abc import Sequence
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, SkipValidation
from msgspec import Struct

from atg_core.campaigns.model import IDLE_TIMEOUT
from atg_core.campaigns.ports import CampaignQueries
from atg_core.clock import Clock
from atg_core.words import phrase
from atg_entrypoints.http.campaigns.wire import CampaignName, CampaignRow, DayRow
from atg_entrypoints.http.days import First, Last, days_of
from atg_entrypoints.http.locale import translator_of
from atg_entrypoints.http.policy import MARKETING
from atg_entrypoints.http.table_file import AsFile, TableFile, one_batch, table_routes
from atg_entrypoints.http.wire import Page, Paging
from atg_entrypoints.settings import Settings

_TAGS = ["campaigns, administration"]
_MAX_CAMPAIGNS = 100_000

Queries = NamedDependency[SkipValidation[CampaignQueries]]
Pages = NamedDependency[SkipValidation[Paging]]
Now = NamedDependency[SkipValidation[Clock]]
Zone = NamedDependency[SkipValidation[Settings]]


@get("/admin/campaigns", policy=MARKETING, tags=_TAGS, summary="Campaigns with their totals", also={400})
async def list_campaigns(campaign_queries: Queries, paging: Pages, clock: Now, settings: Zone) -> Page[CampaignRow]:
    """By name: every one that has an asset or a session."""
    today = clock().astimezone(settings.zone).date()
    found, total = await campaign_queries.campaigns(
        today, today - IDLE_TIMEOUT, limit=paging.size, offset=paging.offset
    )
    return paging.of([CampaignRow.of(each) for each in found], total)


@table_routes("/admin/campaigns", policy=MARKETING, tags=_TAGS, summary="Campaigns with their totals")
async def download_campaigns(
    request: Request[Any, Any, Any], campaign_queries: Queries, clock: Now, settings: Zone, as_file: AsFile
) -> Response[Any]:
    today = clock().astimezone(settings.zone).date()
    found, _ = await campaign_queries.campaigns(today, today - IDLE_TIMEOUT, limit=_MAX_CAMPAIGNS, offset=0)
    rows = [CampaignRow.of(each) for each in found]
    return await as_file(await _table(request, "campaigns", phrase("Campaigns"), CampaignRow, rows))


@get(
    "/admin/campaigns/{campaign:str}/days",
    policy=MARKETING,
    tags=_TAGS,
    summary="A campaign's funnel by day",
    also={400},
)
async def list_days(
    *,
    campaign: FromPath[CampaignName],
    campaign_queries: Queries,
    paging: Pages,
    clock: Now,
    settings: Zone,
    first: First = None,
    last: Last = None,
) -> Page[DayRow]:
    """Newest first; also days without sessions. By default 30 days up to today, at most 366, of `ATG_TIMEZONE`."""
    days = days_of(first, last, clock(), settings.zone)
    found = await campaign_queries.days(campaign, days.bounds(paging.offset, paging.size))
    return paging.of([DayRow.of(each) for each in found], days.number)


@table_routes(
    "/admin/campaigns/{campaign:str}/days",
    policy=MARKETING,
    tags=_TAGS,
    summary="A campaign's funnel by day",
    also={400},
)
async def download_days(
    *,
    request: Request[Any, Any, Any],
    campaign: FromPath[CampaignName],
    campaign_queries: Queries,
    clock: Now,
    settings: Zone,
    as_file: AsFile,
    first: First = None,
    last: Last = None,
) -> Response[Any]:
    days = days_of(first, last, clock(), settings.zone)
    found = [DayRow.of(each) for each in await campaign_queries.days(campaign, days.bounds(0, days.number))]
    return await as_file(await _table(request, "days", phrase("Days"), DayRow, found))


async def _table(
    request: Request[Any, Any, Any], name: str, title: str, row: type[Struct], found: Sequence[Struct]
) -> TableFile:
    translate, names = translator_of(request), row.__struct_fields__
    rows = [[getattr(each, field) for field in names] for each in found]
    return TableFile(name, translate(title), [translate(each) for each in names], one_batch(rows))


HANDLERS: Sequence[BaseRouteHandler] = (list_campaigns, *download_campaigns, list_days, *download_days)
