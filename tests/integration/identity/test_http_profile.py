"""The profile over HTTP on each database."""

from tests.contracts.databases import over_each_database
from tests.contracts.identity.http_profile import HttpProfileContract


@over_each_database
class TestProfile(HttpProfileContract):
    pass
