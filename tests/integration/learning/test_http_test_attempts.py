"""Tests and attempts over HTTP."""

from tests.contracts.databases import over_each_database
from tests.contracts.learning.http_test_attempts import HttpTestAttemptsContract


@over_each_database
class TestTestAttempts(HttpTestAttemptsContract):
    pass
