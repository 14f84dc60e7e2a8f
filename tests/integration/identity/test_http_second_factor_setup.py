"""Setting up the second factor over HTTP on each database."""

from tests.contracts.databases import over_each_database
from tests.contracts.identity.http_second_factor_setup import HttpSecondFactorSetupContract


@over_each_database
class TestSecondFactorSetup(HttpSecondFactorSetupContract):
    pass
