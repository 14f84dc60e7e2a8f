"""Idempotency in memory."""

from tests.contracts.idempotency import IdempotencyContract


class TestMemoryIdempotency(IdempotencyContract):
    pass
