"""Email tokens and role cookies as pure functions."""

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atg_core.identity.email_tokens import LIFETIMES, EmailToken, EmailTokenSigner, Purpose, hash_of
from atg_core.identity.enter import RoleChoices, RoleRequired
from atg_core.identity.model import SELF_ASSIGNED_ROLES, Role

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
TOKENS, CHOICES = EmailTokenSigner(b"k" * 32), RoleChoices(b"k" * 32)


def test_a_token_is_the_same_again_and_another_for_another_record_purpose_or_key() -> None:
    one, other = uuid4(), uuid4()
    token = TOKENS.token(one, Purpose.CONFIRM_EMAIL)
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", token)
    assert TOKENS.token(one, Purpose.CONFIRM_EMAIL) == token
    others = {TOKENS.token(other, Purpose.CONFIRM_EMAIL), EmailTokenSigner(b"x" * 32).token(one, Purpose.CONFIRM_EMAIL)}
    others |= {TOKENS.token(one, purpose) for purpose in Purpose if purpose is not Purpose.CONFIRM_EMAIL}
    assert len(others) == 5
    assert token not in others
    assert len(hash_of(token)) == 32


def test_a_link_lives_until_it_is_used_or_its_time_is_over() -> None:
    for purpose in Purpose:
        ends = NOW + LIFETIMES[purpose]
        times = {"created_at": NOW, "expires_at": ends}
        token = EmailToken(id=uuid4(), purpose=purpose, token_hash=b"", user_id=uuid4(), email="a@example.com", **times)
        assert token.is_live(ends - timedelta(microseconds=1))
        assert not token.is_live(ends)
    assert LIFETIMES[Purpose.RESET_PASSWORD] == timedelta(hours=1)


def test_a_choice_is_read_for_ten_minutes_and_is_nothing_but_a_role() -> None:
    for role in SELF_ASSIGNED_ROLES:
        signed = CHOICES.signed(role, NOW)
        assert CHOICES.role(signed, NOW + timedelta(minutes=10, seconds=-1)) is role
        assert CHOICES.role(signed, NOW + timedelta(minutes=10)) is None
        assert RoleChoices(b"x" * 32).role(signed, NOW) is None
    for role in set(Role) - SELF_ASSIGNED_ROLES:
        with pytest.raises(RoleRequired):
            CHOICES.signed(role, NOW)


@given(st.text() | st.from_regex(r"(teacher|student|admin)\.[0-9]{1,12}\.[A-Za-z0-9_-]{0,50}", fullmatch=True))
def test_whatever_else_a_cookie_says_is_no_choice(signed: str) -> None:
    assert CHOICES.role(signed, NOW) is None
