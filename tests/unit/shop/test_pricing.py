"""Discounts of promo codes, against an independent formula."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from math import floor

from hypothesis import given
from hypothesis import strategies as st

from atg_core.shop.pricing import PromoCode, Refusal, canonical

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def code(**changes: object) -> PromoCode:
    fields: dict[str, object] = {
        "id": 1,
        "code": "X",
        "discount_percent": 0,
        "discount_amount": None,
        "max_uses": None,
        "current_uses": 0,
        "is_active": True,
        "expires_at": None,
        "created_at": NOON,
        **changes,
    }
    return PromoCode(**fields)  # type: ignore[arg-type]


@given(st.integers(1, 1_000_000), st.integers(0, 100), st.none() | st.integers(0, 1_000_000))
def test_an_amount_goes_before_the_percent_and_a_star_is_left_but_for_the_whole(
    price: int, percent: int, amount: int | None
) -> None:
    discounted = code(discount_percent=percent, discount_amount=amount).discounted(price)
    if amount is not None:
        assert discounted == max(1, price - amount)
    elif percent == 100:
        assert discounted == 0
    else:
        assert discounted == max(1, price - floor(Fraction(price * percent, 100)))
    assert 0 <= discounted <= price


def test_what_costs_nothing_goes_on_costing_nothing() -> None:
    assert [code(discount_percent=10).discounted(0), code(discount_amount=5).discounted(0)] == [0, 0]


def test_a_code_is_refused_for_the_first_thing_that_is_wrong() -> None:
    used_up = {"max_uses": 2, "current_uses": 2}
    assert code().refusal(NOON) is None
    assert code(max_uses=2, current_uses=1, expires_at=NOON + timedelta(seconds=1)).refusal(NOON) is None
    assert code(is_active=False, expires_at=NOON, **used_up).refusal(NOON) is Refusal.INACTIVE
    assert code(expires_at=NOON, **used_up).refusal(NOON) is Refusal.EXPIRED
    assert code(**used_up).refusal(NOON) is Refusal.EXHAUSTED


def test_codes_are_compared_in_upper_case() -> None:
    assert canonical(" spring20 ") == "SPRING20"
