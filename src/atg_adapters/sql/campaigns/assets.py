"""Assets of campaigns on SQL."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.exc import IntegrityError

from atg_adapters.sql.connection import Connection
from atg_adapters.sql.tables.campaigns import campaign_assets
from atg_core.campaigns.model import Asset
from atg_core.campaigns.ports import AssetInUse, AssetNotFound, SlugTaken

_assets = campaign_assets.c
_OWN_ASSET = sa.and_(_assets.id == sa.bindparam("key"), _assets.campaign == sa.bindparam("of_campaign"))


class SqlAssets:
    """`Assets` within the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def add(self, asset: Asset) -> Asset:
        values = {name: value for name, value in asdict(asset).items() if name != "id"}
        try:
            async with self.connection.begin_nested():
                return asset_of(await self._first(sa.insert(campaign_assets).values(values).returning(campaign_assets)))
        except IntegrityError:
            raise SlugTaken from None

    async def change(self, campaign: str, asset_id: int, values: Mapping[str, Any]) -> Asset:
        update = sa.update(campaign_assets).where(_OWN_ASSET).values(values or {"slug": _assets.slug})
        try:
            async with self.connection.begin_nested():
                changed = await self._first(update.returning(campaign_assets), key=asset_id, of_campaign=campaign)
        except IntegrityError:
            raise SlugTaken from None
        return asset_of(changed)

    async def delete(self, campaign: str, asset_id: int) -> None:
        delete = sa.delete(campaign_assets).where(_OWN_ASSET).returning(campaign_assets)
        try:
            async with self.connection.begin_nested():
                asset_of(await self._first(delete, key=asset_id, of_campaign=campaign))
        except IntegrityError:
            raise AssetInUse from None

    async def _first(self, statement: sa.Executable, **values: Any) -> Any:
        return (await self.connection.execute(statement, values)).first()


def asset_of(row: Any) -> Asset:
    if row is None:
        raise AssetNotFound
    return convert(row, Asset, from_attributes=True)
