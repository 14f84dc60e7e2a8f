"""What promo codes and links look like."""

import re
from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atg_core.campaigns.codes import ConfirmationTokens, InvalidToken, new_code
from atg_core.mailing.model import Language
from atg_entrypoints.http.languages import language_of

NOON = datetime(2026, 3, 2, 12, 5, 9, tzinfo=UTC)
TOKENS = ConfirmationTokens(b"k" * 32)


def test_a_code_ends_with_the_time_in_utc_and_no_two_are_alike() -> None:
    codes = {new_code(NOON.astimezone(timezone(timedelta(hours=5)))) for _ in range(2_000)}
    assert len(codes) == 2_000
    assert all(re.fullmatch(r"PROMO-[A-Z0-9]{6,8}-120509", code) for code in codes)
    assert {len(code) for code in codes} == {19, 20, 21}


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


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", Language.RU),
        ("de, fr;q=0.5", Language.RU),
        ("en", Language.EN),
        ("en-US,en;q=0.9,ru;q=0.8", Language.EN),
        ("ru-RU,ru;q=0.9,en;q=0.8", Language.RU),
        ("ru;q=0.1, EN;q=0.2", Language.EN),
        ("en;q=x, ru;q=0.1", Language.RU),
        ("en;q=0", Language.RU),
    ],
)
def test_mails_are_in_the_language_that_is_asked_for(header: str, language: Language) -> None:
    assert language_of(header) is language
