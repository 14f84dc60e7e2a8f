"""Reports over HTTP."""

from tests.contracts.databases import over_each_database
from tests.contracts.learning.http_reports import HttpReportsContract


@over_each_database
class TestReports(HttpReportsContract):
    pass
