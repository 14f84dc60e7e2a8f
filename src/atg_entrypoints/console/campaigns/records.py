"""Participants of a campaign, and its promo codes, one of which can be redeemed."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import SkipValidation

from atg_core.campaigns.model import IDLE_TIMEOUT
from atg_core.campaigns.ports import CampaignQueries, PromoCodeNotFound, Record
from atg_core.campaigns.promo_codes import RedeemPromoCode, canonical
from atg_core.clock import Clock
from atg_core.text import canonical_email
from atg_core.words import phrase
from atg_entrypoints.console.campaigns.asked import (
    CAMPAIGNS,
    RECORDS,
    REDEEMS,
    Asked,
    Campaign,
    KnowsTime,
    Pages,
    Queries,
    Short,
    shown,
)
from atg_entrypoints.console.forms import CLEAN, Form, Refusals, checked, form_again, line_of
from atg_entrypoints.console.pages import led_to, page
from atg_entrypoints.console.queries import choice_of, query_of
from atg_entrypoints.http.campaigns.wire import Redemption
from atg_entrypoints.http.wire import Paging

_DONE = {"redeemed": phrase("The code is redeemed, and can not be used once more")}
_LONGEST_EMAIL, _LONGEST_CODE = 254, 100


@get("/campaigns/{campaign:str}/participants", policy=RECORDS)
async def show_participants(
    request: Asked, campaign: Campaign, campaign_queries: Queries, clock: KnowsTime, paging: Pages
) -> Response[str]:
    query = request.query_params
    email, verified = _word(query, "email", _LONGEST_EMAIL), choice_of(query.get("verified", ""))
    filters = {"email": canonical_email(email) if email else None, "is_verified": verified}
    found = await _found(campaign_queries, clock, Record.PARTICIPANTS, {"campaign": campaign, **filters}, paging)
    values = {"found": found, "email": email, "verified": verified}
    queries = {
        "query": query_of({"email": email, "verified": verified}),
        "file_query": query_of({"email": email, "is_verified": verified}),
    }
    return page(request, "campaigns/participants", shown(campaign, "participants", **values, **queries))


@get("/campaigns/{campaign:str}/promo-codes", policy=RECORDS)
async def show_issued_codes(
    *,
    request: Asked,
    campaign: Campaign,
    campaign_queries: Queries,
    clock: KnowsTime,
    paging: Pages,
    done: Short = "",
) -> Response[str]:
    values = await _codes(request, campaign, campaign_queries, clock, paging)
    return page(request, "campaigns/promo_codes", {**values, **CLEAN, "given": "", "done": _DONE.get(done)})


@post("/campaigns/{campaign:str}/promo-codes", policy=REDEEMS, status_code=HTTPStatus.OK)
async def redeem_here(
    *,
    request: Asked,
    data: Form,
    campaign: Campaign,
    campaign_queries: Queries,
    clock: KnowsTime,
    paging: Pages,
    redeem_promo_code: NamedDependency[SkipValidation[RedeemPromoCode]],
) -> Response[Any]:
    """Whichever campaign it is of: who stands at a counter knows the code alone."""
    code = line_of(data, "code") or ""
    try:
        await redeem_promo_code(checked(Redemption, {"code": code}).code)
    except (*Refusals, PromoCodeNotFound) as error:
        values = await _codes(request, campaign, campaign_queries, clock, paging)
        return form_again(request, "campaigns/promo_codes", {**values, "given": code}, error)
    return led_to(f"{CAMPAIGNS}/{campaign}/promo-codes?done=redeemed")


async def _codes(
    request: Asked, campaign: str, queries: CampaignQueries, clock: Clock, paging: Paging
) -> dict[str, Any]:
    query = request.query_params
    code, sent, used = (
        _word(query, "q", _LONGEST_CODE),
        choice_of(query.get("sent", "")),
        choice_of(query.get("used", "")),
    )
    filters = {"campaign": campaign, "code": canonical(code) if code else None, "sent_at": sent, "used_at": used}
    found = await _found(queries, clock, Record.PROMO_CODES, filters, paging)
    return shown(
        campaign,
        "promo_codes",
        found=found,
        q=code,
        sent=sent,
        used=used,
        query=query_of({"q": code, "sent": sent, "used": used}),
        file_query=query_of({"code": code, "sent": sent, "used": used}),
        may_redeem=request.user.role in REDEEMS.roles,
        back=f"{CAMPAIGNS}/{campaign}/promo-codes",
    )


async def _found(
    queries: CampaignQueries, clock: Clock, record: Record, filters: Mapping[str, Any], paging: Paging
) -> Any:
    wanted = {name: value for name, value in filters.items() if value is not None}
    since = clock() - IDLE_TIMEOUT
    rows, total = await queries.listed(record, wanted, active_since=since, limit=paging.size, offset=paging.offset)
    return paging.of(rows, total)


def _word(query: Mapping[str, str], name: str, longest: int) -> str:
    return query.get(name, "").replace("\x00", "").strip()[:longest]


HANDLERS: Sequence[BaseRouteHandler] = (show_participants, show_issued_codes, redeem_here)
