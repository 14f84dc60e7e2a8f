"""The replies kept in memory keep the contract."""

from tests.contracts.idempotency import IdempotencyContract


class TestMemoryIdempotency(IdempotencyContract):
    pass
