"""The records of campaigns for administrators, as pages and as files."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.di import NamedDependency, Provide
from litestar.handlers import BaseRouteHandler
from litestar.params import QueryParameter, SkipValidation
from msgspec import Struct, json

from atg_core.campaigns.model import IDLE_TIMEOUT, EventType
from atg_core.campaigns.ports import CampaignQueries, Record
from atg_core.campaigns.promo_codes import canonical
from atg_core.clock import Clock
from atg_core.text import canonical_email
from atg_core.words import phrase
from atg_entrypoints.http.campaigns.wire import Campaign, EventRow, IssuedCodeRow, ParticipantRow, ViewedRow, VisitRow
from atg_entrypoints.http.locale import Translator, translator_of
from atg_entrypoints.http.policy import MARKETING
from atg_entrypoints.http.table_file import AsFile, TableFile, table_routes
from atg_entrypoints.http.wire import NO_NUL, Page, Paging, to_wire

_TAGS = ["campaigns, administration"]

_TITLES: Mapping[Record, str] = {
    Record.PARTICIPANTS: phrase("Participants"),
    Record.SESSIONS: phrase("Visitor sessions"),
    Record.PROGRESS: phrase("Progress of sessions"),
    Record.EVENTS: phrase("Events"),
    Record.PROMO_CODES: phrase("Promo codes"),
}

AnyRequest = Request[Any, Any, Any]
Queries = NamedDependency[SkipValidation[CampaignQueries]]
Now = NamedDependency[SkipValidation[Clock]]
Filters = NamedDependency[SkipValidation[Mapping[str, Any]]]
Pages = NamedDependency[SkipValidation[Paging]]
Email = Annotated[str | None, QueryParameter(name="email", max_length=254, pattern=NO_NUL)]
Session = Annotated[UUID | None, QueryParameter(name="session_id")]
Participant = Annotated[UUID | None, QueryParameter(name="participant_id")]
AssetId = Annotated[int | None, QueryParameter(name="asset_id", ge=1, le=2**31 - 1)]


def _of_participants(
    campaign: Campaign = None,
    email: Email = None,
    is_verified: Annotated[bool | None, QueryParameter(name="is_verified")] = None,
) -> Mapping[str, Any]:
    return {"campaign": campaign, "email": email and canonical_email(email), "is_verified": is_verified}


def _of_sessions(
    campaign: Campaign = None,
    participant_id: Participant = None,
    is_active: Annotated[
        bool | None, QueryParameter(name="is_active", description="With a request within the last 30 days")
    ] = None,
) -> Mapping[str, Any]:
    return {"campaign": campaign, "participant_id": participant_id, "is_active": is_active}


def _of_progress(campaign: Campaign = None, session_id: Session = None, asset_id: AssetId = None) -> Mapping[str, Any]:
    return {"campaign": campaign, "session_id": session_id, "asset_id": asset_id}


def _of_events(
    campaign: Campaign = None,
    session_id: Session = None,
    asset_id: AssetId = None,
    event_type: Annotated[EventType | None, QueryParameter(name="event_type")] = None,
) -> Mapping[str, Any]:
    return {"campaign": campaign, "session_id": session_id, "asset_id": asset_id, "event_type": event_type}


def _of_promo_codes(
    *,
    campaign: Campaign = None,
    code: Annotated[str | None, QueryParameter(name="code", max_length=100, pattern=NO_NUL)] = None,
    session_id: Session = None,
    participant_id: Participant = None,
    email: Email = None,
    sent: Annotated[bool | None, QueryParameter(name="sent")] = None,
    used: Annotated[bool | None, QueryParameter(name="used")] = None,
) -> Mapping[str, Any]:
    return {
        "campaign": campaign,
        "code": code and canonical(code),
        "session_id": session_id,
        "participant_id": participant_id,
        "email": email and canonical_email(email),
        "sent_at": sent,
        "used_at": used,
    }


def _filtered(filters: Callable[..., Mapping[str, Any]]) -> dict[str, Any]:
    """What the two routes of a record have in common."""
    provided = {"filters": Provide(filters, sync_to_thread=False)}
    return {"policy": MARKETING, "tags": _TAGS, "also": {400}, "dependencies": provided}


def _cell(value: object) -> object:
    """What a visitor sent along, and truth, in JSON."""
    return json.encode(value).decode() if isinstance(value, dict | bool) else value


def _given(filters: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in filters.items() if value is not None}


async def _found(
    campaign_queries: CampaignQueries, clock: Clock, record: Record, filters: Mapping[str, Any], **page: int
) -> tuple[list[Mapping[str, Any]], int]:
    return await campaign_queries.listed(record, _given(filters), active_since=clock() - IDLE_TIMEOUT, **page)


def _all_found(
    campaign_queries: CampaignQueries, clock: Clock, record: Record, filters: Mapping[str, Any]
) -> AsyncGenerator[Sequence[Mapping[str, Any]]]:
    return campaign_queries.all_listed(record, _given(filters), active_since=clock() - IDLE_TIMEOUT)


def _table(
    translate: Translator,
    record: Record,
    row: type[Struct],
    batches_of: Callable[[], AsyncGenerator[Sequence[Mapping[str, Any]]]],
) -> TableFile:
    names = row.__struct_fields__

    async def batches() -> AsyncIterator[list[list[object]]]:
        async with aclosing(batches_of()) as found:
            async for batch in found:
                rows = [to_wire(each, row) for each in batch]
                yield [[_cell(getattr(each, name)) for name in names] for each in rows]

    return TableFile(record.value, translate(_TITLES[record]), [translate(name) for name in names], batches())


@get("/admin/campaigns/participants", summary="Participants", **_filtered(_of_participants))
async def list_participants(
    campaign_queries: Queries, clock: Now, filters: Filters, paging: Pages
) -> Page[ParticipantRow]:
    found = await _found(campaign_queries, clock, Record.PARTICIPANTS, filters, limit=paging.size, offset=paging.offset)
    return paging.of(to_wire(found[0], list[ParticipantRow]), found[1])


@table_routes("/admin/campaigns/participants", summary="Participants", **_filtered(_of_participants))
async def download_participants(
    request: AnyRequest, campaign_queries: Queries, clock: Now, filters: Filters, as_file: AsFile
) -> Response[Any]:
    found = partial(_all_found, campaign_queries, clock, Record.PARTICIPANTS, filters)
    return await as_file(_table(translator_of(request), Record.PARTICIPANTS, ParticipantRow, found))


@get("/admin/campaigns/sessions", summary="Visitor sessions", **_filtered(_of_sessions))
async def list_sessions(campaign_queries: Queries, clock: Now, filters: Filters, paging: Pages) -> Page[VisitRow]:
    found = await _found(campaign_queries, clock, Record.SESSIONS, filters, limit=paging.size, offset=paging.offset)
    return paging.of(to_wire(found[0], list[VisitRow]), found[1])


@table_routes("/admin/campaigns/sessions", summary="Visitor sessions", **_filtered(_of_sessions))
async def download_sessions(
    request: AnyRequest, campaign_queries: Queries, clock: Now, filters: Filters, as_file: AsFile
) -> Response[Any]:
    found = partial(_all_found, campaign_queries, clock, Record.SESSIONS, filters)
    return await as_file(_table(translator_of(request), Record.SESSIONS, VisitRow, found))


@get("/admin/campaigns/progress", summary="Progress of sessions", **_filtered(_of_progress))
async def list_progress(campaign_queries: Queries, clock: Now, filters: Filters, paging: Pages) -> Page[ViewedRow]:
    found = await _found(campaign_queries, clock, Record.PROGRESS, filters, limit=paging.size, offset=paging.offset)
    return paging.of(to_wire(found[0], list[ViewedRow]), found[1])


@table_routes("/admin/campaigns/progress", summary="Progress of sessions", **_filtered(_of_progress))
async def download_progress(
    request: AnyRequest, campaign_queries: Queries, clock: Now, filters: Filters, as_file: AsFile
) -> Response[Any]:
    found = partial(_all_found, campaign_queries, clock, Record.PROGRESS, filters)
    return await as_file(_table(translator_of(request), Record.PROGRESS, ViewedRow, found))


@get("/admin/campaigns/events", summary="Events", **_filtered(_of_events))
async def list_events(campaign_queries: Queries, clock: Now, filters: Filters, paging: Pages) -> Page[EventRow]:
    found = await _found(campaign_queries, clock, Record.EVENTS, filters, limit=paging.size, offset=paging.offset)
    return paging.of(to_wire(found[0], list[EventRow]), found[1])


@table_routes("/admin/campaigns/events", summary="Events", **_filtered(_of_events))
async def download_events(
    request: AnyRequest, campaign_queries: Queries, clock: Now, filters: Filters, as_file: AsFile
) -> Response[Any]:
    found = partial(_all_found, campaign_queries, clock, Record.EVENTS, filters)
    return await as_file(_table(translator_of(request), Record.EVENTS, EventRow, found))


@get("/admin/campaigns/promo-codes", summary="Promo codes", **_filtered(_of_promo_codes))
async def list_promo_codes(
    campaign_queries: Queries, clock: Now, filters: Filters, paging: Pages
) -> Page[IssuedCodeRow]:
    found = await _found(campaign_queries, clock, Record.PROMO_CODES, filters, limit=paging.size, offset=paging.offset)
    return paging.of(to_wire(found[0], list[IssuedCodeRow]), found[1])


@table_routes("/admin/campaigns/promo-codes", summary="Promo codes", **_filtered(_of_promo_codes))
async def download_promo_codes(
    request: AnyRequest, campaign_queries: Queries, clock: Now, filters: Filters, as_file: AsFile
) -> Response[Any]:
    found = partial(_all_found, campaign_queries, clock, Record.PROMO_CODES, filters)
    return await as_file(_table(translator_of(request), Record.PROMO_CODES, IssuedCodeRow, found))


HANDLERS: Sequence[BaseRouteHandler] = (
    list_participants,
    *download_participants,
    list_sessions,
    *download_sessions,
    list_progress,
    *download_progress,
    list_events,
    *download_events,
    list_promo_codes,
    *download_promo_codes,
)
