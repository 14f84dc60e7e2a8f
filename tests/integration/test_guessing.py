"""Guessing at real servers. `make bench-auth` does it 10,000 times, and at one process, too."""

from collections import Counter
from pathlib import Path

import pytest

from atg_core.identity.audit import Action
from atg_entrypoints.container import close, create_container
from atg_entrypoints.settings import Settings
from tests.arranging import rows_of
from tests.conftest import SECRET, stocked_url_of
from tests.integration.guessing import Guesser, guess
from tests.integration.running import serving
from tests.people import add_person

TRIES = 1_000
MANY = [f"198.51.100.{number}" for number in range(1, 201)]
PROCESSES = 2
LET_THROUGH = PROCESSES * 3
"""As many as are inside when a limit is reached: in each process what may hash at once, and one more."""


@pytest.fixture
def peopled_url(request: pytest.FixtureRequest) -> str:
    return stocked_url_of("postgres", request)


async def test_guessing_is_throttled_over_all_processes_and_holds_no_honest_user_up(
    peopled_url: str, tmp_path: Path
) -> None:
    """S17: 1,000 wrong passwords for one account at two processes, half from one address and half from 200.

    Who names another address in front of the own one is still counted by the own one.
    """
    container = create_container(Settings(database_url=peopled_url, secret_key=SECRET))
    for username in ("anna", "boris"):
        await add_person(container, username)
    environment = {
        "ATG_DATABASE_URL": peopled_url,
        "ATG_SECRET_KEY": SECRET,
        "ATG_RATE_LIMIT": "0",
        "ATG_TRUSTED_PROXIES": "127.0.0.1",
    }
    with serving(tmp_path, **environment) as first, serving(tmp_path, **environment) as second:
        urls = [first.url, second.url]
        async with Guesser.at(second.url) as honest:
            known = await honest.sign_in("anna", address="192.0.2.1")
            pretending = [f"203.0.113.{number}, 198.51.100.250" for number in range(250)]
            alone = await guess(urls, "anna", addresses=pretending, tries=TRIES // 2)
            elsewhere = await honest.sign_in("anna", address="192.0.2.2")
            together = await guess(urls, "anna", addresses=MANY, tries=TRIES // 2)
            owner = await honest.sign_in("anna", address="192.0.2.3", cookie=known.cookie)
            stranger = await honest.sign_in("anna", address="192.0.2.4")
            other = await honest.sign_in("boris", address="192.0.2.5")
        assert "Traceback" not in first.log + second.log
    assert [reply.status for reply in (known, elsewhere, owner, other)] == [200] * 4
    assert stranger.status == 429
    statuses = [Counter(reply.status for reply in replies) for replies in (alone, together)]
    assert 5 <= statuses[0][401] <= 5 + LET_THROUGH
    assert 50 <= statuses[0][401] + statuses[1][401] <= 50 + LET_THROUGH
    refused = [reply for reply in (*alone, *together, stranger) if reply.status == 429]
    assert len(refused) == TRIES + 1 - statuses[0][401] - statuses[1][401]
    assert all(1 <= reply.retry_after <= 60 for reply in refused)
    events = Counter(row["action"] for row in await rows_of(container, "audit_events"))
    await close(container)
    assert events[Action.SIGN_IN_FAILED] == statuses[0][401] + statuses[1][401]
