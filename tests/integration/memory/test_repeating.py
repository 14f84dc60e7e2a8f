"""`Idempotency-Key` in memory."""

from tests.contracts.http_repeating import HttpRepeatingContract


class TestRepeatingOverMemory(HttpRepeatingContract):
    pass
