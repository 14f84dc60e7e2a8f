"""Password guessing at real servers (`make bench-auth` runs 10,000 tries)."""

from collections import Counter

from atg_core.identity.audit import Action
from tests.arranging import rows_of
from tests.integration.identity.guessing import Guesser, guess
from tests.integration.server_pair import Pair, two_processes
from tests.people import add_person

TRIES = 1_000
MANY = [f"198.51.100.{number}" for number in range(1, 201)]


async def test_guessing_is_throttled_over_all_processes_and_holds_no_honest_user_up(postgres_pair: Pair) -> None:
    """S17: 1,000 wrong passwords for one account at two processes, half from one address and half from 200.

    Who names another address in front of the own one is still counted by the own one.
    """
    urls = [server.url for server in postgres_pair.servers]
    async with two_processes(postgres_pair) as (container, _):
        for username in ("anna", "boris"):
            await add_person(container, username)
        async with Guesser.at(urls[1]) as honest:
            known = await honest.sign_in("anna", address="192.0.2.1")
            pretending = [f"203.0.113.{number}, 198.51.100.250" for number in range(250)]
            alone = await guess(urls, "anna", addresses=pretending, tries=TRIES // 2)
            elsewhere = await honest.sign_in("anna", address="192.0.2.2")
            together = await guess(urls, "anna", addresses=MANY, tries=TRIES // 2)
            owner = await honest.sign_in("anna", address="192.0.2.3", cookie=known.cookie)
            stranger = await honest.sign_in("anna", address="192.0.2.4")
            other = await honest.sign_in("boris", address="192.0.2.5")
        events = Counter(row["action"] for row in await rows_of(container, "audit_events"))
    assert [reply.status for reply in (known, elsewhere, owner, other)] == [200] * 4
    assert stranger.status == 429
    statuses = [Counter(reply.status for reply in replies) for replies in (alone, together)]
    assert statuses[0][401] == 5
    assert statuses[0][401] + statuses[1][401] == 50
    refused = [reply for reply in (*alone, *together, stranger) if reply.status == 429]
    assert len(refused) == TRIES + 1 - statuses[0][401] - statuses[1][401]
    assert all(1 <= reply.retry_after <= 60 for reply in refused)
    assert events[Action.SIGN_IN_FAILED] == statuses[0][401] + statuses[1][401]
