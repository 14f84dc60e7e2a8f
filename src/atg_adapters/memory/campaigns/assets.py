"""Assets of campaigns in memory."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from msgspec import convert

from atg_adapters.memory.database import DuplicateKey, MemoryDatabase
from atg_core.campaigns.model import Asset
from atg_core.campaigns.ports import AssetInUse, AssetNotFound, SlugTaken


class MemoryAssets:
    """`Assets` within a transaction."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def add(self, asset: Asset) -> Asset:
        values = {name: value for name, value in asdict(asset).items() if name != "id"}
        try:
            asset_id = self.database.insert("campaign_assets", values)
        except DuplicateKey:
            raise SlugTaken from None
        return convert(self.database.tables["campaign_assets"][asset_id], Asset)

    async def change(self, campaign: str, asset_id: int, values: Mapping[str, Any]) -> Asset:
        self._require(campaign, asset_id)
        try:
            self.database.update("campaign_assets", asset_id, **values)
        except DuplicateKey:
            raise SlugTaken from None
        return convert(self.database.tables["campaign_assets"][asset_id], Asset)

    async def delete(self, campaign: str, asset_id: int) -> None:
        self._require(campaign, asset_id)
        if any(self.database.rows("campaign_progress", asset_id=asset_id)):
            raise AssetInUse
        self.database.delete("campaign_assets", id=asset_id)

    def _require(self, campaign: str, asset_id: int) -> None:
        row = self.database.tables["campaign_assets"].get(asset_id)
        if row is None or row["campaign"] != campaign:
            raise AssetNotFound
