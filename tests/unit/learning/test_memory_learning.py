"""Learning in memory keeps the contract."""

from tests.contracts.learning import LearningContract


class TestMemoryLearning(LearningContract):
    pass
