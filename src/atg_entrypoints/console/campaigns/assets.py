"""The assets of a campaign, each with the QR code of where it is looked at: the list, adding, changing, deleting."""

import asyncio
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, SkipValidation
from msgspec import Meta, Struct

from atg_core.campaigns.assets import EditAssets
from atg_core.campaigns.model import Asset
from atg_core.campaigns.ports import AssetNotFound, CampaignQueries
from atg_core.errors import NotFound
from atg_core.words import phrase
from atg_entrypoints.console.campaigns.asked import (
    CAMPAIGNS,
    EDITS,
    RECORDS,
    Asked,
    Campaign,
    Pages,
    Queries,
    Sent,
    Short,
    shown,
)
from atg_entrypoints.console.forms import CLEAN, Form, Refusals, checked, form_again, line_of, number_of, text_of
from atg_entrypoints.console.pages import led_to, page
from atg_entrypoints.console.qr_codes import MOST_CHARACTERS, qr_file
from atg_entrypoints.http.campaigns.wire import Slug
from atg_entrypoints.http.wire import FilledName, Paging, Word, serial_or

_DONE = {
    "added": phrase("The asset is added"),
    "saved": phrase("Saved"),
    "deleted": phrase("The asset is deleted"),
}
_LINES = ("slug", "name", "type", "points", "url")
_NEW = {"slug": "", "name": "", "type": "model", "points": "10", "url": ""}
_URL = "url"
"""The member of `meta` that the QR code opens; without it the code is the slug."""

Edits = NamedDependency[SkipValidation[EditAssets]]


class CodeNotFound(NotFound):
    """The address is too long for a QR code"""


class AssetForm(Struct, frozen=True, kw_only=True):
    """As the body of the API; of `meta` the address alone."""

    slug: Slug
    name: FilledName
    type: Word
    points: Annotated[int, Meta(ge=0, le=1_000_000)]
    url: Annotated[str, Meta(max_length=MOST_CHARACTERS, pattern=r"^https?://[^\s]+$(?!\n)")] | None = None

    def values(self, meta: Mapping[str, Any]) -> dict[str, Any]:
        """What else the page has in `meta` stays."""
        kept = {name: value for name, value in meta.items() if name != _URL}
        told = {name: getattr(self, name) for name in ("slug", "name", "type", "points")}
        return {**told, "meta": {**kept, _URL: self.url} if self.url else kept}


def _address(asset: Asset) -> str:
    url = asset.meta.get(_URL)
    return url if isinstance(url, str) and url.startswith(("https://", "http://")) else ""


def _coded(asset: Asset) -> str:
    """The text of its QR code."""
    return _address(asset) or asset.slug


def _has_code(asset: Asset) -> bool:
    """The API takes longer addresses than a code does."""
    return len(_coded(asset)) <= MOST_CHARACTERS


@get("/campaigns/{campaign:str}/assets", policy=RECORDS)
async def show_assets(
    request: Asked, campaign: Campaign, campaign_queries: Queries, paging: Pages, done: Short = ""
) -> Response[str]:
    values = await _listed(request, campaign, campaign_queries, paging)
    return page(request, "campaigns/assets", {**values, **CLEAN, "given": _NEW, "done": _DONE.get(done)})


@post("/campaigns/{campaign:str}/assets", policy=EDITS, status_code=HTTPStatus.OK)
async def add_asset_here(
    *, request: Asked, data: Form, campaign: Campaign, edit_assets: Edits, campaign_queries: Queries, paging: Pages
) -> Response[Any]:
    try:
        await edit_assets.add(campaign, checked(AssetForm, _body(data)).values({}))
    except Refusals as error:
        values = await _listed(request, campaign, campaign_queries, paging)
        return form_again(request, "campaigns/assets", {**values, "given": _as_given(data)}, error)
    return led_to(f"{CAMPAIGNS}/{campaign}/assets?done=added")


