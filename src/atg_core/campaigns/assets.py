"""Editing the assets of a campaign."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from atg_core.campaigns.model import Asset
from atg_core.campaigns.ports import Assets
from atg_core.errors import Invalid
from atg_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class EditAssets:
    """Adds, changes and deletes assets; one that was viewed can not be deleted."""

    open: UnitOfWork[Assets]

    async def add(self, campaign: str, values: Mapping[str, Any]) -> Asset:
        """Raises Invalid, SlugTaken."""
        _require_storable(values)
        async with self.open() as store:
            return await store.add(Asset(id=0, campaign=campaign, **values))

    async def change(self, campaign: str, asset_id: int, values: Mapping[str, Any]) -> Asset:
        """Raises Invalid, AssetNotFound, SlugTaken."""
        _require_storable(values)
        async with self.open() as store:
            return await store.change(campaign, asset_id, values)

    async def delete(self, campaign: str, asset_id: int) -> None:
        """Raises AssetNotFound, AssetInUse."""
        async with self.open() as store:
            await store.delete(campaign, asset_id)


def _require_storable(values: Mapping[str, Any]) -> None:
    """Databases store no NUL in text. Raises Invalid."""
    if "\\u0000" in json.dumps(values.get("meta", {})):
        raise Invalid("meta holds a NUL character", field="meta", code="nul_character")
