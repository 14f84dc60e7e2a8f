"""Progress over HTTP."""

from tests.contracts.databases import over_each_database
from tests.contracts.learning.http_progress import HttpProgressContract


@over_each_database
class TestProgress(HttpProgressContract):
    pass
