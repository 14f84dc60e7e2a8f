"""The ranking of assets, against an independent formula."""

from decimal import Decimal, getcontext

from hypothesis import given
from hypothesis import strategies as st

from atg_core.campaigns.asset_ranking import AssetViews, best_asset

getcontext().prec = 50


def views(asset_id: int, today: int, total: int, first: int) -> AssetViews:
    return AssetViews(
        asset_id=asset_id, slug=f"s{asset_id}", name=f"N{asset_id}", today=today, views=total, first_views=first
    )


@st.composite
def _assets(draw: st.DrawFn) -> list[AssetViews]:
    assets = []
    for asset_id in draw(st.lists(st.integers(1, 50), unique=True, max_size=8)):
        total = draw(st.integers(0, 30))
        assets.append(
            views(asset_id, draw(st.integers(0, total)), total, draw(st.integers(min(total, 1), max(total, 0))))
        )
    return assets


def test_without_assets_or_views_there_is_none() -> None:
    assert best_asset([]) is None
    assert best_asset([views(1, 0, 0, 0), views(2, 0, 0, 0)]) is None


def test_without_views_today_it_is_the_one_with_the_most_ever() -> None:
    best = best_asset([views(1, 0, 5, 1), views(3, 0, 9, 1), views(2, 0, 9, 9)])
    assert best is not None
    assert best.asset_id == 2


def test_sessions_can_outweigh_a_few_views_today() -> None:
    often, by_many = views(1, 10, 10, 1), views(2, 9, 10, 10)
    assert best_asset([often, by_many]) == by_many


def test_equals_are_told_apart_by_today_then_ever_then_the_smaller_id() -> None:

    assert best_asset([views(2, 1, 3, 3), views(1, 1, 3, 3)]) == views(1, 1, 3, 3)


@given(_assets())
def test_the_best_is_the_one_that_the_formula_puts_first(assets: list[AssetViews]) -> None:
    best = best_asset(assets)
    if not any(asset.views for asset in assets):
        assert best is None
        return
    largest = [max(getattr(asset, name) for asset in assets) for name in ("today", "first_views", "views")]

    def score(asset: AssetViews) -> Decimal:
        shares = (asset.today, asset.first_views, asset.views)
        weights = (Decimal("0.6"), Decimal("0.25"), Decimal("0.15"))
        return sum(
            (weight * share / most for weight, share, most in zip(weights, shares, largest, strict=True) if most),
            Decimal(0),
        )

    assert best is not None
    if largest[0] == 0:
        assert best.views == largest[2]
        assert best.asset_id == min(asset.asset_id for asset in assets if asset.views == largest[2])
    else:
        assert score(best) >= max(map(score, assets)) - Decimal("1e-40")
