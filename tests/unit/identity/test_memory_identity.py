"""The identity store in memory."""

from tests.contracts.identity.second_factors import SecondFactorsContract
from tests.contracts.identity.store import IdentityContract


class TestMemoryIdentity(IdentityContract):
    pass


class TestMemorySecondFactors(SecondFactorsContract):
    pass
