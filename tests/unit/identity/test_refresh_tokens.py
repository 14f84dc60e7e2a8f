"""The transition table of refresh tokens and its boundaries (spec: identity, Tokens)."""

from datetime import UTC, datetime, timedelta

import pytest

from atg_core.identity.refresh_tokens import FIRST, LEEWAY, NeverOffered, Reused, Rotated, Rotation, TokenNumber

START = datetime(2026, 1, 1, tzinfo=UTC)
MOMENT = timedelta(milliseconds=1)


def number(generation: int, branch: int) -> TokenNumber:
    return TokenNumber(generation=generation, branch=branch)


def answer(rotation: Rotation, token: TokenNumber, now: datetime) -> tuple[Rotation, TokenNumber]:
    outcome = rotation.present(token, now)
    assert isinstance(outcome, Rotated)
    return outcome.rotation, outcome.token


@pytest.fixture
def second() -> Rotation:
    """A session whose second token was confirmed at START."""
    rotation, offered = answer(Rotation.begin(START - timedelta(hours=1)), FIRST, START - timedelta(minutes=1))
    rotation, _ = answer(rotation, offered, START)
    assert rotation.confirmed == number(2, 1)
    return rotation


def test_the_confirmed_token_is_offered_the_next_one() -> None:
    rotation, token = answer(Rotation.begin(START), FIRST, START)
    assert token == number(2, 1)
    assert rotation.confirmed == FIRST


def test_all_who_ask_within_the_leeway_are_offered_the_same_token() -> None:
    """S3."""
    rotation, token = answer(Rotation.begin(START), FIRST, START)
    for after in (timedelta(0), MOMENT, LEEWAY):
        assert answer(rotation, FIRST, START + after) == (rotation, token)


def test_whoever_asks_later_is_offered_a_sibling_and_the_first_offer_stays_good() -> None:
    rotation, first_offer = answer(Rotation.begin(START), FIRST, START)
    rotation, second_offer = answer(rotation, FIRST, START + LEEWAY + MOMENT)
    assert second_offer == number(2, 2)
    for offer in (first_offer, second_offer):
        confirmed, following = answer(rotation, offer, START + timedelta(days=1))
        assert confirmed.confirmed == offer
        assert following == number(3, 1)


def test_an_offer_that_is_presented_becomes_the_confirmed_token(second: Rotation) -> None:
    assert (second.confirmed, second.predecessor, second.offers) == (number(2, 1), 1, 1)
    assert answer(second, number(2, 1), START)[1] == number(3, 1)


def test_the_predecessor_is_given_the_confirmed_token_within_the_leeway_only(second: Rotation) -> None:
    """S4."""
    assert answer(second, FIRST, START + LEEWAY) == (second, number(2, 1))
    assert isinstance(second.present(FIRST, START + LEEWAY + MOMENT), Reused)


def test_a_sibling_of_the_confirmed_token_is_reuse(second: Rotation) -> None:
    assert isinstance(second.present(number(2, 2), START), Reused)


def test_what_is_older_than_the_predecessor_is_reuse_even_within_the_leeway(second: Rotation) -> None:
    """S1, S4: three generations confirmed within two seconds."""
    third, _ = answer(second, number(3, 1), START + timedelta(seconds=1))
    assert answer(third, number(2, 1), START + timedelta(seconds=2)) == (third, number(3, 1))
    assert isinstance(third.present(FIRST, START + timedelta(seconds=2)), Reused)


@pytest.mark.parametrize("token", [number(3, 2), number(3, 0), number(4, 1), number(99, 1)])
def test_what_was_never_offered_changes_nothing(second: Rotation, token: TokenNumber) -> None:
    assert isinstance(second.present(token, START), NeverOffered)


def test_nothing_precedes_the_first_token() -> None:
    assert isinstance(Rotation.begin(START).present(number(0, 0), START), Reused)


def test_a_client_that_never_takes_a_new_token_goes_on_with_its_first() -> None:
    """S11."""
    rotation = Rotation.begin(START)
    for hours in range(100):
        rotation, _ = answer(rotation, FIRST, START + timedelta(hours=hours))
    assert rotation.confirmed == FIRST
    assert rotation.offers == 100
