"""What marketers do with campaigns: edit the assets, and look at what visitors did."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from litestar import delete, get, post, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter, SkipValidation
from msgspec import UNSET, to_builtins

from atg_core.campaigns.editing import EditAssets
from atg_core.campaigns.model import EventType
from atg_core.campaigns.ports import AssetNotFound, Campaigns, Record
from atg_entrypoints.http.campaigns_wire import (
    AssetChanges,
    AssetCreation,
    AssetRow,
    CampaignName,
    EventRow,
    IssuedCodeRow,
    ParticipantRow,
    ViewedRow,
    VisitRow,
)
from atg_entrypoints.http.policy import ADMIN
from atg_entrypoints.http.wire import NO_NUL, Page, Paging, serial_or, to_wire

_TAGS = ["campaigns, administration"]

Reads = NamedDependency[SkipValidation[Campaigns]]
Editing = NamedDependency[SkipValidation[EditAssets]]
Pages = NamedDependency[SkipValidation[Paging]]

Campaign = Annotated[CampaignName | None, QueryParameter(name="campaign")]
Email = Annotated[str | None, QueryParameter(name="email", max_length=254, pattern=NO_NUL)]
Session = Annotated[UUID | None, QueryParameter(name="session_id")]
Participant = Annotated[UUID | None, QueryParameter(name="participant_id")]
AssetId = Annotated[int | None, QueryParameter(name="asset_id", ge=1, le=2**31 - 1)]


@get("/campaigns/{campaign:str}/assets", policy=ADMIN, tags=_TAGS, summary="A campaign's assets")
async def list_assets(campaign: FromPath[CampaignName], campaigns: Reads, paging: Pages) -> Page[AssetRow]:
    assets, total = await campaigns.assets(campaign, limit=paging.size, offset=paging.offset)
    return paging.of(to_wire(assets, list[AssetRow]), total)


@post("/campaigns/{campaign:str}/assets", policy=ADMIN, tags=_TAGS, summary="Add an asset", also={409})
async def add_asset(campaign: FromPath[CampaignName], data: JSONBody[AssetCreation], edit_assets: Editing) -> AssetRow:
    return to_wire(await edit_assets.add(campaign, to_builtins(data)), AssetRow)


@get("/campaigns/{campaign:str}/assets/{asset_id:str}", policy=ADMIN, tags=_TAGS, summary="An asset")
async def show_asset(campaign: FromPath[CampaignName], asset_id: FromPath[str], campaigns: Reads) -> AssetRow:
    return to_wire(await campaigns.asset(campaign, serial_or(AssetNotFound, asset_id)), AssetRow)


@put("/campaigns/{campaign:str}/assets/{asset_id:str}", policy=ADMIN, tags=_TAGS, summary="Change an asset", also={409})
async def change_asset(
    campaign: FromPath[CampaignName], asset_id: FromPath[str], data: JSONBody[AssetChanges], edit_assets: Editing
) -> AssetRow:
    named = {name: value for name in data.__struct_fields__ if (value := getattr(data, name)) is not UNSET}
    return to_wire(await edit_assets.change(campaign, serial_or(AssetNotFound, asset_id), named), AssetRow)


@delete(
    "/campaigns/{campaign:str}/assets/{asset_id:str}",
    policy=ADMIN,
    tags=_TAGS,
    summary="Delete an asset that nobody has viewed",
    also={409},
)
async def delete_asset(campaign: FromPath[CampaignName], asset_id: FromPath[str], edit_assets: Editing) -> None:
    await edit_assets.delete(campaign, serial_or(AssetNotFound, asset_id))


@get("/admin/campaigns/participants", policy=ADMIN, tags=_TAGS, summary="Who has left an email", also={400})
async def list_participants(
    campaigns: Reads,
    paging: Pages,
    email: Email = None,
    is_verified: Annotated[bool | None, QueryParameter(name="is_verified")] = None,
) -> Page[ParticipantRow]:
    filters = {"email": email and email.lower(), "is_verified": is_verified}
    return await _listed(campaigns, paging, Record.PARTICIPANTS, filters, ParticipantRow)


@get("/admin/campaigns/sessions", policy=ADMIN, tags=_TAGS, summary="Visits", also={400})
async def list_sessions(
    campaigns: Reads,
    paging: Pages,
    campaign: Campaign = None,
    participant_id: Participant = None,
    is_active: Annotated[bool | None, QueryParameter(name="is_active")] = None,
) -> Page[VisitRow]:
    filters = {"campaign": campaign, "participant_id": participant_id, "is_active": is_active}
    return await _listed(campaigns, paging, Record.SESSIONS, filters, VisitRow)


@get("/admin/campaigns/progress", policy=ADMIN, tags=_TAGS, summary="Which session has viewed what", also={400})
async def list_progress(
    campaigns: Reads, paging: Pages, session_id: Session = None, asset_id: AssetId = None
) -> Page[ViewedRow]:
    filters = {"session_id": session_id, "asset_id": asset_id}
    return await _listed(campaigns, paging, Record.PROGRESS, filters, ViewedRow)


@get("/admin/campaigns/events", policy=ADMIN, tags=_TAGS, summary="What visitors did", also={400})
async def list_events(
    campaigns: Reads,
    paging: Pages,
    session_id: Session = None,
    asset_id: AssetId = None,
    event_type: Annotated[EventType | None, QueryParameter(name="event_type")] = None,
) -> Page[EventRow]:
    filters = {"session_id": session_id, "asset_id": asset_id, "event_type": event_type}
    return await _listed(campaigns, paging, Record.EVENTS, filters, EventRow)


@get("/admin/campaigns/promo-codes", policy=ADMIN, tags=_TAGS, summary="Promo codes", also={400})
async def list_promo_codes(
    *,
    campaigns: Reads,
    paging: Pages,
    code: Annotated[str | None, QueryParameter(name="code", max_length=40, pattern=NO_NUL)] = None,
    session_id: Session = None,
    participant_id: Participant = None,
    email: Email = None,
    sent: Annotated[bool | None, QueryParameter(name="sent")] = None,
    used: Annotated[bool | None, QueryParameter(name="used")] = None,
) -> Page[IssuedCodeRow]:
    filters = {
        "code": code,
        "session_id": session_id,
        "participant_id": participant_id,
        "email": email and email.lower(),
        "sent_at": sent,
        "used_at": used,
    }
    return await _listed(campaigns, paging, Record.PROMO_CODES, filters, IssuedCodeRow)


async def _listed[Row](
    campaigns: Campaigns, paging: Paging, record: Record, filters: Mapping[str, Any], row: type[Row]
) -> Page[Row]:
    given = {name: value for name, value in filters.items() if value is not None}
    found, total = await campaigns.listed(record, given, limit=paging.size, offset=paging.offset)
    return paging.of([to_wire(each, row) for each in found], total)


HANDLERS: Sequence[BaseRouteHandler] = (
    list_assets,
    add_asset,
    show_asset,
    change_asset,
    delete_asset,
    list_participants,
    list_sessions,
    list_progress,
    list_events,
    list_promo_codes,
)
