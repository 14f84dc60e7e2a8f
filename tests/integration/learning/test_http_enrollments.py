"""Enrollments over HTTP."""

from tests.contracts.databases import over_each_database
from tests.contracts.learning.http_enrollments import HttpEnrollmentsContract


@over_each_database
class TestEnrollments(HttpEnrollmentsContract):
    pass
