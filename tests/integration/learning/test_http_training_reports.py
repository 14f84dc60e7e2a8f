"""Reports for who runs trainings over HTTP."""

from tests.contracts.databases import over_each_database
from tests.contracts.learning.http_training_reports import HttpTrainingReportsContract


@over_each_database
class TestTrainingReports(HttpTrainingReportsContract):
    pass
