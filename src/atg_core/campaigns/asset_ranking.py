"""Ranking of assets by their views (spec: campaigns, Routes, `GET /stats/`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetViews:
    """`first_views`: sessions that viewed it; `today`: views of the calendar day."""

    asset_id: int
    slug: str
    name: str
    today: int
    views: int
    first_views: int


def best_asset(assets: Sequence[AssetViews]) -> AssetViews | None:
    """The asset with the highest weighted score; without views today the one with the most views; None without views.

    Score: 0.6 views today + 0.25 sessions + 0.15 all views, each as a share of the maximum, compared as exact
    fractions. Ties: more views today, then more views, then the smaller id.
    """
    most_views = max((asset.views for asset in assets), default=0)
    if not most_views:
        return None
    most_today, most_first = max(asset.today for asset in assets), max(asset.first_views for asset in assets)
    if not most_today:
        return min(assets, key=lambda asset: (-asset.views, asset.asset_id))

    def score(asset: AssetViews) -> Fraction:
        return (
            60 * Fraction(asset.today, most_today)
            + 25 * Fraction(asset.first_views, most_first or 1)
            + 15 * Fraction(asset.views, most_views)
        )

    return min(assets, key=lambda asset: (-score(asset), -asset.today, -asset.views, asset.asset_id))
