"""All campaigns with their totals, beginning one, and the funnel of one by day."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from litestar import Response, get, post
from litestar.handlers import BaseRouteHandler
from msgspec import Struct

from atg_core.campaigns.asset_ranking import best_asset
from atg_core.campaigns.model import IDLE_TIMEOUT
from atg_core.campaigns.ports import CampaignQueries
from atg_core.errors import Invalid
from atg_entrypoints.console.campaigns.asked import (
    CAMPAIGNS,
    EDITS,
    REPORTS,
    Asked,
    Campaign,
    KnowsSettings,
    KnowsTime,
    Pages,
    Queries,
    shown,
)
from atg_entrypoints.console.forms import CLEAN, Form, Refusals, checked, form_again, line_of
from atg_entrypoints.console.pages import led_to, message_of, page
from atg_entrypoints.console.queries import day_of, query_of
from atg_entrypoints.http.campaigns.wire import CampaignName
from atg_entrypoints.http.days import days_of
from atg_entrypoints.http.wire import Paging

_STEPS = ("sessions", "viewed", "completed", "participants", "sent", "used")


class CampaignForm(Struct, frozen=True):
    name: CampaignName


@get("/campaigns", policy=REPORTS)
async def show_campaigns(
    request: Asked, campaign_queries: Queries, clock: KnowsTime, settings: KnowsSettings, paging: Pages
) -> Response[str]:
    today = clock().astimezone(settings.zone).date()
    values = await _campaigns(request, campaign_queries, today, paging)
    return page(request, "campaigns/list", {**values, **CLEAN, "name": ""})


@post("/campaigns", policy=EDITS, status_code=HTTPStatus.OK)
async def begin_campaign(
    *,
    request: Asked,
    data: Form,
    campaign_queries: Queries,
    clock: KnowsTime,
    settings: KnowsSettings,
    paging: Pages,
) -> Response[Any]:
    """A campaign is there with its first asset: leads to where that is added."""
    name = line_of(data, "name") or ""
    try:
        given = checked(CampaignForm, {"name": name})
    except Refusals as error:
        today = clock().astimezone(settings.zone).date()
        values = await _campaigns(request, campaign_queries, today, paging)
        return form_again(request, "campaigns/list", {**values, "name": name}, error)
    return led_to(f"{CAMPAIGNS}/{given.name}/assets")


async def _campaigns(request: Asked, queries: CampaignQueries, today: Any, paging: Paging) -> dict[str, Any]:
    found, total = await queries.campaigns(today, today - IDLE_TIMEOUT, limit=paging.size, offset=paging.offset)
    may_edit = request.user.role in EDITS.roles
    return {"found": paging.of(found, total), "may_edit": may_edit, "back": CAMPAIGNS}


@get("/campaigns/{campaign:str}", policy=REPORTS)
async def show_funnel(
    request: Asked, campaign: Campaign, campaign_queries: Queries, clock: KnowsTime, settings: KnowsSettings
) -> Response[str]:
    """By default of the latest thirty days, of a year at most."""
    now, fault = clock(), ""
    query = {name: day_of(request.query_params.get(name, "")) for name in ("from", "to")}
    try:
        days = days_of(query["from"], query["to"], now, settings.zone)
    except Invalid as error:
        fault = message_of(request, error.faults[0])
        days = days_of(None, None, now, settings.zone)
    today = now.astimezone(settings.zone).date()
    totals = await campaign_queries.totals(today, today - IDLE_TIMEOUT, campaign)
    by_day = await campaign_queries.days(campaign, days.bounds(0, days.number))
    sums = {step: sum(getattr(each, step) for each in by_day) for step in _STEPS}
    values = {
        "totals": totals,
        "best": best_asset(totals.assets),
        "days": by_day,
        "sums": sums,
        "first": days.first,
        "last": days.last,
        "query": query_of({"from": days.first, "to": days.last}),
        "fault": fault,
    }
    return page(request, "campaigns/funnel", shown(campaign, "funnel", **values))


HANDLERS: Sequence[BaseRouteHandler] = (show_campaigns, begin_campaign, show_funnel)