async def _listed(request: Asked, campaign: str, queries: CampaignQueries, paging: Paging) -> dict[str, Any]:
    found, total = await queries.assets(campaign, limit=paging.size, offset=paging.offset)
    coded = [(each, _address(each), _has_code(each)) for each in found]
    may_edit = request.user.role in EDITS.roles
    back = f"{CAMPAIGNS}/{campaign}/assets"
    return shown(campaign, "assets", found=paging.of(coded, total), may_edit=may_edit, back=back)


@get("/campaigns/{campaign:str}/assets/{asset_id:str}", policy=EDITS)
async def show_asset_here(
    request: Asked, campaign: Campaign, asset_id: FromPath[str], campaign_queries: Queries, done: Short = ""
) -> Response[str]:
    asset = await campaign_queries.asset(campaign, serial_or(AssetNotFound, asset_id))
    values = {"asset": asset, "given": _kept(asset), "has_code": _has_code(asset)}
    return page(request, "campaigns/asset", {**shown(campaign, "assets", **values), **CLEAN, "done": _DONE.get(done)})


@get("/campaigns/{campaign:str}/assets/{asset_id:str}/qr.svg", policy=RECORDS)
async def show_qr_code(campaign: Campaign, asset_id: FromPath[str], campaign_queries: Queries) -> Response[bytes]:
    asset = await campaign_queries.asset(campaign, serial_or(AssetNotFound, asset_id))
    if not _has_code(asset):
        raise CodeNotFound
    drawn = await asyncio.to_thread(qr_file, _coded(asset))
    return Response(drawn, media_type="image/svg+xml", headers={"Cache-Control": "no-store"})


@post("/campaigns/{campaign:str}/assets/{asset_id:str}", policy=EDITS, status_code=HTTPStatus.OK)
async def change_asset_here(
    *,
    request: Asked,
    data: Form,
    campaign: Campaign,
    asset_id: FromPath[str],
    edit_assets: Edits,
    campaign_queries: Queries,
) -> Response[Any]:
    """Other points are those of first views from now on."""
    asset = await campaign_queries.asset(campaign, serial_or(AssetNotFound, asset_id))
    try:
        await edit_assets.change(campaign, asset.id, checked(AssetForm, _body(data)).values(asset.meta))
    except Refusals as error:
        values = {"asset": asset, "given": _as_given(data), "has_code": _has_code(asset)}
        return form_again(request, "campaigns/asset", shown(campaign, "assets", **values), error)
    return led_to(f"{CAMPAIGNS}/{campaign}/assets/{asset.id}?done=saved")


@post("/campaigns/{campaign:str}/assets/{asset_id:str}/delete", policy=EDITS, status_code=HTTPStatus.OK)
async def delete_asset_here(
    request: Asked, campaign: Campaign, asset_id: FromPath[str], edit_assets: Edits, campaign_queries: Queries
) -> Response[Any]:
    """One that was viewed stays."""
    asset = await campaign_queries.asset(campaign, serial_or(AssetNotFound, asset_id))
    try:
        await edit_assets.delete(campaign, asset.id)
    except Refusals as error:
        values = {"asset": asset, "given": _kept(asset), "has_code": _has_code(asset)}
        return form_again(request, "campaigns/asset", shown(campaign, "assets", **values), error)
    return led_to(f"{CAMPAIGNS}/{campaign}/assets?done=deleted")


def _body(form: Sent) -> dict[str, Any]:
    lines = {name: line_of(form, name) or "" for name in ("slug", "name", "type")}
    return {**lines, "points": number_of(text_of(form, "points")), _URL: line_of(form, _URL)}


def _kept(asset: Asset) -> dict[str, str]:
    return {**{name: str(getattr(asset, name)) for name in _LINES if name != _URL}, _URL: _address(asset)}


def _as_given(form: Sent) -> dict[str, str]:
    return {name: text_of(form, name) for name in _LINES}


HANDLERS: Sequence[BaseRouteHandler] = (
    show_assets,
    add_asset_here,
    show_asset_here,
    show_qr_code,
    change_asset_here,
    delete_asset_here,
)
