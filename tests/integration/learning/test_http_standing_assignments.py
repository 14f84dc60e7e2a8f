"""Standing assignments over HTTP."""

from tests.contracts.databases import over_each_database
from tests.contracts.learning.http_standing_assignments import HttpStandingAssignmentsContract


@over_each_database
class TestStandingAssignments(HttpStandingAssignmentsContract):
    pass
