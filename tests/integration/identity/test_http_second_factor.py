"""The second factor over HTTP on each database."""

from tests.contracts.databases import over_each_database
from tests.contracts.identity.http_second_factor import HttpSecondFactorContract


@over_each_database
class TestSecondFactor(HttpSecondFactorContract):
    pass
