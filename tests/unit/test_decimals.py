"""Decimals as people write them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atg_core.decimals import read_decimal, with_point


@pytest.mark.parametrize(
    ("text", "number"),
    [("4,5", "4.5"), (" 4.50 ", "4.50"), ("5", "5"), ("-0,25", "-0.25"), ("007", "7")],
)
def test_a_comma_is_as_good_as_a_point(text: str, number: str) -> None:
    assert str(read_decimal(text)) == number


@pytest.mark.parametrize("text", ["", ",", "4,", ",5", "4,5,6", "1,000.5", "1 000", "٤", "NaN", "1e5", "4.5 баллов"])
def test_what_is_no_number_is_none_and_stays_as_it_is(text: str) -> None:
    assert read_decimal(text) is None
    assert with_point(text) == text


@given(st.decimals(-10_000, 10_000, places=2))
def test_every_number_is_read_with_a_comma_as_with_a_point(number: Decimal) -> None:
    for text in (f"{number:f}", f"{number:f}".replace(".", ",")):
        assert read_decimal(text) == number
        assert Decimal(with_point(text)) == number
