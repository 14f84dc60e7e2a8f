"""Notices over HTTP."""

from tests.contracts.databases import over_each_database
from tests.contracts.notices.http_notices import HttpNoticesContract
from tests.contracts.notices.http_rounds import HttpRoundsContract
from tests.contracts.notices.http_sending import HttpSendingContract


@over_each_database
class TestNotices(HttpNoticesContract):
    pass


@over_each_database
class TestRounds(HttpRoundsContract):
    pass


@over_each_database
class TestSending(HttpSendingContract):
    pass
