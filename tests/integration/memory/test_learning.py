"""Learning over HTTP, in memory."""

from tests.contracts.http_learning import HttpLearningContract


class TestLearningOverMemory(HttpLearningContract):
    pass
