"""Throttling over HTTP, on SQLite and PostgreSQL."""

from atg_core.identity.signing import FAILURES_OF_ACCOUNT
from atg_entrypoints.container import Container
from tests.conftest import Api
from tests.contracts.http_throttling import RIGHT, HttpThrottlingContract, from_address
from tests.mailed import Now
from tests.people import add_person


class TestThrottlingOverSql(HttpThrottlingContract):
    async def test_nobody_is_locked_out_for_longer_than_a_minute(self, stocked: Container, api: Api) -> None:
        """S17: from a place never seen before, too; the time that is left is told, and waiting it is enough."""
        now = Now(stocked)
        user_id = await add_person(stocked, "anna")
        for number in range(FAILURES_OF_ACCOUNT.most * 2):
            if number == FAILURES_OF_ACCOUNT.most:
                now.pass_by(seconds=20)
            await stocked.sign_in_throttle().take(FAILURES_OF_ACCOUNT, str(user_id))
        async with from_address(api, "203.0.113.1") as away:
            refused = await away.post("/auth/login", json=RIGHT)
            assert (refused.status_code, refused.headers["retry-after"]) == (429, "40")
            now.pass_by(seconds=39)
            assert (await away.post("/auth/login", json=RIGHT)).status_code == 429
            now.pass_by(seconds=1)
            assert (await away.post("/auth/login", json=RIGHT)).status_code == 200
