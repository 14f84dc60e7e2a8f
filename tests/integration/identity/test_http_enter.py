"""Combined sign-in and sign-up over HTTP on each database."""

from tests.contracts.databases import over_each_database
from tests.contracts.identity.http_enter import HttpEnterContract


@over_each_database
class TestEnter(HttpEnterContract):
    pass
