"""Course assignments over HTTP."""

from tests.contracts.databases import over_each_database
from tests.contracts.learning.http_assignments import HttpAssignmentsContract


@over_each_database
class TestAssignments(HttpAssignmentsContract):
    pass
