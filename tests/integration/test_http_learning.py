"""Learning over HTTP, on SQLite and PostgreSQL."""

from tests.contracts.http_learning import HttpLearningContract


class TestLearningOverSql(HttpLearningContract):
    pass
