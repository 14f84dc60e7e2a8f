"""Tests that draw their questions, over HTTP."""

from tests.contracts.databases import over_each_database
from tests.contracts.learning.http_drawn_tests import HttpDrawnTestsContract


@over_each_database
class TestDrawnTests(HttpDrawnTestsContract):
    pass
