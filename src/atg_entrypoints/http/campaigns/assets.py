"""The assets of a campaign: visitors read them, administrators edit them."""

from collections.abc import Sequence

from litestar import delete, get, post, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, SkipValidation
from msgspec import UNSET, to_builtins

from atg_core.campaigns.assets import EditAssets
from atg_core.campaigns.ports import AssetNotFound, CampaignQueries
from atg_entrypoints.http.campaigns.wire import AssetChanges, AssetCreation, AssetRow, CampaignName
from atg_entrypoints.http.policy import MARKETING, PUBLIC
from atg_entrypoints.http.wire import Page, Paging, serial_or, to_wire

_TAGS = ["campaigns, assets"]
_PATH, _ONE = "/campaigns/{campaign:str}/assets", "/campaigns/{campaign:str}/assets/{asset_id:str}"

Queries = NamedDependency[SkipValidation[CampaignQueries]]
Editing = NamedDependency[SkipValidation[EditAssets]]


@get(_PATH, policy=PUBLIC, tags=_TAGS, summary="A campaign's assets")
async def list_assets(
    campaign: FromPath[CampaignName], campaign_queries: Queries, paging: NamedDependency[SkipValidation[Paging]]
) -> Page[AssetRow]:
    """For visitors, too; `meta` says where the model is. A campaign that nobody has made has none."""
    assets, total = await campaign_queries.assets(campaign, limit=paging.size, offset=paging.offset)
    return paging.of(to_wire(assets, list[AssetRow]), total)


@post(_PATH, policy=MARKETING, tags=_TAGS, summary="Add an asset", also={409})
async def add_asset(campaign: FromPath[CampaignName], data: JSONBody[AssetCreation], edit_assets: Editing) -> AssetRow:
    return to_wire(await edit_assets.add(campaign, to_builtins(data)), AssetRow)


@get(_ONE, policy=MARKETING, tags=_TAGS, summary="An asset")
async def show_asset(campaign: FromPath[CampaignName], asset_id: FromPath[str], campaign_queries: Queries) -> AssetRow:
    return to_wire(await campaign_queries.asset(campaign, serial_or(AssetNotFound, asset_id)), AssetRow)


@put(_ONE, policy=MARKETING, tags=_TAGS, summary="Change an asset", also={409})
async def change_asset(
    campaign: FromPath[CampaignName], asset_id: FromPath[str], data: JSONBody[AssetChanges], edit_assets: Editing
) -> AssetRow:
    """Other points are those of first views from now on."""
    named = {name: value for name in data.__struct_fields__ if (value := getattr(data, name)) is not UNSET}
    return to_wire(await edit_assets.change(campaign, serial_or(AssetNotFound, asset_id), named), AssetRow)


@delete(_ONE, policy=MARKETING, tags=_TAGS, summary="Delete an asset without views", also={409})
async def delete_asset(campaign: FromPath[CampaignName], asset_id: FromPath[str], edit_assets: Editing) -> None:
    await edit_assets.delete(campaign, serial_or(AssetNotFound, asset_id))


HANDLERS: Sequence[BaseRouteHandler] = (list_assets, add_asset, show_asset, change_asset, delete_asset)
"""They answer at the root and under `/api`."""
