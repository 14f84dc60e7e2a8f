"""Which asset is the best (spec: campaigns, Routes, `GET /stats/`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetViews:
    """`first_views`: in how many sessions it was viewed; `today`: views of the calendar day."""

    asset_id: int
    slug: str
    name: str
    today: int
    views: int
    first_views: int


def best_asset(assets: Sequence[AssetViews]) -> AssetViews | None:
    """None without views. With views today the best of today's, weighted; else the one with the most views ever.

    Weights: 0.6 for the views of today, 0.25 for the sessions, 0.15 for all views, each as a share of the largest,
    compared exactly. Of equals it is the one with more views today, then ever, then with the smaller id.
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
