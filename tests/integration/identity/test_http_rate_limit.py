"""Rate limits over HTTP on each database."""

from atg_core.identity.sign_in import FAILURES_OF_ACCOUNT
from atg_entrypoints.container import Container
from tests.api import Api
from tests.contracts.databases import over_each_database
from tests.contracts.identity.http_guessing import HttpGuessingContract
from tests.contracts.identity.http_rate_limit import RIGHT, HttpRateLimitContract, from_address
from tests.mailed import Now
from tests.people import add_person


@over_each_database
class TestRateLimits(HttpRateLimitContract):
    pass


@over_each_database
class TestGuessing(HttpGuessingContract):
    pass


class TestSqlRateLimits:
    async def test_nobody_is_locked_out_for_longer_than_a_minute(self, stocked: Container, api: Api) -> None:
        """S17: from a place never seen before, too; the time that is left is told, and waiting it is enough."""
        now = Now(stocked)
        user_id = await add_person(stocked, "anna")
        for number in range(FAILURES_OF_ACCOUNT.max_hits * 2):
            if number == FAILURES_OF_ACCOUNT.max_hits:
                now.pass_by(seconds=20)
            await stocked.sign_in_rate_limiter().hit(FAILURES_OF_ACCOUNT, str(user_id))
        async with from_address(api, "203.0.113.1") as away:
            refused = await away.post("/auth/login", json=RIGHT)
            assert (refused.status_code, refused.headers["retry-after"]) == (429, "40")
            now.pass_by(seconds=39)
            assert (await away.post("/auth/login", json=RIGHT)).status_code == 429
            now.pass_by(seconds=1)
            assert (await away.post("/auth/login", json=RIGHT)).status_code == 200
