"""Sessions, passwords and profiles as pure rules."""

from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atg_core.identity.model import Session, SessionLifetime
from atg_core.identity.refresh_tokens import Rotation
from tests.people import account

START = datetime(2026, 1, 1, tzinfo=UTC)
LIFETIME = SessionLifetime(idle=timedelta(days=14), absolute=timedelta(days=90))
SECOND = timedelta(seconds=1)


def session() -> Session:
    return Session(
        id=uuid4(),
        user_id=uuid4(),
        expires_at=START + LIFETIME.idle,
        created_at=START,
        last_activity=START,
        ip_address=None,
        user_agent=None,
        salt=b"",
        **asdict(Rotation.begin(START)),
    )


def test_a_refresh_gives_a_session_another_idle_time_but_never_beyond_its_absolute_end() -> None:
    """S12."""
    for days, left in ((0, 14), (76, 14), (77, 13), (90, 0)):
        now = START + timedelta(days=days)
        refreshed = session().refreshed(Rotation.begin(now), LIFETIME, now)
        assert refreshed.expires_at - now == timedelta(days=left)
        assert refreshed.last_activity == now


@given(st.timedeltas(timedelta(0), LIFETIME.absolute), st.timedeltas(timedelta(0), LIFETIME.absolute))
def test_however_often_it_is_refreshed_a_session_ends_with_its_absolute_lifetime(
    first: timedelta, second: timedelta
) -> None:
    """S12."""
    now = START + max(first, second)
    once = session().refreshed(Rotation.begin(START), LIFETIME, START + min(first, second))
    twice = once.refreshed(Rotation.begin(now), LIFETIME, now)
    assert twice.expires_at == min(now + LIFETIME.idle, START + LIFETIME.absolute)
    assert (twice.created_at, twice.id, twice.last_activity) == (START, once.id, now)


@pytest.mark.parametrize(("seconds", "left"), [(-1, LIFETIME.idle), (0, LIFETIME.idle), (1, LIFETIME.idle - SECOND)])
def test_the_idle_time_shortens_from_the_very_second_at_which_the_absolute_end_is_nearer(
    seconds: int, left: timedelta
) -> None:
    """S12: a second before, at and after the border."""
    now = START + LIFETIME.absolute - LIFETIME.idle + seconds * SECOND
    assert session().refreshed(Rotation.begin(now), LIFETIME, now).expires_at - now == left


def test_a_profile_is_registered_with_a_name_and_a_position() -> None:
    profile = account().profile
    assert profile.requires_registration
    assert not replace(profile, position="Машинист").requires_registration
    assert replace(profile, position="Машинист", full_name="").requires_registration
