"""Prerequisites over HTTP."""

from tests.contracts.databases import over_each_database
from tests.contracts.learning.http_prerequisites import HttpPrerequisitesContract


@over_each_database
class TestPrerequisites(HttpPrerequisitesContract):
    pass
