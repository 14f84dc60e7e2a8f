"""Identity over HTTP, in memory."""

from tests.contracts.http_identity import HttpIdentityContract


class TestIdentityOverMemory(HttpIdentityContract):
    pass
