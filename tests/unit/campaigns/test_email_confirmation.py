"""Tokens of email confirmation."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atg_core.campaigns.email_confirmation import ConfirmationTokens, InvalidToken

NOON = datetime(2026, 3, 2, 12, 5, 9, tzinfo=UTC)
TOKENS = ConfirmationTokens(b"k" * 32)


def test_a_link_is_good_for_thirty_days() -> None:
    participant = uuid4()
    token = TOKENS.token(participant, NOON)
    assert TOKENS.participant(token, NOON + timedelta(days=30)) == participant
    with pytest.raises(InvalidToken):
        TOKENS.participant(token, NOON + timedelta(days=30, seconds=1))
    with pytest.raises(InvalidToken):
        ConfirmationTokens(b"other" * 8).participant(token, NOON)


@given(st.text(max_size=150))
def test_no_text_is_a_token_by_chance(text: str) -> None:
    with pytest.raises(InvalidToken):
        TOKENS.participant(text, NOON)


@given(st.integers(0, 100), st.characters(codec="ascii"))
def test_a_token_that_was_changed_is_none(position: int, character: str) -> None:
    token = TOKENS.token(uuid4(), NOON)
    changed = token[: position % len(token)] + character + token[position % len(token) + 1 :]
    if changed != token:
        with pytest.raises(InvalidToken):
            TOKENS.participant(changed, NOON)
